import Explorer
import Foundation
import Machine
import Testing

/// What lives among the mutants is what the reviewed list says, no more and no less.
@Suite struct MutationTests {
  static func review() throws -> MutantReview {
    let file = LitmusCorpus.folder.appending(path: "equivalent-mutants.txt")
    return try MutantReview(String(contentsOf: file, encoding: .utf8), file: file.lastPathComponent)
  }
  /// The races without any mutation, explored once.
  static let shared = Result {
    try MutationStudy(
      asVariant: "derive.current", library: try ProgramLibrary.builtIn(), litmus: try LitmusCorpus.all())
  }

  @Test func survivorsOfTheCurrentDerivationAreListed() throws {
    let review = try Self.review()
    let results = try Self.shared.get().results(of: "derive.current")
    #expect(results.count > 90)
    let alive = results.filter(\.isAlive).map(\.mutant.name)
    #expect(alive.filter { review.standing(of: $0) != .equivalent } == [])
  }

  /// A sample of the environment's mutants, the same each time; `keywake mutants` runs them all.
  @Test func survivorsOfTheEnvironmentAreListed() throws {
    let review = try Self.review()
    let study = try Self.shared.get()
    let library = try ProgramLibrary.builtIn()
    let all = library.names.filter { $0.hasPrefix("env.") }.flatMap { study.mutants(of: $0) }
    #expect(all.count > 1500)
    var killed = 0
    var gaps = 0
    for index in stride(from: 0, to: all.count, by: 17) {
      let result = study.result(of: all[index])
      if result.isKilled { killed += 1 }
      guard result.isAlive else { continue }
      let standing = review.standing(of: all[index].name)
      if standing != .equivalent { gaps += 1 }
      #expect(standing != .unlisted, "\(all[index].name)")
    }
    // Of all of them it is more than nine in ten; the sample is small.
    #expect(killed * 100 >= 85 * (killed + gaps), "\(killed) killed, \(gaps) alive though not equivalent")
  }

  /// Every line of the list names a mutant that there is; `keywake mutants` tells whether it lives.
  @Test func theListNamesMutantsThatExist() throws {
    let library = try ProgramLibrary.builtIn()
    let waiting = Set(MutantSubject.waitingKinds)
    let names = library.programs.values.flatMap { program in
      Mutant.all(of: program, barriers: waiting.contains(program.kind)).map(\.name)
    }
    #expect(try Self.review().stale(alive: names) == [])
  }

  /// Every third mutant of small programs of the reverse map, of waiting and of waking: who lives stands in the list, and
  /// who stands in the list lives. `keywake mutants` runs all of them.
  @Test(arguments: ["rmap.2.6.36", "put.locked", "unlock.spin-rcu", "join.root", "refs.3.18", "sched.wake-up"])
  func survivorsAreExactlyTheListed(_ program: String) throws {
    let review = try Self.review()
    let library = try ProgramLibrary.builtIn()
    let studies = try MutantSubject(program, library, memories: nil).studies(library, try LitmusCorpus.all())
    let mutants = try #require(studies.first).mutants(of: program)
    #expect(mutants.count >= 3)
    for index in stride(from: 0, to: mutants.count, by: 3) {
      let mutant = mutants[index]
      let result = MutationStudy.result(of: mutant, studies)
      let expected: MutantReview.Standing = result.isAlive ? .equivalent : .unlisted
      #expect(review.standing(of: mutant.name) == expected, "\(mutant.name): \(result.fate)")
    }
  }

  @Test func linesOfTheListMayNameClasses() throws {
    let text = """
      # a remark
      env.* | duplicate | wait_until(*) | waited for already
      env.a | delete | x = 1 | not equivalent: no race reads it
      env.a | swap-with-next | key.offset = a | B | the bar is the line's own
      """
    let review = try MutantReview(text, file: "list")
    #expect(review.standing(of: "env.b | duplicate | wait_until(irqs_off == 0)") == .equivalent)
    #expect(review.standing(of: "env.b | duplicate | wait_until(irqs_off == 0) #2") == .unlisted)
    #expect(review.standing(of: "env.a | delete | x = 1") == .gap)
    #expect(review.standing(of: "env.a | swap-with-next | key.offset = a | B") == .equivalent)
    #expect(review.standing(of: "derive.a | delete | x = 1") == .unlisted)
    #expect(review.stale(alive: ["env.a | delete | x = 1"]).count == 2)
    #expect(throws: MutantReview.Complaint.self) { try MutantReview("env.a | delete | x = 1\n", file: "list") }
    #expect(throws: MutantReview.Complaint.self) {
      try MutantReview("a.b | delete | x | long enough a reason\na.b | delete | x | another reason\n", file: "list")
    }
  }

  /// Lines whose order cannot be told by the text alone are exchanged; others are no mutants.
  @Test func neighboursThatCommuteAreNotExchanged() throws {
    var library = ProgramLibrary()
    let programs = try library.add(
      text: """
        program user.a (mm)
        struct mm_struct *mm
        int a, b, c
        a = 1
        b = 2
        c = a
        mmap_read_lock(mm)
        if (c) goto out
        b = 3
        a = mm->vm_flags[0]
        b = mm->vm_flags[1]
        out:
        mmap_read_unlock(mm)
        record(b)
        end
        """, file: "a.kwp")
    let program = try #require(programs.first)
    let exchanged = Mutant.all(of: program).filter { $0.change == .swapWithNext }.map(\.text)
    #expect(exchanged == ["mmap_read_lock(mm)", "if (c) goto out", "a = mm->vm_flags[0]", "mmap_read_unlock(mm)"])
  }
}
