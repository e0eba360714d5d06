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
      Each line is deleted, doubled, swapped with the next, its condition negated; the races of the litmus corpus in \
      which the original breaks no rule must notice. A mutant that no race can tell from the original is listed with \
      the reason in the file of equivalent mutants; any other that lives is a gap, and ends the command with code 1.
      """)

  @Argument(help: ".litmus files, or folders of them. Default: Corpus/litmus, here or above this program.")
  var paths: [String] = []
  @Option(help: "A version such as 6.1: its derivation alone.")
  var variant: String?
  @Option(
    help: "A program such as env.truncate alone. Default: derivations from 5.14 on, env, today's waiting and waking.")
  var program: String?
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
    let library = try MachineFiles.library(adding: nil)
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
    // The races without any mutation are explored once for each version.
    var studies: [[String?]: MutationStudy] = [:]
    for (number, subject) in subjects.enumerated() {
      if StopRequest.isPending { throw CommandFailure.usage("stopped before the end; nothing is said of the score") }
      progress.update(elapsed: Clock.now - start) {
        "\(number) of \(subjects.count) programs, now \(subject.program)"
      }
      let study: MutationStudy
      do throws(ProgramError) {
        if let known = studies[[subject.variant, subject.rmap, subject.wake]] {
          study = known
        } else {
          study = try MutationStudy(
            asVariant: subject.variant, rmap: subject.rmap, wake: subject.wake, library: library, litmus: races,
            limits: SearchLimits(isStopped: { StopRequest.isPending }))
        }
        studies[[subject.variant, subject.rmap, subject.wake]] = study
      } catch {
        throw CommandFailure.usage("\(error)")
      }
      let results = pool.map(study.mutants(of: subject.program)) { study.result(of: $0) }
      output.programs.append(MutantsOutput.Program(subject.program, study, results, known))
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

  /// A program and what it runs with.
  private struct Subject {
    var program: String
    var variant = "derive.current"
    var rmap = Linker.currentReverseMap
    var wake: String?
  }

  private func subjects(_ library: ProgramLibrary) throws(CommandFailure) -> [Subject] {
    if let variant { return try MachineFiles.variants(variant, library).map { Subject(program: $0, variant: $0) } }
    if let program {
      guard library[program] != nil else { throw .usage("--program: there is no program '\(program)'") }
      return [subject(program, library)]
    }
    let clean = ["derive.5.14", "derive.6.1", "derive.6.12", "derive.current"].filter { library[$0] != nil }
    let environment = library.names.filter { $0.hasPrefix("env.") }
    let waiting = [Linker.currentWake, "wait.3.14", "wait.unqueue-me", "sched.schedule", "sched.wake-up"]
    return (clean + environment + waiting.filter { library[$0] != nil }).map { subject($0, library) }
  }

  private func subject(_ program: String, _ library: ProgramLibrary) -> Subject {
    var subject = Subject(program: program)
    if library[program]?.isDerivation == true { subject.variant = program }
    func goes(_ with: Program) -> Bool { with.name == program || with.companions.values.contains(program) }
    if let form = library.reverseMaps.last(where: goes) { subject.rmap = form.name }
    // An era of waiting and waking, or what goes with one: the first that it goes with, beside the derivation of its time.
    if let era = library.wakes.first(where: goes) {
      subject.wake = era.name
      subject.variant = era.companions["derive"] ?? subject.variant
    }
    return subject
  }
}
