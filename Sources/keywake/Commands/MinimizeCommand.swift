import ArgumentParser
import CrossCheck
import Foundation
import LiveKernel
import Scenario
import Shrink

struct MinimizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "minimize",
    abstract: "Makes a finding as small as it can be: the simplest scenario with the same signature.",
    discussion: """
      The original runs first; if it does not show the finding, nothing is changed. What is reached is written after \
      each step and a later run with --resume goes on from there. With --variant or --program the finding is one of the \
      simulated kernel: candidates run there under every interleaving, and what is of the live kernel does not count. \
      Exit codes: 1 the minimal scenario shows the finding, \
      0 the original does not show one, others as those of `keywake`.
      """)

  @Argument(help: "A scenario file that shows a finding.")
  var file: String
  @Option(help: "Where the minimal scenario goes. Default: beside the file, with the ending .min.kw.")
  var output: String?
  @Option(help: "The finding's signature. Default: the first that a run shows.")
  var signature: String?
  @Option(help: "How long to work: 90s, 5m, 2h. Default: until nothing more can be taken away.")
  var time: TimeSpan?
  @Option(
    help: "Candidates that run at the same time, each with agents of its own. A live kernel is one: it may pay or not.")
  var jobs = 1
  @Option(help: "Fresh runs of the original, before, and of the result, at the end.")
  var confirmations = 10
  @Option(help: "For a race: seed of the delays and processors.")
  var seed: UInt64 = 1
  @Option(help: "For a race: the longest delay of a lane, in turns of an idle loop.")
  var jitter = 400
  @Option(help: "For a race: what goes on beside it, as `keywake litmus` takes it.")
  var noise = NoiseList(noises: [])
  @Flag(help: "Go on from the state that an earlier run left beside the output.")
  var resume = false
  @Flag(help: "Let known issues count as findings.")
  var ignoreKnownIssues = false
  @OptionGroup var machine: MachineArguments
  @OptionGroup var live: LiveArguments
  @Flag(help: "Print the result as one JSON object on standard output.")
  var json = false

  func validate() throws {
    guard (1...64).contains(jobs) else { throw ValidationError("--jobs is 1 to 64") }
    guard (1...1000).contains(confirmations) else { throw ValidationError("--confirmations is 1 to 1000") }
    guard (0...1_000_000).contains(jitter) else {
      throw ValidationError("--jitter: expected 0 to 1000000 turns, found \(jitter)")
    }
  }

  func run() throws {
    try noise.check(live)
    let scenario = try ScenarioFiles.read(file)
    let stem = file.hasSuffix(".kw") ? String(file.dropLast(3)) : file
    let place = ReductionFile(scenario: .init(output ?? stem + ".min.kw"))
    var record: ReductionRecord?
    if resume {
      do throws(ReductionFile.Failure) {
        record = try place.read(reducing: scenario)
      } catch {
        throw CommandFailure.usage(error.description)
      }
    }
    if machine.isNamed { return try runOnMachine(scenario, place, record) }
    let session = try LiveSession(live)
    defer { session.shutDown() }
    let makers = try NoiseMakers(noise, session)
    // Before the session's end, which removes what they use.
    var racing: [LiveKernel] = []
    defer { for kernel in racing { kernel.shutDown() } }
    let terminal = Terminal()
    var progress = ProgressDisplay(terminal: terminal)
    for line in session.remarks { progress.announce(line) }
    StopRequest.listen()
    let start = Clock.now
    let limit = time?.seconds
    var unwritten: ReductionFile.Failure?
    let shouldStop = { Self.stopReason(since: start, limit: limit, unwritten) }
    // Many runs of a race are one examination.
    let minimizer = Minimizer(confirmations: scenario.hasRace ? 1 : confirmations)
    var racer: RaceExaminer?
    var result: Reduction?
    var refusals: [String] = []
    // The first kind of waiters with which the finding shows is the one to reduce it with.
    for kind in session.kinds where result == nil {
      let kernels = scenario.hasRace ? [] : session.kernels(jobs)
      defer { for kernel in kernels { kernel.renew() } }
      let judge = ignoreKnownIssues ? Judge(release: session.release) : session.judge
      var examiners: [any Examiner] = kernels.map {
        LiveExaminer($0, judge: judge, waiters: kind, log: kernels.count == 1 ? session.log : nil)
      }
      if scenario.hasRace {
        let kernel = try session.raceKernel(kind, makers)
        racing.append(kernel)
        kernel.schedule = RaceSchedule(seed: seed, jitter: jitter)
        let examiner = RaceExaminer(
          kernel, judge: judge, answerer: session.kernel.answerer, signature: signature, clock: { Clock.now })
        progress.update(elapsed: Clock.now - start) { "runs of the original" }
        examiner.calibrate(scenario, seconds: limit.map { min(20, Double($0) / 5) } ?? 20, shouldStop: shouldStop)
        racer = examiner
        examiners = [examiner]
      }
      do throws(Minimizer.Failure) {
        result = try minimizer.minimize(
          scenario, signature: signature, resuming: record, examiners: examiners, shouldStop: shouldStop
        ) { reduction in
          do throws(ReductionFile.Failure) { try place.write(reduction) } catch { unwritten = error }
          progress.update(elapsed: Clock.now - start) { Self.progressText(reduction) }
        }
      } catch {
        refusals.append("\(kind.rawValue) waiters: \(error)")
      }
    }
    progress.erase()
    if var reduced = result, let racer, reduced.isComplete {
      reduced.notes = [
        racer.leastJitter(of: reduced.minimal).map { "Its lanes need a delay of \($0) turns at most (--jitter \($0))." }
          ?? "Its lanes need the whole jitter of \(jitter) turns."
      ]
      result = reduced
    }
    guard let result else {
      for refusal in refusals { Stream.error.line("keywake: \(file): \(refusal)") }
      if refusals.allSatisfy({ $0.contains("skipped:") }) { throw CrossCheck.ExitCode.nothingExecuted }
      if refusals.contains(where: { $0.contains("harness-fault") }) { throw CrossCheck.ExitCode.harnessFault }
      return
    }
    do throws(ReductionFile.Failure) { try place.write(result) } catch { throw CommandFailure.fault(error.description) }
    var summary = MinimizeSummary(
      result, file: file, output: place.scenario.string, seconds: Clock.now - start)
    if let racer { summary.runs = racer.runs }
    if json { try JSONOutput.print(summary) } else { summary.print(result) }
    throw CrossCheck.ExitCode.finding
  }

  static func stopReason(since start: Double, limit: Int?, _ unwritten: ReductionFile.Failure?) -> String? {
    if StopRequest.isPending { return "stopped by a signal" }
    if let limit, Clock.now - start >= Double(limit) { return "time is up" }
    return unwritten == nil ? nil : "its state cannot be written"
  }

  static func progressText(_ reduction: Reduction) -> String {
    "\(reduction.minimal.operations.count) of \(reduction.original.operations.count) operations, "
      + "\(reduction.candidates) candidates, pass \(reduction.pass)"
  }
}
