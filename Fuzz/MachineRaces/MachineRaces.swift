import CFuzz
import Explorer
import FileReplay
import Glibc
import Machine

/// The input as a race, a version and a schedule on the simulated kernel (see ``RaceDeck``). A broken rule that the
/// reviewed history does not know crashes.
///
/// Environment: `KEYWAKE_LITMUS` is the folder of races and of their history; else `Corpus/litmus`, or `litmus` beside the
/// program. With `KEYWAKE_KNOWN_BAD` set to a version's short name, or to `any`, what the history knows of that version
/// crashes, too: the fuzzer has found an old bug.
enum MachineRaces {
  private final class Session {
    var deck: RaceDeck
    let known: String?
    /// The rows of the history that were met, and their versions.
    var rows: Set<Int> = []
    var versions: Set<String> = []

    init() {
      do {
        deck = try Self.read()
      } catch {
        keywake_crash("harness-fault: \(error)\n")
      }
      known = getenv("KEYWAKE_KNOWN_BAD").map { String(cString: $0) }
    }

    private static func read() throws -> RaceDeck {
      let folder = folder()
      func text(_ name: String) -> String {
        guard let bytes = FileReplay.read("\(folder)/\(name)") else {
          keywake_crash("harness-fault: \(folder)/\(name) cannot be read; set KEYWAKE_LITMUS\n")
        }
        return String(decoding: bytes, as: UTF8.self)
      }
      var races: [Litmus] = []
      for name in FileReplay.names(in: folder) where name.hasSuffix(".litmus") {
        races += try LitmusParser.litmus(text(name), file: name)
      }
      var history = try ReviewedHistory(text: text("history.txt"), file: "history.txt")
      history.rows += try ReviewedHistory(text: text("rmap-history.txt"), file: "rmap-history.txt").rows
      return RaceDeck(
        races: races, history: history, reverseMap: Set(races.filter { $0.file == "rmap.litmus" }.map(\.name)),
        library: try ProgramLibrary.builtIn())
    }

    private static func folder() -> String {
      if let folder = getenv("KEYWAKE_LITMUS") { return String(cString: folder) }
      let program = CommandLine.arguments[0]
      let beside = program.lastIndex(of: "/").map { program[...$0] + "litmus" } ?? "litmus"
      return access("Corpus/litmus", R_OK) == 0 ? "Corpus/litmus" : String(beside)
    }
  }
  // libFuzzer calls from one thread.
  nonisolated(unsafe) private static let session = Session()

  static func test(_ input: UnsafeBufferPointer<UInt8>) {
    let session = session
    let run: RaceDeck.Run?
    do throws(ProgramError) {
      run = try session.deck.run(input, note: { keywake_count_behaviour($0) })
    } catch {
      keywake_crash("harness-fault: \(error)\n")
    }
    guard let run, run.finding != nil else { return }
    guard let row = run.row else { keywake_crash("disagree: \(run.text ?? run.race)\n") }
    session.rows.insert(row)
    session.versions.insert(run.version)
    if let known = session.known, known == "any" || run.version.hasSuffix(".\(known)") {
      keywake_crash("known: \(run.text ?? run.race)\n")
    }
  }

  /// How much of the history was found again.
  static func summary() {
    let expected = session.deck.history.rows.count { !$0.kinds.isEmpty }
    print("known-bad: \(session.rows.count) of \(expected) rows of the history, \(session.versions.count) versions")
  }
}

#if Fuzzing
  @_cdecl("LLVMFuzzerInitialize")
  public func initialize(_ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
    keywake_default_signals()
    atexit { MachineRaces.summary() }
    return 0
  }

  @_cdecl("LLVMFuzzerTestOneInput")
  public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    MachineRaces.test(UnsafeBufferPointer(start: data, count: size))
    return 0
  }
#else
  @main
  struct Main {
    static func main() {
      FileReplay.run(MachineRaces.test)
      MachineRaces.summary()
    }
  }
#endif
