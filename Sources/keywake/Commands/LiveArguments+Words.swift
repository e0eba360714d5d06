extension LiveArguments {
  /// The same arguments as words of a command line, for a process of its own.
  var words: [String] {
    var words: [String] = []
    if let waiters { words += ["--waiters", waiters.rawValue] }
    if systemWide { words.append("--system-wide") }
    if let tmpfsFolder { words += ["--tmpfs-folder", tmpfsFolder] }
    if let diskFolder { words += ["--disk-folder", diskFolder] }
    if let knownIssues { words += ["--known-issues", knownIssues] }
    if let agent { words += ["--agent", agent] }
    words += ["--hang-after", "\(hangAfter.seconds)s"]
    words += ["--kernel-log", kernelLog]
    return words
  }
}
