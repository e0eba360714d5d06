import CKeywakeHost
import Glibc
import SystemPackage

/// A swap file of this run, in use from `make` to `remove`. Needs CAP_SYS_ADMIN and a file system that swaps to files.
public struct SwapFile: Sendable {
  public let path: FilePath
  /// Size in bytes, the header's page included.
  public let size: Int
  private let folder: TemporaryFolder
  private let swap: HeldChange
  private let journal: HostJournal

  /// Makes the file, without holes, and swaps to it.
  /// - Parameters:
  ///   - base: a folder on a disk: ext4, xfs or btrfs, not tmpfs nor overlayfs.
  ///   - size: bytes; a multiple of the page size, at least ten pages (mkswap(8)).
  /// - Throws: `HostError`; nothing is left behind then.
  public static func make(in base: FilePath, size: Int = 64 << 20, journal: HostJournal) throws(HostError) -> SwapFile {
    let pageSize = Int(getpagesize())
    guard size % pageSize == 0, size >= 10 * pageSize else {
      throw HostError("make a swap file of \(size) bytes", advice: "at least ten whole pages of \(pageSize) bytes")
    }
    let folder = try TemporaryFolder.make(in: base, journal: journal)
    let path = folder.path.appending("swap")
    do throws(HostError) {
      try write(path, size: size, pageSize: pageSize)
      let swap = try journal.record(.swap(path))
      let answer = kwh_swapon(path.string)
      guard answer == 0 else {
        let error = Errno(rawValue: -answer)
        throw HostError(
          "swap to", path, error,
          advice: error == .invalidArgument
            ? "its file system does not swap to files: choose a folder on ext4, xfs or btrfs" : "needs CAP_SYS_ADMIN")
      }
      return SwapFile(path: path, size: size, folder: folder, swap: swap, journal: journal)
    } catch {
      try? folder.remove()
      throw error
    }
  }

  /// Ends swapping to it, which brings its pages back into memory, and removes it. Not needed before the run's end.
  public func remove() throws(HostError) {
    try journal.undo(swap)
    try folder.remove()
  }

  /// The first page of a swap area: the header at byte 1024, the signature in the page's last ten bytes.
  /// Source: `union swap_header`, include/linux/swap.h.
  static func header(size: Int, pageSize: Int, uuid: [UInt8]) -> [UInt8] {
    var page = [UInt8](repeating: 0, count: pageSize)
    func put(_ value: UInt32, at offset: Int) {
      withUnsafeBytes(of: value) { page.replaceSubrange(offset..<offset + 4, with: $0) }
    }
    put(1, at: 1024)  // version
    put(UInt32(clamping: size / pageSize - 1), at: 1028)  // last page
    put(0, at: 1032)  // bad pages
    page.replaceSubrange(1036..<1052, with: uuid.prefix(16) + [UInt8](repeating: 0, count: 16 - min(16, uuid.count)))
    page.replaceSubrange(1052..<1059, with: Array("keywake".utf8))
    page.replaceSubrange(pageSize - 10..<pageSize, with: Array("SWAPSPACE2".utf8))
    return page
  }

  private static func write(_ path: FilePath, size: Int, pageSize: Int) throws(HostError) {
    let fd = open(path.string, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard fd >= 0 else { throw HostError("make the swap file", path, .last) }
    defer { close(fd) }
    // btrfs swaps only to files that are not copied on write, and the flag must come before the first byte. The
    // others do not know the flag, or do without.
    kwh_set_no_copy_on_write(fd)
    do throws(Errno) {
      var generator = SystemRandomNumberGenerator()
      let uuid = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
      try HostFiles.writeAll(header(size: size, pageSize: pageSize, uuid: uuid), to: fd)
      let zeros = [UInt8](repeating: 0, count: 1 << 20)
      var rest = size - pageSize
      while rest > 0 {
        try HostFiles.writeAll(Array(zeros.prefix(rest)), to: fd)
        rest -= min(rest, zeros.count)
      }
      guard fsync(fd) == 0 else { throw Errno.last }
    } catch {
      throw HostError("write the swap file", path, error)
    }
  }
}
