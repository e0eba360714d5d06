import Glibc
import SystemPackage

/// A folder of this run, for its files on tmpfs or on a disk; it goes with all that is in it.
public struct TemporaryFolder: Sendable {
  public let path: FilePath
  private let change: HeldChange
  private let journal: HostJournal

  /// Makes the folder, mode 0700, with a name that nobody else has.
  /// - Parameter base: the folder to make it in.
  public static func make(in base: FilePath, journal: HostJournal) throws(HostError) -> TemporaryFolder {
    let path = base.appending("keywake-\(journal.run)-\(HostFiles.randomName())")
    let change = try journal.record(.folder(path))
    guard mkdir(path.string, 0o700) == 0 else {
      let error = Errno.last
      try? journal.undo(change)
      throw HostError("make the folder", path, error)
    }
    return TemporaryFolder(path: path, change: change, journal: journal)
  }

  /// Removes it now; not needed before the run's end.
  public func remove() throws(HostError) { try journal.undo(change) }
}
