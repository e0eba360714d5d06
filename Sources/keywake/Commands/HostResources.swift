import LiveKernel
import Scenario
import SystemPackage

/// What a run with `--system-wide` adds to the host, each through the undo journal.
enum HostResources {
  /// Enough for the demand of all but the greediest scenarios.
  private static let hugePages = 192

  /// Names the operations that this host cannot do: scenarios that need one are skipped with the reason.
  static func leaveOut(_ options: inout LiveOptions, _ capabilities: CapabilityReport) {
    let needed: [(Capability, [OperationKind])] = [
      (.memoryLock, [.lockMemory]), (.pageout, [.pageout]), (.populateRead, [.swapin]), (.collapse, [.collapse]),
      (.futexWaitv, [.waitv]), (.priorityInheritance, [.lockPI, .tryLockPI, .unlockPI]),
    ]
    for (capability, kinds) in needed {
      guard let reason = capabilities.skipReason(needing: [capability]) else { continue }
      for kind in kinds { options.missing[kind] = reason }
    }
    options.missingFiles[.sysv] = capabilities.skipReason(needing: [.sharedMemorySegments])
    options.missingSystemCaches = capabilities.skipReason(needing: [.dropCaches])
  }

  /// - Returns: how many huge pages there are for the run.
  static func provide(
    _ options: inout LiveOptions, _ diskFolder: FilePath, _ capabilities: CapabilityReport, _ journal: HostJournal,
    _ remarks: inout [String]
  ) -> Int {
    func attempt<Value>(_ what: String, needing capability: Capability, _ make: () throws(HostError) -> Value) -> Value?
    {
      if let reason = capabilities[capability].reason {
        remarks.append("no \(what): \(reason)")
        return nil
      }
      do throws(HostError) {
        return try make()
      } catch {
        remarks.append("no \(what): \(error)")
        return nil
      }
    }
    // Swap that is there already may be another run's, and go with it.
    let folder = diskFolder
    if let swap = attempt(
      "swap file", needing: .swapFile, { () throws(HostError) in try SwapFile.make(in: folder, journal: journal) })
    {
      remarks.append("swap file of \(swap.size >> 20) MiB at \(swap.path), removed at the end")
      options.swap = true
    }
    if attempt(
      "KSM", needing: .samePageMerging, { () throws(HostError) in try KernelSamePageMerging.start(journal: journal) })
      != nil
    {
      remarks.append("KSM runs until the end")
      options.samePageMerging = true
    }
    let pool = attempt(
      "huge pages", needing: .hugetlb,
      { () throws(HostError) in
        try HugePageReservation.make(pages: hugePages, journal: journal)
      })
    if let pool {
      remarks.append("\(pool.pages) huge pages reserved until the end")
      options.hugePages = true
    }
    return pool?.pages ?? 0
  }
}
