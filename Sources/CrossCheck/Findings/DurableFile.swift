import Glibc
import SystemPackage

/// Files that are whole or not there, whatever happens while they are written.
public enum DurableFile {
  /// Writes the parts beside the file, makes them durable, and renames them over the old one. After an error nothing is
  /// left of them.
  public static func replace(_ path: FilePath, with parts: [[UInt8]]) throws(Errno) {
    let draft = FilePath(path.string + ".draft-\(getpid())")
    do {
      let file = try FileDescriptor.open(
        draft, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try file.closeAfter {
        for part in parts { try file.writeAll(part) }
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
      guard rename(draft.string, path.string) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      unlink(draft.string)
      throw error as? Errno ?? .ioError
    }
  }
}
