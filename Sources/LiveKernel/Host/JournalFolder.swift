import Glibc
import SystemPackage

/// Where the undo journals of all runs of one user on a host are kept.
///
/// Files of runs survive a power loss, so their journal must survive it too: the folder is on a disk where there is
/// one. What ends with the boot (settings, swap areas, mounts) is known by the boot's id and then only forgotten.
public struct JournalFolder: Sendable, Equatable {
  public let path: FilePath

  public init(_ path: FilePath) { self.path = path }

  /// In the order of preference. Root: `/var/lib/keywake`, `/run/keywake`. Others: `/var/tmp/keywake-UID`,
  /// `$XDG_RUNTIME_DIR/keywake`, `/tmp/keywake-UID`.
  public static var candidates: [JournalFolder] {
    let user = geteuid()
    if user == 0 { return [JournalFolder("/var/lib/keywake"), JournalFolder("/run/keywake")] }
    var folders = [JournalFolder(FilePath("/var/tmp/keywake-\(user)"))]
    if let runtime = getenv("XDG_RUNTIME_DIR") {
      folders.append(JournalFolder(FilePath(String(cString: runtime)).appending("keywake")))
    }
    return folders + [JournalFolder(FilePath("/tmp/keywake-\(user)"))]
  }

  /// Opens the folder, which only this user may enter; makes it when it is missing and `create` is set.
  /// - Throws: `HostError`, also when the folder belongs to somebody else or is open to others.
  func open(create: Bool) throws(HostError) -> FileDescriptor {
    if create && mkdir(path.string, 0o700) < 0 && Glibc.errno != EEXIST {
      throw HostError("make the journal folder", path, .last)
    }
    let fd = Glibc.open(path.string, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard fd >= 0 else { throw HostError("open the journal folder", path, .last) }
    var status = stat()
    guard fstat(fd, &status) == 0, status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
      close(fd)
      throw HostError("use the journal folder", path, advice: "it must belong to you, with mode 0700")
    }
    return FileDescriptor(rawValue: fd)
  }

  /// The first candidate that can be written to.
  /// - Throws: `HostError` of the last candidate.
  public static func standard() throws(HostError) -> JournalFolder {
    var last = HostError("find a place for the undo journal")
    for folder in candidates {
      do {
        try folder.open(create: true).close()
        if access(folder.path.string, W_OK) == 0 { return folder }
        last = HostError("write to the journal folder", folder.path, .last)
      } catch let error as HostError {
        last = error
      } catch {
        last = HostError("close the journal folder", folder.path)
      }
    }
    throw last
  }

  /// The id of this boot of the kernel, random(4).
  static var bootID: String {
    let text = (try? HostFiles.read("/proc/sys/kernel/random/boot_id")) ?? ""
    let id = text.filter { $0.isLetter || $0.isNumber || $0 == "-" }
    return id.isEmpty ? "unknown" : id
  }
}
