/// The bounds of the universe. They are part of the language: every reader, generator and runner holds to them.
public enum Limits {
  /// Actors alive at once: processes, and threads started with `thread`.
  public static let actorsAlive = 4
  /// Actors that a scenario may name in all.
  public static let actors = 8
  public static let files = 8
  /// Mapping slots of one address space. Slot `n` is the same window of virtual addresses in each process.
  public static let slots = 16
  /// Pages of one file or of one mapping, in the page size of the memory (4 KiB, or 2 MiB for hugetlb).
  public static let pages = 8
  public static let waiters = 32
  /// Operations in all, those inside a race included.
  public static let operations = 64
  public static let lanes = 3
  /// Words in one `waitv` or `keys`.
  public static let words = 8
  /// Characters of a name.
  public static let nameLength = 15
  /// Bytes of a text file that a reader accepts.
  public static let textBytes = 1 << 20
  /// Bytes of one slot's window: 8 huge pages, and as much again that nothing is ever mapped into.
  public static let windowBytes: UInt32 = 32 << 20
  /// Bytes of a base page, and of a hugetlb page.
  public static let pageBytes: UInt32 = 4096
  public static let hugePageBytes: UInt32 = 2 << 20
}
