import SystemPackage

/// A change of the host that a journal can undo. Each is recorded before it is made.
public enum HostChange: Equatable, Sendable {
  /// A file; undone by `unlink(2)`.
  case file(FilePath)
  /// A folder with all that is in it, on its own file system.
  case folder(FilePath)
  /// An active swap area; undone by `swapoff(2)`.
  case swap(FilePath)
  /// A mount; undone by `umount2(2)` with `MNT_DETACH`.
  case mount(FilePath)
  /// A control group with its children; who is in it goes to the parent group.
  case controlGroup(FilePath)
  /// A System V shared memory segment. Only one that `creator` made is removed.
  case segment(key: Int32, creator: Int32)
  /// A lease on a setting; made by `HostJournal.hold`.
  case setting(FilePath)

  /// Kind and arguments as they stand in the journal.
  var words: [String] {
    switch self {
    case .file(let path): ["file", path.string]
    case .folder(let path): ["folder", path.string]
    case .swap(let path): ["swap", path.string]
    case .mount(let path): ["mount", path.string]
    case .controlGroup(let path): ["cgroup", path.string]
    case .segment(let key, let creator): ["segment", String(key), String(creator)]
    case .setting(let path): ["setting", path.string]
    }
  }
}
