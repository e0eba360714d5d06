import SystemPackage

extension CapabilityProbes {
  private var hugePage: Int { 2 << 20 }
  private var readWrite: Int { 1 | 2 }

  /// Maps memory, writes to its first byte, runs `body` with its address, and unmaps it.
  private func withMapping(
    size: Int, file: Int? = nil, flags extra: Int = 0, of call: String, body: (Int) -> CapabilityAnswer
  ) -> CapabilityAnswer {
    let flags = (file == nil ? 0x02 | 0x20 : 0x01) | extra
    switch host.systemCall("mmap", [0, size, readWrite, flags, file ?? -1, 0]) {
    case .failure(let error): return .unexpected(call: call, errno: error)
    case .success(let address):
      defer { _ = host.systemCall("munmap", [address, size]) }
      return body(address)
    }
  }

  private func touch(_ address: Int) {
    UnsafeMutablePointer<UInt8>(bitPattern: address)?.pointee = 1
  }

  var pageSize: CapabilityAnswer {
    // An address that is no multiple of the page size is EINVAL. ENOMEM: nothing is mapped there, with 4K pages.
    withMapping(size: 1, of: "mmap") { address in
      let second = host.systemCall("madvise", [address + 4096, 1, 0])
      return failure(second, of: "madvise", accepting: [.noMemory]) { error in
        error == .invalidArgument
          ? ("the kernel's pages are larger than 4096 bytes", "use a kernel with 4K pages") : nil
      } ?? .available("")
    }
  }

  func advice(_ advice: Int, _ name: String, since release: String) -> CapabilityAnswer {
    withMapping(size: 4096, of: "mmap") { address in
      touch(address)
      return failure(host.systemCall("madvise", [address, 4096, advice]), of: "madvise(\(name))") { error in
        error == .invalidArgument
          ? ("this kernel does not know \(name)", "use Linux \(release) or later")
          : newCall(name, since: release)(error)
      } ?? .available("")
    }
  }

  /// Collapses a range of 2 MiB in a mapping of twice that.
  private func collapsed(file: Int?) -> CapabilityAnswer {
    withMapping(size: 2 * hugePage, file: file, of: "mmap") { address in
      let start = (address + hugePage - 1) & ~(hugePage - 1)
      touch(start)
      return failure(host.systemCall("madvise", [start, hugePage, 25]), of: "madvise(MADV_COLLAPSE)") { error in
        switch error {
        case .invalidArgument:
          ("this kernel does not collapse such memory", "use Linux 6.1 or later with CONFIG_TRANSPARENT_HUGEPAGE")
        case .noMemory, .resourceTemporarilyUnavailable, .resourceBusy:
          ("no free huge page could be found (\(error.symbol))", "free memory, or echo 1 > /proc/sys/vm/compact_memory")
        default: newCall("MADV_COLLAPSE", since: "6.1")(error)
        }
      } ?? .available("")
    }
  }

  var collapse: CapabilityAnswer { collapsed(file: nil) }

  private var withoutHugePages: CapabilityAnswer {
    .missing(reason: "this kernel has no transparent huge pages", fix: "use one with CONFIG_TRANSPARENT_HUGEPAGE")
  }

  var hugeAnonymous: CapabilityAnswer {
    switch host.choice(HostSetting.anonymousHugePages.path) {
    case .failure(.noSuchFileOrDirectory): withoutHugePages
    case .failure(let error): .unexpected(call: "read \(HostSetting.anonymousHugePages.path)", errno: error)
    case .success("never"):
      .missing(reason: "transparent huge pages are off", fix: "echo madvise > \(HostSetting.anonymousHugePages.path)")
    case .success(let choice): .available(choice)
    }
  }

  var hugeShared: CapabilityAnswer {
    switch host.choice(HostSetting.sharedMemoryHugePages.path) {
    case .failure(.noSuchFileOrDirectory): return withoutHugePages
    case .failure(let error): return .unexpected(call: "read \(HostSetting.sharedMemoryHugePages.path)", errno: error)
    case .success("deny"):
      return .missing(
        reason: "huge pages in shared memory are denied", fix: "echo never > \(HostSetting.sharedMemoryHugePages.path)")
    case .success(let choice):
      let made = createMemfd(flags: 0)
      guard case .success(let file) = made else { return memfd }
      defer { _ = host.systemCall("close", [file]) }
      let grown = host.systemCall("ftruncate", [file, 2 * hugePage])
      if let problem = failure(grown, of: "ftruncate", known: { _ in nil }) { return problem }
      let answer = collapsed(file: file)
      // MADV_COLLAPSE does not ask for the setting.
      return answer.isAvailable ? .available("shmem_enabled is \(choice); by MADV_COLLAPSE in any case") : answer
    }
  }

  private func createMemfd(flags: Int) -> Result<Int, Errno> {
    "keywake-probe".withCString { host.systemCall("memfd_create", [Int(bitPattern: $0), flags | 1]) }
  }

  private func memfd(flags: Int, _ name: String, _ more: (Errno) -> (reason: String, fix: String)?) -> CapabilityAnswer
  {
    let made = createMemfd(flags: flags)
    if case .success(let file) = made { _ = host.systemCall("close", [file]) }
    return failure(made, of: name) { more($0) ?? newCall("memfd_create", since: "3.17")($0) } ?? .available("")
  }

  var memfd: CapabilityAnswer { memfd(flags: 0, "memfd_create") { _ in nil } }

  var memfdHugetlb: CapabilityAnswer {
    memfd(flags: 4, "memfd_create(MFD_HUGETLB)") { error in
      switch error {
      case .invalidArgument, .noSuchFileOrDirectory, .noFunction:
        ("this kernel has no hugetlb memfd", "use Linux 4.14 or later with CONFIG_HUGETLBFS")
      default: nil
      }
    }
  }

  var hugetlb: CapabilityAnswer {
    let pool = HostSetting.hugePages.path
    let free = host.trimmedText(pool.removingLastComponent().appending("free_hugepages"))
    switch free {
    case .failure(.noSuchFileOrDirectory):
      return .missing(reason: "there is no pool of 2 MiB pages", fix: "use a kernel with CONFIG_HUGETLBFS")
    case .failure(let error): return .unexpected(call: "read free_hugepages", errno: error)
    case .success(let text):
      let pages = Int(text) ?? 0
      switch host.openError(pool, flags: FileFlags.write) {
      case nil: return .available("\(pages) free; more can be added")
      case .permissionDenied, .notPermitted, .readOnlyFileSystem:
        return pages > 0
          ? .available("\(pages) free")
          : .missing(
            reason: "no free huge pages, and no right to add some", fix: needing("a writable \(pool)"))
      case .some(let error): return .unexpected(call: "open \(pool)", errno: error)
      }
    }
  }

  var samePageMerging: CapabilityAnswer {
    let run = HostSetting.ksmRun.path
    switch host.trimmedText(run) {
    case .failure(.noSuchFileOrDirectory):
      return .missing(reason: "this kernel has no KSM", fix: "use a kernel with CONFIG_KSM")
    case .failure(let error): return .unexpected(call: "read \(run)", errno: error)
    case .success("1"): return .available("running")
    case .success:
      switch host.openError(run, flags: FileFlags.write) {
      case nil: return .available("can be started")
      case .permissionDenied, .notPermitted, .readOnlyFileSystem:
        return .missing(
          reason: "KSM does not run, and may not be started", fix: needing("a writable \(run)"))
      case .some(let error): return .unexpected(call: "open \(run)", errno: error)
      }
    }
  }

  var sharedMemorySegments: CapabilityAnswer {
    // IPC_PRIVATE: a segment of our own. IPC_RMID: gone at once, as nobody has it mapped.
    let made = host.systemCall("shmget", [0, 4096, 0o600 | 0o1000])
    if case .success(let segment) = made { _ = host.systemCall("shmctl", [segment, 0, 0]) }
    return failure(made, of: "shmget") { error in
      switch error {
      case .noSpace: ("all shared memory segments are in use", "remove unused ones: ipcs -m, ipcrm -m ID")
      case .noMemory: ("the limits on shared memory are too low", "raise kernel.shmall and kernel.shmmax")
      case .noFunction: ("this kernel has no System V shared memory", "use a kernel with CONFIG_SYSVIPC")
      default: newCall("shmget", since: "2.0")(error)
      }
    } ?? .available("")
  }

  var memoryLock: CapabilityAnswer {
    // The most that a scenario locks: 16 windows of 8 pages.
    let size = 16 * 8 * 4096
    return withMapping(size: size, of: "mmap") { address in
      failure(host.systemCall("mlock", [address, size]), of: "mlock") { error in
        switch error {
        case .noMemory, .notPermitted, .resourceTemporarilyUnavailable:
          ("mlock of \(size >> 10) KiB is over the limit", "raise it: ulimit -l \(size >> 10), or give CAP_IPC_LOCK")
        default: nil
        }
      } ?? .available("")
    }
  }
}
