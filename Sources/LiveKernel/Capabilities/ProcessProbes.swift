import Glibc
import SystemPackage

extension CapabilityProbes {
  /// Runs with a sleeping child, as an agent is one of the tool.
  private func withSleeper(_ body: (Int32) -> CapabilityAnswer) -> CapabilityAnswer {
    switch host.startSleeper() {
    case .failure(let error): return .unexpected(call: "fork", errno: error)
    case .success(let child):
      defer { host.endSleeper(child) }
      return body(child)
    }
  }

  func procFile(_ name: String, option: String) -> CapabilityAnswer {
    withSleeper { child in
      switch host.readText(FilePath("/proc/\(child)/\(name)")) {
      case .success: .available("")
      case .failure(.noSuchFileOrDirectory):
        .missing(reason: "this kernel has no /proc/PID/\(name)", fix: "use a kernel with \(option)")
      case .failure(.permissionDenied), .failure(.notPermitted): forbidden(name)
      case .failure(let error): .unexpected(call: "read /proc/PID/\(name)", errno: error)
      }
    }
  }

  /// "0" is what it says of a thread that runs, and to those who may not know.
  var waitChannel: CapabilityAnswer {
    let answer = procFile("wchan", option: "CONFIG_KALLSYMS")
    guard answer.isAvailable else { return answer }
    return withSleeper { child in
      // It has just been forked: first it has to fall asleep.
      for _ in 0..<10_000 {
        let stat = host.readText(FilePath("/proc/\(child)/stat"))
        let channel = host.readText(FilePath("/proc/\(child)/wchan"))
        guard case .success(let text) = channel else { return forbidden("wchan") }
        if text != "0" { return .available("") }
        if case .success(let stat) = stat, HostFiles.statField(3, of: stat) == "S" { break }
        sched_yield()
      }
      return .missing(
        reason: "/proc/PID/wchan does not name the function that a thread sleeps in",
        fix: needing("CAP_SYS_PTRACE, and a kernel with CONFIG_KALLSYMS"))
    }
  }

  private func forbidden(_ name: String) -> CapabilityAnswer {
    .missing(
      reason: "/proc/PID/\(name) may not be read",
      fix: needing("CAP_SYS_ADMIN and CAP_SYS_PTRACE"))
  }

  var pagemap: CapabilityAnswer {
    withSleeper { child in
      switch host.openError(FilePath("/proc/\(child)/pagemap"), flags: FileFlags.read) {
      case nil: .available("")
      case .noSuchFileOrDirectory:
        .missing(reason: "this kernel has no pagemap", fix: "use a kernel with CONFIG_PROC_PAGE_MONITOR")
      case .permissionDenied, .notPermitted: forbidden("pagemap")
      case .some(let error): .unexpected(call: "open /proc/PID/pagemap", errno: error)
      }
    }
  }

  var mapFiles: CapabilityAnswer {
    withSleeper { child in
      guard case .success(let maps) = host.readText(FilePath("/proc/\(child)/maps")),
        let line = maps.split(separator: "\n").first(where: { $0.contains(" /") }),
        let range = line.split(separator: " ").first
      else { return .missing(reason: "/proc/PID/maps shows no mapped file", fix: needing("CAP_SYS_PTRACE")) }
      return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { target in
        let read = host.systemCall(
          "readlinkat", path: FilePath("/proc/\(child)/map_files/\(range)"),
          [Int(bitPattern: target.baseAddress), 4096])
        return failure(read, of: "readlink in /proc/PID/map_files") { error in
          switch error {
          case .notPermitted, .permissionDenied:
            ("/proc/PID/map_files may not be read", needing("CAP_CHECKPOINT_RESTORE"))
          case .noSuchFileOrDirectory: ("this kernel has no map_files", "use Linux 4.3 or later")
          default: nil
          }
        } ?? .available("")
      }
    }
  }

  /// PTRACE_SEIZE, PTRACE_INTERRUPT and PTRACE_DETACH of a child.
  var ptrace: CapabilityAnswer {
    withSleeper { child in
      let seized = host.systemCall("ptrace", [0x4206, Int(child), 0, 0])
      let problem = failure(seized, of: "ptrace(PTRACE_SEIZE)") { error in
        switch error {
        case .notPermitted, .permissionDenied:
          ("ptrace is forbidden", "sysctl kernel.yama.ptrace_scope=1, or add SYS_PTRACE to the container")
        case .noFunction: ("ptrace is not available", "allow it in the container's seccomp profile")
        default: nil
        }
      }
      if let problem { return problem }
      _ = host.systemCall("ptrace", [0x4207, Int(child), 0, 0])
      _ = host.systemCall("wait4", [Int(child), 0, 0x4000_0000, 0])
      _ = host.systemCall("ptrace", [17, Int(child), 0, 0])
      return .available("")
    }
  }

  var dropCaches: CapabilityAnswer {
    // Opening for writing asks for the right; nothing is written.
    switch host.openError("/proc/sys/vm/drop_caches", flags: FileFlags.write) {
    case nil: .available("")
    case .permissionDenied, .notPermitted, .readOnlyFileSystem:
      .missing(
        reason: "/proc/sys/vm/drop_caches may not be written",
        fix: needing("a writable /proc/sys, which containers have not"))
    case .noSuchFileOrDirectory:
      .missing(reason: "this kernel has no drop_caches", fix: "use a kernel with CONFIG_PROC_SYSCTL")
    case .some(let error): .unexpected(call: "open /proc/sys/vm/drop_caches", errno: error)
    }
  }

  var kernelLog: CapabilityAnswer {
    switch host.openError("/dev/kmsg", flags: FileFlags.read | FileFlags.nonBlocking) {
    case nil: .available("")
    case .permissionDenied, .notPermitted:
      .missing(reason: "the kernel log may not be read", fix: needing("CAP_SYSLOG, or sysctl kernel.dmesg_restrict=0"))
    case .noSuchFileOrDirectory:
      .missing(reason: "there is no /dev/kmsg here", fix: "give the container the device: --device /dev/kmsg")
    case .some(let error): .unexpected(call: "open /dev/kmsg", errno: error)
    }
  }

  /// The folder of the memory hierarchy that this process is in, or what is wrong.
  var memoryControlGroup: CapabilityAnswer {
    guard case .success(let mounts) = host.readText("/proc/self/mountinfo"),
      case .success(let memberships) = host.readText("/proc/self/cgroup")
    else { return .missing(reason: "/proc/self/cgroup cannot be read", fix: "use a kernel with CONFIG_MEMCG") }
    for version in [2, 1] {
      guard let group = ControlGroupPath.memory(version: version, mounts: mounts, memberships: memberships) else {
        continue
      }
      if version == 2 {
        let controllers = (try? host.trimmedText(group.appending("cgroup.controllers")).get()) ?? ""
        guard controllers.split(separator: " ").contains("memory") else { continue }
      }
      let asked = host.systemCall("faccessat", path: group, [2])
      return failure(asked, of: "access to \(group)") { error in
        switch error {
        case .permissionDenied, .notPermitted, .readOnlyFileSystem:
          ("no groups can be made in \(group)", needing("a writable control group file system"))
        case .noSuchFileOrDirectory: ("\(group) is not visible here", "run in the host's control group namespace")
        default: nil
        }
      } ?? .available("version \(version) at \(group)")
    }
    return .missing(
      reason: "no memory control group hierarchy is mounted", fix: "mount -t cgroup2 none /sys/fs/cgroup, as root")
  }
}
