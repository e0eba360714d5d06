import Foundation
import Testing

/// The built `keywake`, run as a user runs it.
final class Tool {
  let pid: Int32
  private let folder: TestFolder
  private let name: String
  private var status: Int32?

  struct Ended {
    /// The exit code, or minus the signal that ended it.
    var code: Int32
    var output: String
    var errors: String
    var all: String { output + errors }
  }

  /// Where the built programs are: beside the tests.
  static let programs = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
  static func program(_ name: String) -> String { programs.appendingPathComponent(name).path }

  /// Starts it.
  /// - Parameters:
  ///   - wrapper: a command that runs it, such as `setpriv --reuid 65534`.
  ///   - program: another program instead.
  ///   - folder: where its output goes.
  init(_ arguments: [String], wrapper: [String] = [], program: String? = nil, in folder: TestFolder) throws {
    self.folder = folder
    name = "run-\(folder.next())"
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (descriptor, ending) in [(Int32(1), "out"), (2, "err")] {
      posix_spawn_file_actions_addopen(
        &actions, descriptor, folder.path("\(name).\(ending)"), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o644)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A test's thread may block signals that the tool listens to.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let words = wrapper + [program ?? Self.program("keywake")] + arguments
    var pointers = words.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    var child: pid_t = 0
    let error = posix_spawnp(&child, words[0], &actions, &attributes, &pointers, environ)
    guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .ENOENT) }
    pid = child
  }

  deinit { if status == nil { end(SIGKILL) } }

  /// Sends the signal, if one is given, and waits for the end.
  @discardableResult func end(_ signal: Int32? = nil) -> Ended {
    if status == nil {
      if let signal { kill(pid, signal) }
      var got: Int32 = 0
      while waitpid(pid, &got, 0) < 0 && errno == EINTR {}
      status = got
    }
    let value = status ?? 0
    let code = value & 0x7F == 0 ? (value >> 8) & 0xFF : -(value & 0x7F)
    return Ended(code: code, output: folder.text("\(name).out"), errors: errors)
  }

  /// What it has written to its standard error so far.
  var errors: String { folder.text("\(name).err") }

  var isRunning: Bool {
    var information = siginfo_t()
    waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT)
    return information._sifields._sigchld.si_pid != pid
  }

  /// Waits until it has written the text to its standard error, or has ended.
  @discardableResult func waits(for text: String) -> Bool {
    while true {
      if errors.contains(text) { return true }
      if !isRunning { return errors.contains(text) }
      usleep(2000)
    }
  }

  /// Runs it to its end.
  static func run(_ arguments: [String], wrapper: [String] = [], program: String? = nil, in folder: TestFolder) throws
    -> Ended
  {
    try Tool(arguments, wrapper: wrapper, program: program, in: folder).end()
  }
}

/// A folder of a test, removed with its last reference.
final class TestFolder {
  let url: URL
  private var count = 0

  init(in base: String? = nil) throws {
    url = URL(fileURLWithPath: base ?? FileManager.default.temporaryDirectory.path)
      .appendingPathComponent("keywake-tool-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }

  func next() -> Int {
    count += 1
    return count
  }
  func path(_ name: String) -> String { url.appendingPathComponent(name).path }
  func text(_ name: String) -> String { (try? String(contentsOfFile: path(name), encoding: .utf8)) ?? "" }

  @discardableResult func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    return path(name)
  }
  func make(_ name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
    return path(name)
  }
  /// A scenario file.
  func scenario(_ text: String, _ name: String = "scenario.kw") throws -> String {
    try write("keywake 1\n" + text, to: name)
  }

  /// A copy of the tool and its agent, where anybody may run them.
  func copyOfTheTool() throws -> String {
    // By another process: a descriptor of this one, in a child that another test starts, would make the file busy.
    let copy = try Tool.run(
      [Tool.program("keywake"), Tool.program("keywake-agent"), url.path], program: "cp", in: self)
    guard copy.code == 0 else { throw CocoaError(.fileWriteUnknown) }
    chmod(url.path, 0o755)
    return path("keywake")
  }
}
