import SystemPackage

/// Huge pages of 2 MiB added to the kernel's pool for this run. Needs root.
public struct HugePageReservation: Sendable {
  public let pages: Int
  private let change: HeldChange
  private let journal: HostJournal

  /// Adds `pages` to the pool.
  /// - Throws: `HostError`; also when memory was too fragmented for all of them, and then none is kept.
  public static func make(pages: Int, journal: HostJournal) throws(HostError) -> HugePageReservation {
    let setting = HostSetting.hugePages
    let change = try journal.hold(setting, value: String(pages))
    let free = freePages
    guard free >= pages else {
      try? journal.undo(change)
      throw HostError(
        "reserve \(pages) huge pages in", setting.path,
        advice: "the kernel found memory for \(free) only; free memory, or echo 1 > /proc/sys/vm/compact_memory")
    }
    return HugePageReservation(pages: pages, change: change, journal: journal)
  }

  /// Gives them back now; not needed before the run's end.
  public func remove() throws(HostError) { try journal.undo(change) }

  /// Huge pages of 2 MiB in the pool that nobody uses and nobody has reserved.
  public static var freePages: Int { max(0, number("free_hugepages") - reservedPages) }

  /// Huge pages that mappings have reserved and not touched yet.
  public static var reservedPages: Int { number("resv_hugepages") }

  private static func number(_ name: String) -> Int {
    let path = HostSetting.hugePages.path.removingLastComponent().appending(name)
    let text = (try? HostFiles.read(path)) ?? ""
    return Int(text.prefix { $0.isNumber }) ?? 0
  }
}
