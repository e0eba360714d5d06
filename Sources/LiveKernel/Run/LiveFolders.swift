import CKeywake
import Glibc
import SystemPackage

/// The folders in which a run makes its named files, one for each kind, and the files' names.
struct LiveFolders {
  /// `nil`: there is none, and `reason` says why.
  private(set) var tmpfs: FilePath?
  private(set) var disk: FilePath?
  private(set) var tmpfsReason = ""
  private(set) var diskReason = ""

  init(_ options: LiveOptions) {
    (tmpfs, tmpfsReason) = Self.make(in: options.tmpfsFolder, onTmpfs: true)
    (disk, diskReason) = Self.make(in: options.diskFolder, onTmpfs: false)
  }

  /// Folders to be removed when the host did not do so itself.
  var paths: [FilePath] { [tmpfs, disk].compactMap { $0 } }

  private static func make(in folder: FilePath, onTmpfs: Bool) -> (FilePath?, String) {
    let isTmpfs = kw_is_on_tmpfs(folder.string)
    guard isTmpfs >= 0 else { return (nil, "\(folder): \(Errno(rawValue: -isTmpfs))") }
    guard (isTmpfs == 1) == onTmpfs else { return (nil, "\(folder) is \(onTmpfs ? "not " : "")on tmpfs") }
    var template = Array(folder.appending("keywake-\(getpid())-XXXXXX").string.utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer -> String? in
      guard let base = buffer.baseAddress, mkdtemp(base) != nil else { return nil }
      return String(cString: base)
    }
    guard let made else { return (nil, "\(folder): \(Errno(rawValue: errno))") }
    return (FilePath(made), "")
  }

  func remove() {
    for path in paths {
      unlink(path.appending(AgentExecutable.name).string)
      rmdir(path.string)
    }
  }
}
