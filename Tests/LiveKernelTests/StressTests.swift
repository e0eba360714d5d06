import Glibc
import LiveKernel
import Testing

/// Stress runs, bounded by what they have done: nothing here depends on how long anything takes.
@Suite(.serialized) struct StressTests {
  static func run(_ options: StressOptions, checks: UInt64) throws -> StressRun {
    let run = try StressRun(options)
    while run.isRunning, run.counts.checks < checks { sched_yield() }
    return run
  }

  @Test func booksAgree() throws {
    var options = StressOptions()
    options.waiters = 1000
    options.seed = 5
    let run = try Self.run(options, checks: 4)
    #expect(run.end())
    #expect(run.finding == nil, "\(run.finding?.text ?? "")")
    #expect(run.fault == nil)
    let counts = run.counts
    #expect(counts.checks >= 4)
    #expect(counts.waits > 0)
    #expect(counts.requeues > 0)
    #expect(counts.truncations > 0)
    #expect(counts.woken >= counts.waits)
  }

  @Test func stopsAtAnyMoment() throws {
    for _ in 0..<5 {
      let run = try StressRun(StressOptions())
      #expect(run.end())
      #expect(run.fault == nil)
    }
  }
}
