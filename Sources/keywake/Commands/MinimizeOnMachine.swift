import CrossCheck
import Explorer
import Machine
import Scenario
import Shrink

extension MinimizeCommand {
  /// Minimises what a version of the simulated kernel shows.
  func runOnMachine(_ scenario: Scenario, _ place: ReductionFile, _ record: ReductionRecord?) throws {
    StopRequest.listen()
    let start = Clock.now
    let limit = time?.seconds
    // A candidate that has more states than any finding is none.
    let limits = SearchLimits(
      states: 2_000_000, bytes: 1 << 30, isStopped: { StopRequest.isPending },
      isLate: { limit.map { Clock.now - start >= Double($0) } ?? false })
    var examiners = [MachineExaminer(try machine.machine(limits: limits), file: file, signature: signature)]
    _ = examiners[0].examine(scenario)
    while examiners.count < jobs {
      examiners.append(MachineExaminer(try machine.machine(limits: limits), like: examiners[0]))
    }
    var progress = ProgressDisplay(terminal: Terminal())
    var unwritten: ReductionFile.Failure?
    var result: Reduction
    do throws(Minimizer.Failure) {
      result = try Minimizer(confirmations: 1).minimize(
        scenario, signature: signature, resuming: record, examiners: examiners,
        shouldStop: { Self.stopReason(since: start, limit: limit, unwritten) }
      ) { reduction in
        do throws(ReductionFile.Failure) { try place.write(reduction) } catch { unwritten = error }
        progress.update(elapsed: Clock.now - start) { Self.progressText(reduction) }
      }
    } catch {
      progress.erase()
      Stream.error.line("keywake: \(file): \(error)")
      if error.description.contains("came to: skipped:") { throw CrossCheck.ExitCode.nothingExecuted }
      return
    }
    progress.erase()
    let last = examiners[0].describe(
      result.minimal, limits: SearchLimits(states: 2_000_000, isStopped: { StopRequest.isPending }))
    result.notes = last.words
    result.schedules = [last.schedule].compactMap { $0 }
    do throws(ReductionFile.Failure) { try place.write(result) } catch { throw CommandFailure.fault(error.description) }
    var summary = MinimizeSummary(result, file: file, output: place.scenario.string, seconds: Clock.now - start)
    summary.variant = machine.variant ?? "current"
    summary.next = "keywake explain \(place.scenario) \(machine.words.joined(separator: " "))"
    if json { try JSONOutput.print(summary) } else { summary.print(result) }
    throw CrossCheck.ExitCode.finding
  }
}
