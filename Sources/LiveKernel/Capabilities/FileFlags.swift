import Glibc

/// Flags of openat(2) as probes pass them to the raw system call.
enum FileFlags {
  static let read = O_RDONLY
  static let write = O_WRONLY
  static let nonBlocking = O_NONBLOCK
  static let closeOnExec = O_CLOEXEC
  static let create = O_CREAT | O_EXCL | O_RDWR
  /// `O_TMPFILE`, which Swift does not import: `__O_TMPFILE` of include/uapi/asm-generic/fcntl.h, with O_DIRECTORY.
  static let nameless = 0o20000000 | O_DIRECTORY | O_RDWR
}
