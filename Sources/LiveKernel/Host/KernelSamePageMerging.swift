/// KSM running, at a pace that a test run can wait for, while this run lasts. Needs root.
/// Source: Documentation/admin-guide/mm/ksm.rst.
public struct KernelSamePageMerging: Sendable {
  private let changes: [HeldChange]
  private let journal: HostJournal

  /// Starts KSM: 10,000 pages a scan, 10 ms apart. Every run asks for the same, so runs share it.
  public static func start(journal: HostJournal) throws(HostError) -> KernelSamePageMerging {
    var changes: [HeldChange] = []
    do throws(HostError) {
      changes.append(try journal.hold(.ksmPagesToScan, value: "10000"))
      changes.append(try journal.hold(.ksmSleep, value: "10"))
      changes.append(try journal.hold(.ksmRun, value: "1"))
    } catch {
      for change in changes.reversed() { try? journal.undo(change) }
      throw error
    }
    return KernelSamePageMerging(changes: changes, journal: journal)
  }

  /// How often KSM has scanned everything, since boot: what a `merge` waits for. Nil without KSM.
  public static var fullScans: Int? {
    guard let text = try? HostFiles.read("/sys/kernel/mm/ksm/full_scans") else { return nil }
    return Int(text.prefix { $0.isNumber })
  }

  /// Gives the settings back now; not needed before the run's end.
  public func stop() throws(HostError) {
    for change in changes.reversed() { try journal.undo(change) }
  }
}
