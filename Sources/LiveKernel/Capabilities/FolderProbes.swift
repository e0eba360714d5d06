import SystemPackage

/// A place for files, and what was found there.
struct FolderProbe {
  /// Nil when there is none.
  var folder: String?
  var answer: CapabilityAnswer
}

extension CapabilityProbes {
  /// Names of file systems by the magic number of statfs(2).
  private static let fileSystems: [(magic: Int, name: String)] = [
    (0x0102_1994, "tmpfs"), (0x8584_58F6, "ramfs"), (0xEF53, "ext4"), (0x5846_5342, "xfs"), (0x9123_683E, "btrfs"),
    (0x794C_7630, "overlayfs"), (0xF2F5_2010, "f2fs"), (0x2FC1_2FC1, "zfs"), (0xCA45_1A4E, "bcachefs"),
    (0x6969, "nfs"), (0x6573_5546, "fuse"), (0x0102_1997, "9p"),
  ]

  /// The file system of a folder.
  func fileSystem(of folder: FilePath) -> Result<String, Errno> {
    withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { status in
      status.initializeMemory(as: UInt8.self, repeating: 0)
      let answer = folder.withCString { text in
        host.systemCall("statfs", [Int(bitPattern: text), Int(bitPattern: status.baseAddress)])
      }
      return answer.map { _ in
        let magic = status.load(as: Int.self)
        return Self.fileSystems.first { $0.magic == magic }?.name ?? "file system 0x" + String(magic, radix: 16)
      }
    }
  }

  /// A file without a name that goes with its descriptor; where the file system has none, one that is unlinked at once.
  private func namelessFile(in folder: FilePath) -> Result<Int, Errno> {
    let nameless = host.systemCall("openat", path: folder, [Int(FileFlags.nameless | FileFlags.closeOnExec), 0o600])
    guard case .failure(let error) = nameless, [.notSupportedOnSocket, .notSupported, .isDirectory].contains(error)
    else { return nameless }
    let path = folder.appending(".keywake-probe-\(HostFiles.randomName())")
    let named = host.systemCall("openat", path: path, [Int(FileFlags.create | FileFlags.closeOnExec), 0o600])
    if case .success = named { _ = host.systemCall("unlinkat", path: path, [0]) }
    return named
  }

  /// The first folder on a wanted file system that files can be made in and punched.
  private func find(_ folders: [FilePath], kind: String, option: String, wanted: (String) -> Bool) -> FolderProbe {
    var tried: [String] = []
    for folder in folders {
      switch fileSystem(of: folder) {
      case .failure(.noSuchFileOrDirectory): tried.append("no \(folder)")
      case .failure(let error): tried.append("\(folder): \(error.symbol)")
      case .success(let name):
        guard wanted(name) else {
          tried.append("\(folder) is \(name)")
          continue
        }
        switch namelessFile(in: folder) {
        case .failure(let error):
          guard [.permissionDenied, .notPermitted, .readOnlyFileSystem, .noSpace, .diskQuotaExceeded].contains(error)
          else { return FolderProbe(folder: nil, answer: .unexpected(call: "open a file in \(folder)", errno: error)) }
          tried.append("no file can be made in \(folder): \(error.symbol)")
        case .success(let file):
          defer { _ = host.systemCall("close", [file]) }
          let error = allocateAndPunch(file)
          guard let error else { return FolderProbe(folder: folder.string, answer: .available("\(name) at \(folder)")) }
          guard [.notSupportedOnSocket, .notSupported, .noSpace, .diskQuotaExceeded].contains(error) else {
            return FolderProbe(folder: nil, answer: .unexpected(call: "fallocate in \(folder)", errno: error))
          }
          tried.append("\(name) at \(folder) refuses fallocate: \(error.symbol)")
        }
      }
    }
    return FolderProbe(
      folder: nil,
      answer: .missing(reason: tried.joined(separator: "; "), fix: "name a folder on \(kind) with \(option)"))
  }

  private func allocateAndPunch(_ file: Int) -> Errno? {
    // Mode 0, then FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE.
    for (mode, length) in [(0, 2 * 4096), (3, 4096)] {
      if case .failure(let error) = host.systemCall("fallocate", [file, mode, 0, length]) { return error }
    }
    return nil
  }

  var tmpfs: FolderProbe { find(tmpfsFolders, kind: "tmpfs", option: "--tmpfs-folder") { $0 == "tmpfs" } }

  var disk: FolderProbe {
    find(diskFolders, kind: "a disk", option: "--disk-folder") { !["tmpfs", "ramfs"].contains($0) }
  }

  var swap: CapabilityAnswer {
    switch host.readText("/proc/swaps") {
    case .failure(.noSuchFileOrDirectory):
      .missing(reason: "this kernel cannot swap", fix: "use a kernel with CONFIG_SWAP")
    case .failure(let error): .unexpected(call: "read /proc/swaps", errno: error)
    case .success(let text):
      text.split(separator: "\n").count > 1
        ? .available("\(text.split(separator: "\n").count - 1) in use")
        : .missing(reason: "no swap space is in use", fix: "run with --system-wide as root, or swapon some")
    }
  }

  var swapFile: CapabilityAnswer {
    // An empty name is no file: with the right to swap the answer is ENOENT, without it EPERM.
    let asked = "".withCString { host.systemCall("swapon", [Int(bitPattern: $0), 0]) }
    let problem = failure(asked, of: "swapon", accepting: [.noSuchFileOrDirectory]) { error in
      switch error {
      case .notPermitted: ("swapon needs CAP_SYS_ADMIN", needing("CAP_SYS_ADMIN"))
      case .noFunction: ("this kernel cannot swap", "use a kernel with CONFIG_SWAP")
      default: nil
      }
    }
    if let problem { return problem }
    guard let folder = disk.folder else { return disk.answer }
    switch fileSystem(of: FilePath(folder)) {
    case .failure(let error): return .unexpected(call: "statfs \(folder)", errno: error)
    case .success(let name):
      return ["ext4", "xfs", "btrfs", "f2fs"].contains(name)
        ? .available("\(name) at \(folder)")
        : .missing(
          reason: "\(name) at \(folder) does not swap to files",
          fix: "name a folder on ext4, xfs or btrfs with --disk-folder")
    }
  }
}
