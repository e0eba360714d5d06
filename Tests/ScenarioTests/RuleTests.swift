import Scenario
import Testing

/// Each rule of the language: a text that breaks it, the place that is blamed, and what is said to be wanted.
@Suite struct RuleTests {
  struct Rule: CustomTestStringConvertible, Sendable {
    var lines: String
    var line: Int
    var column: Int
    var expected: String
    var testDescription: String { lines.replacing("\n", with: " | ") }
    init(_ lines: String, _ line: Int, _ column: Int, _ expected: String) {
      self.lines = lines
      self.line = line
      self.column = column
      self.expected = expected
    }
  }

  private static let many = (0..<65).map { _ in "a load m0+0" }.joined(separator: "\n")
  private static let slots = (0..<17).map { "a unmap m\($0)" }.joined(separator: "\n")
  private static let waits = (0..<33).map { "a wait m0+0 value=0 -> w\($0)" }.joined(separator: "\n")
  private static let files = (0..<9).map { "file f\($0) memfd pages=1" }.joined(separator: "\n")
  private static let lives = (1..<9).map { "a thread x\($0)\nx\($0) exit" }.joined(separator: "\n")

  /// Lines are counted from the one after `process a`.
  static let rules: [Rule] = [
    // Actors
    Rule("b exit", 1, 1, "'race', 'process', 'file', 'keys' or an actor (a)"),
    Rule("process a", 1, 9, "a new name for an actor"),
    Rule("process b\nprocess c\nprocess d\nprocess e", 4, 9, "at most 4 actors alive at once"),
    Rule(lives, 15, 10, "at most 8 of an actor"),
    Rule("a exit\na exit", 2, 1, "an actor that is alive"),
    Rule("a thread b\na exit\nb exit", 3, 1, "an actor that is alive"),
    Rule("process race", 1, 9, "a name without a meaning of its own"),
    Rule("process 1a", 1, 9, "a name: a letter, then letters, digits, '_' or '-', at most 15 in all"),
    Rule("process a234567890123456", 1, 9, "a name: a letter, then letters, digits, '_' or '-', at most 15 in all"),
    Rule("a process b", 1, 3, ""),
    Rule("a fork", 1, 7, "a name for an actor"),
    Rule("a exit b", 1, 8, "'=>' or the end of the line"),
    // Files
    Rule("a close f0", 1, 9, "a file (there is none so far)"),
    Rule("file f0 pipe pages=1", 1, 9, ""),
    Rule("file f0 memfd pages=9", 1, 21, "a number of pages from 0 to 8"),
    Rule("file f0 sysv pages=0", 1, 14, "1 to 8 pages of a sysv"),
    Rule("file f0 anonymous-shared pages=0", 1, 26, "1 to 8 pages of a anonymous-shared"),
    Rule("file f0 memfd pages=1\nfile f0 memfd pages=1", 2, 6, "a new name for a file"),
    Rule("file system memfd pages=1", 1, 6, "a name without a meaning of its own"),
    Rule("file anonymous memfd pages=1", 1, 6, "a name without a meaning of its own"),
    Rule(files, 9, 6, "at most 8 of a file"),
    Rule("file f0 sysv pages=1\na truncate f0 pages=1", 2, 12, "a file with a descriptor"),
    Rule("file f0 anonymous-shared pages=1\na drop-caches f0", 2, 15, "a file with a descriptor"),
    Rule("file f0 memfd pages=1\na unlink f0", 2, 10, "a file with a name (tmpfs or disk)"),
    Rule("file f0 memfd pages=1\na grow f0 pages=0", 2, 17, "a number of pages from 1 to 8"),
    Rule("file f0 memfd pages=1\na punch f0 pages=3..2", 2, 21, "a page from 3 to 7"),
    Rule("file f0 memfd pages=1\na punch f0 pages=0..8", 2, 21, "a page from 0 to 7"),
    Rule("file f0 memfd pages=1\na punch f0 pages=0", 2, 19, "'..' and the last page"),
    // Mappings
    Rule("a map m0 f0 pages=0..0 shared rw", 1, 10, ""),
    Rule("a map m0 anonymous pages=0 shared rw", 1, 26, "a number of pages from 1 to 8"),
    Rule("a map m0 anonymous pages=1 both rw", 1, 28, "'shared' or 'private'"),
    Rule("a map m0 anonymous pages=1 shared x", 1, 35, "'none', 'r', 'w' or 'rw'"),
    Rule("file f memfd pages=1\na map m0 f pages=0..0 shared rw hugetlb", 2, 33, "hugetlb with anonymous memory only"),
    Rule("file f sysv pages=2\na map m0 f pages=0..0 shared rw", 2, 10, "all pages of the segment, 0..1"),
    Rule("file f sysv pages=1\na map m0 f pages=0..0 private rw", 2, 23, "shared, as a segment is attached"),
    Rule("file f sysv pages=1\na map m0 f pages=0..0 shared w", 2, 30, "r or rw, as a segment is attached"),
    Rule(
      "file f sysv pages=1\na map m0 f pages=0..0 shared r populate", 2, 32, "no populate, as a segment is attached"),
    Rule("a remap m0 m0", 1, 12, "another slot"),
    Rule(slots, 17, 9, "at most 16 slots"),
    Rule("a unmap m0 pages=8..8", 1, 18, "a page from 0 to 7"),
    // Values and addresses
    Rule("a store m0+2 1", 1, 9, "an offset that 4 divides"),
    Rule("a load @text+0", 1, 8, "an address in a slot, @null or @kernel"),
    Rule("a load @heap+0", 1, 8, "one of @null, @text, @vdso, @vvar, @vsyscall, @kernel"),
    Rule("a load m0", 1, 8, "an address: a slot, '+' and an offset"),
    Rule("a load m0+", 1, 11, "an offset"),
    Rule("a load m0+0x2000000", 1, 11, "an offset from 0 to 33554431"),
    Rule("a load @null+0x1000", 1, 14, "an offset from 0 to 4095"),
    Rule("a store m0+0 0x100000000", 1, 14, "a value from 0 to 4294967295"),
    Rule("a store m0+0 1x", 1, 15, "the end of the word"),
    // Futexes
    Rule("a wait m0+0 value=0", 1, 20, "'bitset=', 'timeout=', 'private', 'futex2' or '->'"),
    Rule("a wait m0+0 value=0 size=u8 -> w", 1, 21, "'bitset=', 'timeout=', 'private', 'futex2' or '->'"),
    Rule("a wait m0+0 value=0 timeout=never -> w", 1, 29, ""),
    Rule("a wait m0+0 value=0 timeout=relative-long futex2 -> w", 1, 21, "an absolute time-out, or none, with futex2"),
    Rule("a wait m0+0 value=0 -> nobody", 1, 24, "a name without a meaning of its own"),
    Rule("a wait m0+0 value=0 -> w\na wait m0+0 value=0 -> w", 2, 24, "a new name for a waiter"),
    Rule(waits, 33, 24, "at most 32 of a waiter"),
    Rule("a waitv m0+0 value=0 timeout=relative-zero -> w", 1, 22, "an absolute time-out, or none, with futex2"),
    Rule("a waitv m0+0 value=0, -> w", 1, 23, "an address: a slot, '+' and an offset"),
    Rule("a waitv " + (0..<9).map { _ in "m0+0 value=0" }.joined(separator: ",") + " -> w", 1, 112, "at most 8 words"),
    Rule("a wake m0+0 count=2147483648", 1, 19, "a number from -2147483648 to 2147483647"),
    Rule("a wake m0+0 count=1 futex2 size=u128", 1, 33, "u8, u16, u32 or u64"),
    Rule("a requeue m0+0 m0+4 wake=1 move=1 futex2", 1, 35, "'private', '=>' or the end of the line"),
    Rule("a wake-op m0+0 m0+4 wake=1 wake2=1 op=set:2048 cmp=eq:0", 1, 43, "a number from -2048 to 2047"),
    Rule("a wake-op m0+0 m0+4 wake=1 wake2=1 op=mul:1 cmp=eq:0", 1, 39, "one of set, add, or, andn, xor"),
    Rule("a lock-pi m0+0 futex2", 1, 16, "'private', '=>' or the end of the line"),
    Rule("a cancel w", 1, 10, "a waiter (there is none so far)"),
    Rule(
      "a wait m0+0 value=0 -> w\nprocess b\nb cancel w", 3, 10,
      "a waiter of the actor's address space, and of no other lane"),
    Rule("a hash-slots 256", 1, 14, "a number of slots from 0 to 255"),
    Rule("keys private", 1, 6, "an actor (a)"),
    Rule("keys b.m0+0", 1, 6, "an actor (a)"),
    Rule("process b\nb exit\nkeys a.m0+0 b.m0+0", 3, 13, "an actor that is alive"),
    Rule("keys" + String(repeating: " a.m0+0", count: 9), 1, 62, "at most 8 words"),
    // Races
    Rule("race\nend", 2, 1, "2 to 3 lanes"),
    Rule("process b\nrace\nlane a:\nlane b:\nend", 5, 1, "an operation in the race"),
    Rule("race\nlane a: exit\nend", 3, 1, "2 to 3 lanes"),
    Rule("race\nlane b:", 2, 6, "an actor (a)"),
    Rule("race\nlane a:\nlane a:", 3, 6, "an actor without a lane so far"),
    Rule("race\nlane a:load m0+0", 2, 8, "a space after ':'"),
    Rule("race\nlane a", 2, 7, "':'"),
    Rule("race\nlane a: a load m0+0", 2, 9, ""),
    Rule("race\nlane a: process b", 2, 9, ""),
    Rule("race\nlane a: load m0+0 ;", 2, 20, ""),
    Rule("race\nlane a: load m0+0\n", 3, 1, "'lane' or 'end'"),
    Rule("race\na load m0+0", 2, 1, "'end' or 'lane'"),
    Rule("race\nlane a: fork b\nlane b: exit", 3, 6, "an actor that is alive when the race starts"),
    Rule("race\nlane a: exit ; load m0+0", 2, 16, "an actor that is alive"),
    Rule("a thread b\nrace\nlane b: load m0+0\nlane a: exit", 4, 9, "no exit that ends another lane's actor"),
    Rule("a thread b\nrace\nlane a: exit\nlane b: load m0+0", 4, 6, "an actor that no other lane ends"),
    Rule(
      "a thread b\nrace\nlane a: wait m0+0 value=0 -> w\nlane b: cancel w", 4, 16,
      "a waiter of the actor's address space, and of no other lane"),
    Rule("process b\nprocess c\nprocess d\nrace\nlane a:\nlane b:\nlane c:\nlane d:", 8, 6, "at most 3 lanes"),
    Rule("process b\nrace\nlane a: thread c ; thread d ; thread e", 3, 38, "at most 4 actors alive at once"),
    // Limits
    Rule(many, 64, 1, "at most 64 operations"),
    // Stated results
    Rule("a load m0+0 => EWRONG", 1, 16, ""),
    Rule("a load m0+0 => errno:4096", 1, 22, "an error number from 1 to 4095"),
    Rule("a load m0+0 => waits", 1, 16, "a result of a call that does not wait"),
    Rule("a wake m0+0 count=1 => SIGSEGV", 1, 24, "a result of a call"),
    Rule("a wake m0+0 count=1 => keys 0", 1, 24, "a number or an error"),
    Rule("keys a.m0+0 => 1", 1, 16, "a class or error for each word"),
    Rule("keys a.m0+0 => keys 0 0", 1, 16, "a class or error for each of the 1 words"),
    Rule("keys a.m0+0 a.m0+4 => keys 1 0", 1, 23, "classes numbered by first occurrence"),
    Rule("keys a.m0+0 => keys 8", 1, 21, "a class or an error from 0 to 7"),
    Rule("a load m0+0 => 0 wakes w", 1, 24, "a waiter (there is none so far)"),
    Rule("a load m0+0 => 0 wakes", 1, 23, ""),
    Rule("a wait m0+0 value=0 -> w => 0 wakes w w", 1, 39, "each waiter once"),
    Rule("a load m0+0 => 9223372036854775808", 1, 16, "a number from -9223372036854775808 to 9223372036854775807"),
    Rule("schedule 1", 1, 1, "a schedule right behind its race"),
    Rule("plan 1", 1, 1, "'race', 'process', 'file', 'keys' or an actor (a)"),
    Rule("a load m0+0 ; a load m0+0", 1, 13, "'=>' or the end of the line"),
  ]

  @Test(arguments: rules) func eachRuleIsChecked(rule: Rule) {
    let text = "keywake 1\nprocess a\n" + rule.lines
    let error = #expect(throws: ParseError.self) { try ScenarioParser.parse(text, file: "") }
    #expect(error?.line == rule.line + 2, "\(String(describing: error))")
    #expect(error?.column == rule.column, "\(String(describing: error))")
    if !rule.expected.isEmpty { #expect(error?.expected == rule.expected) }
  }
}
