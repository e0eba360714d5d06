import Foundation
import Testing

@testable import Machine

@Suite struct ProgramParserTests {
  struct Wrong: Sendable, CustomTestStringConvertible {
    var body: String
    var line: Int
    var column: Int
    var message: String
    var testDescription: String { message }
  }
  static let wrong = [
    Wrong(body: "  x = 1", line: 2, column: 3, message: "\"x\" is not declared"),
    Wrong(body: "  int x\n  x = 300", line: 3, column: 7, message: "numbers go from 0 to 127"),
    Wrong(body: "  int x\n  x = nothing(1)", line: 3, column: 7, message: "no primitive is called \"nothing\""),
    Wrong(body: "  int x\n  if (x goto y", line: 3, column: 9, message: "expected \")\", found \"goto\""),
    Wrong(body: "  int x, x", line: 2, column: 10, message: "\"x\" is declared twice"),
    Wrong(body: "  struct folio *f", line: 2, column: 10, message: "no such type"),
    Wrong(body: "  i_seq = 1 2", line: 2, column: 13, message: "expected the end of the line, found \"2\""),
    Wrong(body: "  i_seq = 1 $", line: 2, column: 13, message: "this character has no meaning here"),
  ]
  @Test(arguments: wrong) func saysWhereAndWhat(_ wrong: Wrong) {
    do throws(ProgramError) {
      _ = try ProgramParser.programs("program user.a ()\n\(wrong.body)\nend\n", file: "a.kwp")
      Issue.record("it was accepted")
    } catch {
      #expect(error.message == wrong.message)
      #expect(error.place == SourcePlace(line: wrong.line, column: wrong.column))
      #expect(error.description.hasPrefix("a.kwp:\(wrong.line):\(wrong.column): "))
    }
  }

  static let unlinkable: [(String, String)] = [
    ("  goto nowhere", "no label \"nowhere\""),
    ("  i_seq = hb_waiters", "a line is one atomic step"),
    ("  struct page *p\n  struct inode *i\n  p = i", "p is a struct page *, the value a struct inode *"),
    ("  struct page *p\n  p->i_count = 1", "a struct page * has no field \"i_count\""),
    ("  atomic: i_seq = 1; spin_lock(&hb_lock)", "only the first thing of a step may block"),
    ("  spin_lock(&i_seq)", "is not what spin_lock works on"),
    ("  user.gone()", "no program is called user.gone"),
    ("  user.a()", "programs call each other too deeply"),
  ]
  @Test(arguments: unlinkable) func linkerSaysWhatIsWrong(_ body: String, _ message: String) throws {
    var library = ProgramLibrary()
    try library.add(text: "program user.a ()\n\(body)\nend\n", file: "a.kwp")
    let linker = Linker(programs: library.programs, variant: "derive.current")
    do throws(ProgramError) {
      _ = try linker.code([LaneOperation("user.a", [], text: "")])
      Issue.record("it was accepted")
    } catch {
      #expect(error.message.contains(message))
    }
  }

  /// Each line of a derivation says where it comes from.
  @Test func everyLineIsCited() throws {
    let library = try ProgramLibrary.builtIn()
    for variant in library.variants {
      #expect(!variant.title.isEmpty)
      for line in variant.lines { #expect(!line.citation.isEmpty, "\(variant.name):\(line.number)") }
    }
  }

  /// No two versions are the same listing: each differs from every other in a line or in its heading.
  @Test func versionsAreReadFromListings() throws {
    let library = try ProgramLibrary.builtIn()
    #expect(Set(library.variants.map(\.name)).count == 24)
    #expect(Set(library.variants.map(\.source)).count == 24)
  }

  /// A stranger's program: whatever the text, reading and running it ends, and nothing traps.
  @Test func mutatedTextsNeverTrap() throws {
    let seed = ProcessInfo.processInfo.environment["KEYWAKE_SEED"].flatMap { UInt64($0) } ?? 7
    var random = Numbers(state: seed)
    let library = try ProgramLibrary.builtIn()
    let source = ProgramText.env + ProgramText.gup + ProgramText.futex
    let lines = source.split(separator: "\n").filter {
      !$0.hasPrefix("program") && $0 != "end"
    }
    let declarations = """
      struct mm_struct *mm
      struct page *page, *head, *old, *new
      struct inode *inode, *file
      struct address_space *mapping, *fm
      pte_t pte, pte2
      swp_entry_t entry, e2
      union futex_key key
      int v, n, i, c
      """
    let litmus = try #require(
      try LitmusParser.litmus(
        "litmus x\nfile f size=2\nprocess a\nmap a 0 f 0 shared rw\ndo a: env.touch(a, 0.0, WRITE)\nlane x a: user.x(a, f)\nlane y a: futex.key(0.0, READ)\nend",
        file: "x"
      ).first)
    var ran = 0
    for _ in 0..<4000 {
      var text = "program user.x (mm, inode)\n\(declarations)\n"
      let heads = [
        "page = alloc_page()", "pte = mm->pte[0]", "page = pte_page(pte)", "file = inode", "head = page", "old = page",
      ]
      for _ in 0..<random.below(8) + 2 {
        let line = random.below(3) == 0 ? Substring(heads[random.below(heads.count)]) : lines[random.below(lines.count)]
        // Jumps go somewhere in most cases.
        text += line.replacing(/goto [a-z_]+/) { _ in "goto l\(random.below(2))" } + "\n"
        if random.below(40) == 0 { text += String(decoding: [UInt8(random.below(256)), 10], as: UTF8.self) }
      }
      text += "l0:\nn = 1\nl1:\nn = 2\nend\n"
      var altered = library
      guard (try? altered.add(text: text, file: "x.kwp")) != nil,
        let race = try? Race(litmus, variant: "derive.current", library: altered)
      else { continue }
      ran += 1
      var state = race.initial
      for step in 0..<300 {
        let thread = (step / (1 + random.below(5))) % 2
        let outcome = state.edit { race.step($0, thread: thread) }
        if outcome.kind == .violation { break }
      }
    }
    #expect(ran > 200, "seed \(seed)")
  }

  struct Numbers {
    var state: UInt64
    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }
}
