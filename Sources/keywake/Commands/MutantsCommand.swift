import ArgumentParser
import CrossCheck
import Explorer
import Foundation
import Machine

struct MutantsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mutants",
    abstract: "Changes one line of a program at a time, and says which race objects.",
    discussion: """
      Each line is deleted, doubled, swapped with the next, its condition negated; the races of the litmus corpus must \
      notice. A mutant that no race can tell from the original is listed with the reason in the file of equivalent \
      mutants; any other that lives is a gap, and ends the command with code 1. Each program runs with what went with \
      it: an unlocking with each lookup that it belongs to, a wait with the wake and the derivation of its time (the \
      first and the last where there are several). Waiting and waking are tried with store buffers, too, and their \
      barriers are changed like other lines.
      """)

  @Argument(help: ".litmus files, or folders of them. Default: Corpus/litmus, here or above this program.")
  var paths: [String] = []
  @Option(help: "A version such as 6.1: its derivation alone.")
  var variant: String?
  @Option(
    help: """
      A program such as env.truncate alone, or a class such as 'rmap.*'. Default: derivations from 5.14 on, the \
      environment, all of the reverse map, and of waiting and waking.
      """)
  var program: String?
  @Option(help: "A file with programs of your own, which join or replace the built-in ones.")
  var add: String?
  @Option(help: "sc, tso, weak, or several with commas, one tried after the other. Default: what suits each program.")
  var memory: String?
  @Option(help: "The list of equivalent mutants. Default: equivalent-mutants.txt beside the races.")
  var equivalent: String?
  @Option(help: "Searches at a time. Default: one a processor.")
  var jobs: Int?
  @Flag(help: "Print every mutant with what killed it, not only those that live.")
  var all = false
  @Flag(help: "Print the result as one JSON object.")
  var json = false

  func validate() throws {
    guard variant == nil || program == nil else { throw ValidationError("--variant and --program exclude each other") }
    if let jobs, !(1...256).contains(jobs) { throw ValidationError("--jobs: expected 1 to 256") }
  }

  func run() throws {
    let library = try MachineFiles.library(adding: add)
    let folders = try MachineFiles.corpusOrDefault(paths)
    let races = try MachineFiles.races(folders)
    let known = try EquivalentMutants.read(equivalent, besides: folders)
    let subjects = try subjects(library)
    let terminal = Terminal()
    var progress = ProgressDisplay(terminal: terminal)
    StopRequest.listen()
    let start = Clock.now
    var output = MutantsOutput(seconds: 0, programs: [])
    let pool = SearchPool(jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount)
    // The races without any mutation are explored once for each setting.
    var users: [MutantSubject.Setting: Set<String>] = [:]
    for subject in subjects { for setting in subject.settings { users[setting, default: []].insert(subject.program) } }
    var studies: [MutantSubject.Setting: MutationStudy] = [:]
    for (number, subject) in subjects.enumerated() {
      progress.update(elapsed: Clock.now - start) {
        "\(number) of \(subjects.count) programs, now \(subject.program)"
      }
      do throws(ProgramError) {
        for setting in subject.settings where studies[setting] == nil {
          studies[setting] = try MutationStudy(
            setting, of: users[setting] ?? [], library: library, litmus: races,
            limits: SearchLimits(isStopped: { StopRequest.isPending }))
        }
      } catch {
        throw CommandFailure.usage("\(error)")
      }
      let used = subject.settings.compactMap { studies[$0] }
      let results = pool.map(used.first?.mutants(of: subject.program) ?? []) { MutationStudy.result(of: $0, used) }
      if StopRequest.isPending { throw CommandFailure.usage("stopped before the end; nothing is said of the score") }
      output.programs.append(MutantsOutput.Program(subject.program, used, results, known))
    }
    progress.erase()
    output.seconds = (Clock.now - start).rounded()
    if program == nil, variant == nil {
      output.stale = known.stale(alive: output.programs.flatMap(\.aliveNames))
    }
    if json { try JSONOutput.print(output) } else { output.print(all: all) }
    if output.programs.allSatisfy({ $0.mutants == 0 }) { throw CrossCheck.ExitCode.nothingExecuted }
    if !output.gaps.isEmpty || !output.stale.isEmpty { throw CrossCheck.ExitCode.finding }
  }

  private func subjects(_ library: ProgramLibrary) throws(CommandFailure) -> [MutantSubject] {
    let memories = try memory.map(MachineFiles.memories)
    if let variant {
      return try MachineFiles.variants(variant, library).map { MutantSubject($0, library, memories: memories) }
    }
    if let program {
      let names = library.names.filter {
        program.hasSuffix("*") ? $0.hasPrefix(program.dropLast()) : $0 == program
      }
      guard !names.isEmpty else { throw .usage("--program: there is no program '\(program)'") }
      return names.map { MutantSubject($0, library, memories: memories) }
    }
    return MutantSubject.all(library, memories: memories)
  }
}
