import Foundation
import SystemPackage
import Testing

@testable import LiveKernel

@Suite struct CapabilitiesTests {
  private func answer(_ capability: Capability, _ host: ForcedProbeEnvironment) -> CapabilityAnswer {
    CapabilityProbes(host: host).probe(capability)
  }

  @Test func theReportHasEachCapabilityOnceInOrder() {
    let report = CapabilityReport.probe()
    #expect(report.entries.map(\.capability) == Capability.allCases)
    #expect(Set(Capability.allCases.map(\.name)).count == Capability.allCases.count)
    for capability in Capability.allCases {
      #expect(capability.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" }, "\(capability.name)")
    }
  }

  @Test func thisHostGivesNoUnexpectedAnswer() {
    for entry in CapabilityReport.probe().entries {
      if case .unexpected = entry.answer { Issue.record("\(entry.capability.name): \(entry.answer.text)") }
    }
  }

  @Test func probesLeaveNoFileBehind() throws {
    // A file system without nameless files: the probe has to make one with a name.
    let report = CapabilityProbes(host: ForcedProbeEnvironment(refusesNamelessFiles: true)).report()
    #expect(report.has(.diskFolder) == CapabilityReport.probe().has(.diskFolder))
    for folder in [report.tmpfsFolder, report.diskFolder].compactMap({ $0 }) {
      let names = try #require(HostFiles.names(in: FilePath(folder)))
      #expect(names.allSatisfy { !$0.contains("keywake-probe") })
    }
  }

  @Test(arguments: [
    (Capability.ioUringFutex, "io_uring_setup"), (.futex2, "futex_wake"), (.futex2, "futex_wait"),
    (.futex2, "futex_requeue"), (.futexWaitv, "futex_waitv"), (.memfd, "memfd_create"),
    (.sharedMemorySegments, "shmget"),
    (.priorityInheritance, "futex"), (.swapFile, "swapon"), (.ptrace, "ptrace"),
  ])
  func anExpectedErrorIsAReasonWithAFix(_ capability: Capability, _ call: String) throws {
    for error in [Errno.noFunction, .notPermitted] {
      let answer = answer(capability, ForcedProbeEnvironment(calls: [call: error]))
      guard case .missing(let reason, let fix) = answer else {
        Issue.record("\(call) with \(error): \(answer)")
        continue
      }
      #expect(!reason.isEmpty && !fix.isEmpty)
    }
  }

  @Test(arguments: [
    (Capability.ioUringFutex, "io_uring_setup"), (.futex2, "futex_wake"), (.futexWaitv, "futex_waitv"),
    (.futex2NUMA, "futex_wake"), (.futexHash, "prctl"), (.priorityInheritance, "futex"), (.memfd, "memfd_create"),
    (.sharedMemorySegments, "shmget"), (.swapFile, "swapon"), (.ptrace, "ptrace"), (.memoryLock, "mlock"),
    (.pageout, "madvise"), (.populateRead, "madvise"), (.collapse, "madvise"), (.mapFiles, "readlinkat"),
    (.dropCaches, "openat"), (.kernelLog, "openat"), (.pagemap, "openat"), (.pageSize4096, "mmap"),
    (.tmpfsFolder, "fallocate"), (.diskFolder, "openat"),
  ])
  func anErrorThatNoProbeExpectsIsReportedAsSuch(_ capability: Capability, _ call: String) {
    // EXDEV is documented for none of these calls.
    let answer = answer(capability, ForcedProbeEnvironment(calls: [call: .improperLink]))
    guard case .unexpected(_, .improperLink) = answer else {
      Issue.record("\(capability.name): \(answer)")
      return
    }
    #expect(answer.text.contains("EXDEV"))
    #expect(!answer.isAvailable)
  }

  @Test func theSwitchThatDisablesIoUringIsNamed() {
    let host = ForcedProbeEnvironment(
      calls: ["io_uring_setup": .notPermitted],
      texts: ["/proc/sys/kernel/io_uring_disabled": .success("2\n")])
    #expect(
      answer(.ioUringFutex, host)
        == .missing(
          reason: "io_uring is switched off: kernel.io_uring_disabled=2", fix: "sysctl kernel.io_uring_disabled=0"))
  }

  @Test func oldKernelsHaveNoNewFlags() {
    let old = ForcedProbeEnvironment(calls: ["futex_wake": .invalidArgument, "prctl": .invalidArgument])
    #expect(answer(.futex2NUMA, old).reason == "this kernel does not know FUTEX2_NUMA")
    #expect(answer(.futex2MPOL, old).reason == "this kernel does not know FUTEX2_MPOL")
    #expect(answer(.futexHash, old).reason == "this kernel has no hash table a process")
    let advice = ForcedProbeEnvironment(advice: [21: .invalidArgument, 22: .invalidArgument, 25: .invalidArgument])
    #expect(answer(.pageout, advice).reason == "this kernel does not know MADV_PAGEOUT")
    #expect(answer(.populateRead, advice).reason == "this kernel does not know MADV_POPULATE_READ")
    #expect(answer(.collapse, advice).reason == "this kernel does not collapse such memory")
    #expect(!answer(.hugeShared, advice).isAvailable)
  }

  @Test func settingsOfHugePagesAreRead() {
    let path = "/sys/kernel/mm/transparent_hugepage/"
    func with(_ file: String, _ text: Result<String, Errno>) -> ForcedProbeEnvironment {
      ForcedProbeEnvironment(texts: [path + file: text])
    }
    #expect(answer(.hugeAnonymous, with("enabled", .success("always [madvise] never\n"))) == .available("madvise"))
    #expect(answer(.hugeAnonymous, with("enabled", .success("always madvise [never]\n"))).reason != nil)
    #expect(
      answer(.hugeAnonymous, with("enabled", .failure(.noSuchFileOrDirectory))).reason
        == "this kernel has no transparent huge pages")
    #expect(answer(.hugeShared, with("shmem_enabled", .success("always [deny] force"))).reason != nil)
  }

  @Test func swapIsWhatTheKernelLists() {
    let header = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
    func with(_ text: String) -> ForcedProbeEnvironment {
      ForcedProbeEnvironment(texts: ["/proc/swaps": .success(text)])
    }
    #expect(answer(.swap, with(header)).reason == "no swap space is in use")
    #expect(answer(.swap, with(header + "/swap file 65532 0 -2\n")) == .available("1 in use"))
  }

  @Test func rightsThatAContainerLacks() {
    let container = ForcedProbeEnvironment(
      opens: [
        "/proc/sys/vm/drop_caches": .readOnlyFileSystem, "/dev/kmsg": .noSuchFileOrDirectory,
        "/sys/kernel/mm": .readOnlyFileSystem,
      ],
      texts: [
        "/sys/kernel/mm/ksm/run": .success("0\n"),
        "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages": .success("0\n"),
      ],
      sleeperTexts: ["stack": .failure(.permissionDenied), "wchan": .success("0")])
    for capability in [Capability.dropCaches, .kernelLog, .samePageMerging, .hugetlb, .procStack, .procWchan] {
      guard case .missing = answer(capability, container) else {
        Issue.record("\(capability.name): \(answer(capability, container))")
        continue
      }
    }
  }

  @Test func controlGroupsAreFoundThroughTheMounts() {
    let mounts = """
      25 1 0:22 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
      26 1 0:23 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw
      """
    let memberships = "8:memory:/user/one\n0::/user.slice\n"
    func path(_ version: Int, _ mounts: String) -> FilePath? {
      ControlGroupPath.memory(version: version, mounts: mounts, memberships: memberships)
    }
    #expect(path(1, mounts) == "/sys/fs/cgroup/memory/user/one")
    #expect(path(2, mounts) == "/sys/fs/cgroup/unified/user.slice")
    // A container sees its own group as the root of the mount.
    #expect(path(1, "25 1 0:22 /user/one /cg rw - cgroup cgroup rw,memory") == "/cg")
    #expect(path(1, "25 1 0:22 / /cg rw - cgroup cgroup rw,cpu") == nil)
  }

  @Test func theTableShowsReasonAndFix() {
    let report = CapabilityReport(
      kernelRelease: "6.1.0",
      entries: [
        .init(capability: .futex2, answer: .missing(reason: "too old", fix: "update")),
        .init(capability: .diskFolder, answer: .available("ext4 at /var/tmp")),
        .init(capability: .swap, answer: .unexpected(call: "swapon", errno: .improperLink)),
      ])
    #expect(
      report.table() == """
        Linux 6.1.0
          futex2       no   too old
                            fix: update
          disk-folder  yes  ext4 at /var/tmp
          swap         no   swapon gave EXDEV, which the probe does not expect
                            fix: report it, with the kernel release and `keywake doctor --json`
        1 of 3 capabilities; scenarios that need another are skipped
        """)
    #expect(report.table(color: true).contains("\u{1B}[33mno \u{1B}[0m"))
    #expect(report.skipReason(needing: [.diskFolder, .futex2]) == "needs futex2: too old")
    #expect(report.skipReason(needing: [.diskFolder]) == nil)
    #expect(report[.ptrace].reason == "ptrace was not probed")
  }

  @Test func jsonRoundTrip() throws {
    let report = CapabilityReport(
      kernelRelease: "6.1.0",
      entries: [
        .init(capability: .futex2, answer: .missing(reason: "too old", fix: "update")),
        .init(capability: .ioUringFutex, answer: .available("")),
        .init(capability: .swap, answer: .unexpected(call: "swapon", errno: .improperLink)),
      ], tmpfsFolder: "/dev/shm")
    let data = try JSONEncoder().encode(report)
    #expect(try JSONDecoder().decode(CapabilityReport.self, from: data) == report)
    #expect(String(decoding: data, as: UTF8.self).contains("\"io-uring-futex\""))
  }
}
