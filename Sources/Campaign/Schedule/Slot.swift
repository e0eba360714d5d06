/// A place for one worker at a time.
struct Slot {
  enum Work {
    case shift(WorkerKind)
    case triage(FindingRow, TriageStep)
  }
  struct Job {
    var work: Work
    var row: ShiftRow
    var process: WorkerProcess
    /// Seconds that it was asked to work.
    var seconds: Int
    /// Why the campaign ended it, if it did.
    var verdict: ShiftRow.State?
    /// Signatures that have been announced of it.
    var announced = 0
  }
  var job: Job?
  var backoff = Backoff()
  /// Nothing is started before.
  var restsUntil = 0.0
}
