import SystemPackage

extension CapabilityProbes {
  /// Runs with the address of zeroed, 64-byte aligned memory.
  private func withWords(_ body: (Int) -> CapabilityAnswer) -> CapabilityAnswer {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 4096) { memory in
      memory.initializeMemory(as: UInt8.self, repeating: 0)
      return body(Int(bitPattern: memory.baseAddress))
    }
  }

  private func store(_ value: UInt32, at address: Int) {
    UnsafeMutablePointer<UInt32>(bitPattern: address)?.pointee = value
  }

  /// FUTEX2_SIZE_U32 | FUTEX2_PRIVATE of include/uapi/linux/futex.h.
  private var privateWord: Int { 0x02 | 0x80 }

  /// Asks the ring itself, by IORING_REGISTER_PROBE (Linux 5.6), whether it knows the operation.
  var ioUringFutex: CapabilityAnswer {
    let disabled = (try? host.trimmedText("/proc/sys/kernel/io_uring_disabled").get()) ?? "0"
    return withWords { memory in
      let setup = host.systemCall("io_uring_setup", [4, memory])
      let problem = failure(setup, of: "io_uring_setup") { error in
        switch error {
        case .noFunction: ("this kernel has no io_uring", "use a kernel with CONFIG_IO_URING, Linux 6.7 or later")
        case .notPermitted, .permissionDenied:
          disabled == "0"
            ? ("io_uring is forbidden here, by seccomp or a security module", "allow it in the container's profile")
            : ("io_uring is switched off: kernel.io_uring_disabled=\(disabled)", "sysctl kernel.io_uring_disabled=0")
        case .noMemory: ("no locked memory for a ring", "raise the limit: ulimit -l unlimited")
        default: nil
        }
      }
      guard case .success(let ring) = setup else { return problem ?? .available("") }
      defer { _ = host.systemCall("close", [ring]) }
      // struct io_uring_probe: last_op, ops_len; from byte 16 on 8 bytes an operation: op, resv, flags (bit 0: known).
      UnsafeMutableRawPointer(bitPattern: memory)?.initializeMemory(as: UInt8.self, repeating: 0, count: 4096)
      let asked = host.systemCall("io_uring_register", [ring, 8, memory, 256])
      if let problem = failure(asked, of: "io_uring_register", known: newCall("IORING_REGISTER_PROBE", since: "5.6")) {
        return problem
      }
      let wait = 51
      let bytes = UnsafeRawPointer(bitPattern: memory)
      let flags = bytes?.load(fromByteOffset: 16 + 8 * wait + 2, as: UInt16.self) ?? 0
      return flags & 1 != 0
        ? .available("")
        : .missing(reason: "this io_uring has no futex wait", fix: "use Linux 6.7 or later; threads wait instead")
    }
  }

  var futex2: CapabilityAnswer {
    withWords { word in
      let wake = host.systemCall("futex_wake", [word, 0xFFFF_FFFF, 1, privateWord])
      if let problem = failure(wake, of: "futex_wake", known: newCall("futex_wake", since: "6.7")) { return problem }
      // The value is 0, not 1: it must not sleep.
      let wait = host.systemCall("futex_wait", [word, 1, 0xFFFF_FFFF, privateWord, 0, 0])
      let problem = failure(
        wait, of: "futex_wait", accepting: [.resourceTemporarilyUnavailable], known: newCall("futex_wait", since: "6.7")
      )
      if let problem { return problem }
      for (number, address) in [word, word + 64].enumerated() {
        storeWaiter(at: word + 128 + 24 * number, value: 0, address: address)
      }
      let requeue = host.systemCall("futex_requeue", [word + 128, 0, 0, 0])
      return failure(requeue, of: "futex_requeue", known: newCall("futex_requeue", since: "6.7")) ?? .available("")
    }
  }

  /// struct futex_waitv: value, address, flags.
  private func storeWaiter(at place: Int, value: UInt64, address: Int) {
    guard let waiter = UnsafeMutableRawPointer(bitPattern: place) else { return }
    waiter.storeBytes(of: value, as: UInt64.self)
    waiter.storeBytes(of: UInt64(address), toByteOffset: 8, as: UInt64.self)
    waiter.storeBytes(of: UInt32(privateWord), toByteOffset: 16, as: UInt32.self)
  }

  var futexWaitv: CapabilityAnswer {
    withWords { word in
      storeWaiter(at: word + 128, value: 1, address: word)
      let wait = host.systemCall("futex_waitv", [word + 128, 1, 0, 0, 0])
      return failure(
        wait, of: "futex_waitv", accepting: [.resourceTemporarilyUnavailable],
        known: newCall("futex_waitv", since: "5.16")) ?? .available("")
    }
  }

  func futex2Flag(_ flag: Int, _ name: String) -> CapabilityAnswer {
    withWords { word in
      store(.max, at: word + 4)  // FUTEX_NO_NODE
      let wake = host.systemCall("futex_wake", [word, 0xFFFF_FFFF, 1, privateWord | flag])
      return failure(wake, of: "futex_wake with \(name)") { error in
        error == .invalidArgument
          ? ("this kernel does not know \(name)", "use Linux 6.16 or later, with CONFIG_NUMA for memory policies")
          : newCall("futex_wake", since: "6.7")(error)
      } ?? .available("")
    }
  }

  var futexHash: CapabilityAnswer {
    // PR_FUTEX_HASH, PR_FUTEX_HASH_GET_SLOTS of include/uapi/linux/prctl.h.
    let slots = host.systemCall("prctl", [78, 2, 0, 0, 0])
    return failure(slots, of: "prctl(PR_FUTEX_HASH)") { error in
      error == .invalidArgument
        ? ("this kernel has no hash table a process", "use Linux 6.16 or later, with CONFIG_FUTEX_PRIVATE_HASH") : nil
    } ?? .available("")
  }

  var priorityInheritance: CapabilityAnswer {
    withWords { word in
      let lock = host.systemCall("futex", [word, 6 | 128, 0, 0, 0, 0])
      let problem = failure(lock, of: "futex(FUTEX_LOCK_PI)") { error in
        error == .noFunction
          ? ("this kernel has no priority inheritance", "use a kernel with CONFIG_FUTEX_PI")
          : newCall("FUTEX_LOCK_PI", since: "2.6.18")(error)
      }
      if let problem { return problem }
      let unlock = host.systemCall("futex", [word, 7 | 128, 0, 0, 0, 0])
      return failure(unlock, of: "futex(FUTEX_UNLOCK_PI)") { _ in nil } ?? .available("")
    }
  }
}
