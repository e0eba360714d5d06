import Foundation

/// Why a file could not be made, in the kernel's words where it has any.
enum FileFailure {
  static func reason(_ error: any Error) -> String {
    let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    guard inner.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
    return String(cString: strerror(Int32(inner.code)))
  }

  /// Before long work: the folder in which the file will be written must be there.
  static func checkFolder(of path: String, _ option: String) throws(CommandFailure) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw .usage("\(option): expected a file, found the folder '\(path)'")
    }
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw .usage("\(option): cannot write into the folder \(folder): \(String(cString: strerror(errno)))")
    }
  }
}
