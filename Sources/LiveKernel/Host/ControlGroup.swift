import Glibc
import SystemPackage

/// A control group of this run, cgroups(7), version 1 or 2. Needs a parent group that may be written to.
public struct ControlGroup: Sendable {
  public let path: FilePath
  private let change: HeldChange
  private let journal: HostJournal

  /// Makes a group inside `parent`, a folder of a mounted control group hierarchy.
  public static func make(in parent: FilePath, journal: HostJournal) throws(HostError) -> ControlGroup {
    let path = parent.appending("keywake-\(journal.run)-\(HostFiles.randomName())")
    let change = try journal.record(.controlGroup(path))
    guard mkdir(path.string, 0o755) == 0 else {
      let error = Errno.last
      try? journal.undo(change)
      throw HostError("make the control group", path, error)
    }
    return ControlGroup(path: path, change: change, journal: journal)
  }

  /// Moves a process into the group.
  public func add(process: Int32) throws(HostError) { try write(String(process), to: "cgroup.procs") }

  /// Writes to one of the group's files, for example `memory.force_empty` or `memory.reclaim`.
  public func write(_ value: String, to file: String) throws(HostError) {
    let path = self.path.appending(file)
    let fd = open(path.string, O_WRONLY | O_CLOEXEC)
    guard fd >= 0 else { throw HostError("open", path, .last) }
    defer { close(fd) }
    do throws(Errno) {
      try HostFiles.writeAll(Array(value.utf8), to: fd)
    } catch {
      throw HostError("write \(value) to", path, error)
    }
  }

  /// Removes it now, after moving who is in it to the parent; not needed before the run's end.
  public func remove() throws(HostError) { try journal.undo(change) }
}
