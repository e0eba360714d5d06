import SystemPackage

/// The host as probes see it. Tests put another one in its place, to force answers.
public protocol ProbeEnvironment {
  /// A system call by its name, with its value or error.
  func systemCall(_ name: StaticString, _ arguments: [Int]) -> Result<Int, Errno>
  /// The text of a file of `/proc` or `/sys`.
  func readText(_ path: FilePath) -> Result<String, Errno>
  /// A child process that sleeps, for probes of what may be seen of an agent.
  func startSleeper() -> Result<Int32, Errno>
  func endSleeper(_ child: Int32)
}

extension ProbeEnvironment {
  func systemCall(_ name: StaticString, path: FilePath, _ arguments: [Int]) -> Result<Int, Errno> {
    path.withCString { text in
      // openat, faccessat and the like take the path second; the folder is AT_FDCWD.
      systemCall(name, [-100, Int(bitPattern: text)] + arguments)
    }
  }

  /// Opens for reading or writing and closes again, without a byte moved. The error, or nil.
  func openError(_ path: FilePath, flags: Int32) -> Errno? {
    switch systemCall("openat", path: path, [Int(flags | FileFlags.closeOnExec)]) {
    case .failure(let error): return error
    case .success(let fd):
      _ = systemCall("close", [fd])
      return nil
    }
  }

  /// Runs as user 0, with whatever capabilities.
  var isRoot: Bool { systemCall("geteuid", []) == .success(0) }

  func trimmedText(_ path: FilePath) -> Result<String, Errno> {
    readText(path).map { text in String(text.reversed().drop { $0 == "\n" || $0 == " " }.reversed()) }
  }

  /// The chosen one of a list such as `always [madvise] never`.
  func choice(_ path: FilePath) -> Result<String, Errno> {
    trimmedText(path).map { text in
      guard let open = text.firstIndex(of: "["), let close = text.firstIndex(of: "]"), open < close else { return text }
      return String(text[text.index(after: open)..<close])
    }
  }
}
