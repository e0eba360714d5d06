import CKeywakeHost
import Glibc
import LiveKernel
import Synchronization
import SystemPackage

/// A process for tests to kill: it changes the host through a journal, or hangs in one known way.
///
///     HostVictim journal ROOT BASE guardian|alone ROUNDS [setting PATH VALUE exact|sum]... [swap]
///     HostVictim hang futex|spin|kernel|sleep|exit
///
/// It writes a byte to standard output after each step, for the test to choose a moment by, and "!" when it stands
/// still after its rounds; with no rounds it holds the settings then.
@main
struct Victim {
  static func main() throws {
    // A shell's background job is started with SIGINT ignored, a child of a Dispatch thread with all blocked.
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGABRT] { signal(number, SIG_DFL) }
    var arguments = Array(CommandLine.arguments.dropFirst())
    switch arguments.isEmpty ? "" : arguments.removeFirst() {
    case "journal": try changeTheHost(arguments)
    case "hang": hang(arguments.first ?? "")
    default: exit(2)
    }
  }

  private static func step(_ letter: StaticString = ".") {
    _ = write(1, letter.utf8Start, 1)
  }

  private static func changeTheHost(_ arguments: [String]) throws {
    guard arguments.count >= 4, let rounds = Int(arguments[3]) else { exit(2) }
    let base = FilePath(arguments[1])
    let journal = try HostJournal(folder: JournalFolder(FilePath(arguments[0])), guardian: arguments[2] == "guardian")
    step()
    for _ in 0..<rounds {
      var rest = arguments.dropFirst(4)
      let settings = try hold(&rest, in: journal)
      let folder = try TemporaryFolder.make(in: base, journal: journal)
      step()
      for number in 0..<3 {
        let inner = folder.path.appending("inner \(number)")
        mkdir(inner.string, 0o700)
        close(open(inner.appending("file").string, O_CREAT | O_WRONLY, 0o600))
        step()
      }
      if rest.first == "swap" {
        let swap = try SwapFile.make(in: base, size: 1 << 20, journal: journal)
        step("s")
        try swap.remove()
        step()
      }
      if settings.isEmpty { try folder.remove() }
      for setting in settings { try journal.undo(setting) }
      step()
    }
    // Standing still with its changes made: what a run does most of the time.
    var rest = arguments.dropFirst(4)
    if rounds == 0 { _ = try hold(&rest, in: journal) }
    _ = try TemporaryFolder.make(in: base, journal: journal)
    if arguments.last == "swap" { _ = try SwapFile.make(in: base, size: 1 << 20, journal: journal) }
    step("!")
    var byte: UInt8 = 0
    _ = read(0, &byte, 1)
    if byte == UInt8(ascii: "q") { exit(journal.finish().isEmpty ? 0 : 1) }
    exit(3)  // without a word to the journal: the guardian's business
  }

  private static func hold(_ rest: inout ArraySlice<String>, in journal: HostJournal) throws -> [HeldChange] {
    var settings: [HeldChange] = []
    while rest.first == "setting", rest.count >= 4 {
      let words = Array(rest.prefix(4))
      rest = rest.dropFirst(4)
      let setting = HostSetting(FilePath(words[1]), words[3] == "sum" ? .sum : .exact)
      settings.append(try journal.hold(setting, value: words[2]))
      step()
    }
    return settings
  }

  private static func hang(_ way: String) {
    switch way {
    case "futex":
      let word = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
      word.pointee = 0
      step("!")
      kwh_syscall(kwh_syscall_number("futex"), Int(bitPattern: word), 0, 0, 0, 0, 0)
    case "spin":
      step("!")
      let word = Atomic<UInt64>(0)
      while word.wrappingAdd(2, ordering: .relaxed).newValue != 1 {}
    case "kernel":
      // One system call of some seconds that never leaves the kernel: 2 GiB of random bytes.
      let random = open("/dev/urandom", O_RDONLY | O_CLOEXEC)
      let size = 4 << 20
      let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
      memset(buffer, 1, size)
      let parts = [iovec](repeating: iovec(iov_base: buffer, iov_len: size), count: 512)
      step("!")
      while readv(random, parts, 512) > 0 {}
    case "exit":
      step("!")
      exit(0)
    case "sleep":
      step("!")
      while true { pause() }
    default: exit(2)
    }
  }
}
