import CorpusFiles
import Explorer
import Machine
import Scenario
import Testing

/// Programs that no litmus race runs: scenarios do.
@Suite struct ScenarioProgramTests {
  struct Subject: Sendable, CustomTestStringConvertible {
    var program: String
    var files: [String]
    /// Deletions that change nothing where one operation is done after the other.
    var unseen: Set<String>
    var testDescription: String { program }
  }

  static let subjects = [
    Subject(
      program: "futex.wake-op",
      files: [
        "wake-op/unknown-comparison", "wake-op/order-of-errors", "wake-op/across-processes", "wake-op/comparison-fails",
        "wake-op/addition-wraps", "wake-op/private-words-are-faulted-in", "wake-op/words-of-two-files",
      ],
      unseen: [
        // The key of a private word, which alone is not faulted in when it is derived, does not look at the access.
        "rw = rw & FUTEX_PRIVATE",
        // The operation fails as the derivation would.
        "rw = rw | WRITE",
        // Nobody takes the page away between the derivation and the operation.
        "drop.variant(key2) #4", "drop.variant(key) #4",
        // A private key owns nothing that could be dropped.
        "goto failed",
      ]),
    Subject(
      program: "futex.return-some", files: ["wake-op/words-of-two-files"],
      unseen: [
        // Nobody but those it counts is left to return.
        "if (!more) return",
        // Waiters drop what the derivation took; only to 2.6.27 they owned a second reference.
        "release.variant(key)",
      ]),
    Subject(
      program: "futex.wake-bitset", files: ["wake/bitset-count-skips-strangers", "wake/bitset-without-a-key"],
      unseen: []),
    Subject(
      program: "futex.clear-tid", files: ["threads/clear-tid-in-a-shared-file"],
      // A key that was not derived is nobody's.
      unseen: ["if (err) return"]),
    Subject(
      program: "mm.mremap",
      files: [
        "remap/each-memory-moves", "remap/untouched-page-keeps-its-index", "remap/moved-and-back",
      ],
      unseen: [
        // No anon_vma has no chain.
        "if (!av) goto link",
        // Nobody is inside gup.
        "wait_until(irqs_off == 0)",
        // It is still the same.
        "file = mm->vm_file[v] #2",
      ]),
    Subject(
      program: "mm.mmap-over",
      files: ["keys/mapping-of-the-same-pages-shifted", "memory/file-over-anonymous-pages"],
      unseen: [
        // Nobody looks between the old mapping and the new one, is inside gup, or migrates the page.
        "mm->vm_flags[v] = 0", "wait_until(irqs_off == 0)", "if (pte_is_migration(pte)) goto unmapped",
        // The counts of the zero page do not matter.
        "if (is_zero_page(page)) goto unmapped",
        // A shared page is found without it.
        "env.unlink-anon-vmas(mm, v)",
      ]),
    Subject(
      program: "mm.readahead", files: ["reclaim/second-page-comes-back-from-disk"],
      unseen: [
        // There is memory, and the bridge asks for pages that are inside the file and not in the cache.
        "if (!page) return", "slot = inode->slot[i]", "if (slot || i >= n) goto lost",
        "spin_unlock(&inode->i_pages) #2", "unlock_page(page) #2", "put_page(page) #2",
      ]),
  ]

  /// Without any of its lines a scenario comes to something that the Contract does not promise, or breaks a rule; with
  /// the current version, or with one whose keys hold references.
  @Test(arguments: subjects) func everyLineIsNeeded(_ subject: Subject) throws {
    let scenarios = try subject.files.map { name in
      (name, try #require(CorpusFile.all.first { $0.path == "\(name).kw" }).read().scenario)
    }
    func objector(_ library: ProgramLibrary) throws -> String? {
      for variant in ["derive.current", "derive.4.13"] {
        let codes = LinkedOperations()
        for (name, scenario) in scenarios {
          let result = try ScenarioExploration.run(
            scenario, file: name, variant: variant, library: library, codes: codes,
            search: { ExhaustiveSearch.run($0, limits: SearchLimits(states: 1)) })
          if result.verdict != .agree { return "\(name), \(variant): \(result.verdict)" }
        }
      }
      return nil
    }
    let library = try ProgramLibrary.builtIn()
    #expect(try objector(library) == nil)
    let program = try #require(library[subject.program])
    var unseen: Set<String> = []
    for mutant in Mutant.all(of: program) where mutant.change == .delete {
      var changed = library
      changed.add(mutant.program)
      guard try objector(changed) == nil else { continue }
      unseen.insert(mutant.ordinal > 1 ? "\(mutant.text) #\(mutant.ordinal)" : mutant.text)
    }
    #expect(unseen == subject.unseen)
  }
}
