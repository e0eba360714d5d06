import CrossCheck
import Foundation
import GRDB
import Glibc
import Scenario

/// One run of a campaign: starts workers, reads what they find into the store, and has it triaged. One thread does all
/// of it; all that takes long is done by workers.
public final class Campaign {
  public let settings: CampaignSettings
  public let store: CampaignStore
  let findings: FindingStore
  let maker: CommandMaker
  let kernel: String
  private let lock: CampaignLock
  let tell: (CampaignEvent) -> Void
  var scheduler: YieldScheduler
  var slots: [Slot]
  var random: SplitMix64
  public private(set) var run: RunRow
  let start = MonotonicClock.now
  /// Seconds that earlier runs worked.
  private let workedBefore: Double
  private var lastSample = -1000.0
  var lastInspection = 0.0

  /// Takes the folder, and brings what an earlier run left there to order.
  /// - Parameters:
  ///   - kernel: `uname -r`.
  ///   - capabilities: JSON, for the record.
  /// - Throws: when the folder is another's, or cannot be used.
  public init(
    _ settings: CampaignSettings, kernel: String, tool: String, capabilities: String?,
    tell: @escaping (CampaignEvent) -> Void
  ) throws(CampaignError) {
    self.kernel = kernel
    self.tell = tell
    scheduler = YieldScheduler(settings.kinds)
    slots = Array(repeating: Slot(), count: settings.workers)
    random = SplitMix64(seed: settings.seed)
    try settings.folder.make()
    lock = try CampaignLock(settings.folder)
    store = try CampaignStore(writing: settings.folder)
    do throws(FindingStore.Failure) {
      findings = try FindingStore(folder: .init(settings.folder.findings))
    } catch {
      throw CampaignError(error.description, isUsage: true)
    }
    workedBefore = try store.read { try Double.fetchOne($0, sql: "SELECT MAX(worked) FROM sample") ?? 0 }
    let before = try store.read { try RunRow.order(Column("id").desc).fetchOne($0) }
    // What is not said is as it was.
    var chosen = settings
    chosen.variant = settings.variant ?? before?.variant
    try settings.folder.keep(settings.program, isFirst: before == nil)
    self.settings = chosen
    maker = CommandMaker(settings: chosen)
    run = try store.beginRun(
      RunRow(
        started: WallClock.now, kernel: kernel, tool: tool, workers: settings.workers, capabilities: capabilities,
        variant: chosen.variant))
    try recover()
    if let before, before.kernel != kernel {
      let count = try store.requestTriage(nil)
      if count > 0 { tell(.note("the kernel was \(before.kernel): \(count) findings are run again")) }
    }
  }

  var runNumber: Int64 { run.id ?? 0 }

  /// Reads what the workers of a killed campaign left, once, and removes it.
  private func recover() throws(CampaignError) {
    for var shift in try store.runningShifts() {
      let kind = settings.kinds.first { $0.name == shift.kind } ?? WorkerKind(name: shift.kind, form: .generator)
      let place = settings.folder.shift(shift.id ?? 0)
      let left = ShiftFindings(kind: kind, shift: shift, place: place, kernel: kernel).onDisk()
      shift.state = .interrupted
      shift.ended = WallClock.now
      shift.note = "the campaign ended before it"
      try conclude(shift, left, [])
    }
    // Folders of shifts that were read, by a campaign that was killed before it removed them.
    for name in CampaignFolder.names(settings.folder.shifts) {
      CampaignFolder.remove("\(settings.folder.shifts)/\(name)")
    }
  }

  /// Works until it is told to stop.
  /// - Parameters:
  ///   - seconds: how long, `nil` for no limit.
  ///   - shouldStop: why to stop; asked a few times a second.
  ///   - tick: called as often.
  /// - Returns: why it stopped.
  public func work(seconds: Double?, shouldStop: () -> String?, tick: () throws(CampaignError) -> Void)
    throws(CampaignError) -> String
  {
    defer { for index in slots.indices { slots[index].job?.process.destroy() } }
    while true {
      let elapsed = MonotonicClock.now - start
      if let reason = shouldStop() { return try finish(reason) }
      if let seconds, elapsed >= seconds { return try finish("time is up") }
      for index in slots.indices where slots[index].job == nil && MonotonicClock.now >= slots[index].restsUntil {
        try begin(index, left: seconds.map { $0 - elapsed })
      }
      WorkerProcess.wait(for: slots.compactMap(\.job?.process), milliseconds: 100)
      try attend()
      try sample()
      try tick()
    }
  }

  private func sample() throws(CampaignError) {
    let elapsed = MonotonicClock.now - start
    // Fine at the beginning, when much happens; coarse in a run of weeks.
    let interval = elapsed < 120 ? 2.0 : elapsed < 3600 ? 10 : 60
    guard elapsed - lastSample >= interval else { return }
    lastSample = elapsed
    try addSample(elapsed)
  }

  private func addSample(_ elapsed: Double) throws(CampaignError) {
    let totals = try store.totals()
    try store.add(
      SampleRow(
        run: runNumber, at: WallClock.now, worked: workedBefore + elapsed, executions: totals.executions,
        operations: totals.operations, coverage: totals.coverage, corpus: totals.corpus, findings: totals.findings,
        memory: ProcessMemory.resident(of: getpid()) ?? 0, storeSeconds: store.secondsSpent))
  }

  /// Lets the workers end in order, for a few seconds.
  private func finish(_ reason: String) throws(CampaignError) -> String {
    for slot in slots { slot.job?.process.terminate() }
    let deadline = MonotonicClock.now + 15
    while slots.contains(where: { $0.job != nil }) {
      let isLate = MonotonicClock.now >= deadline
      WorkerProcess.wait(for: slots.compactMap(\.job?.process), milliseconds: 20)
      for index in slots.indices {
        guard let job = slots[index].job else { continue }
        job.process.look()
        if isLate { job.process.destroy() }
        guard job.process.status != nil else { continue }
        if case .triage = job.work {
          // It goes on with the next run.
          var row = job.row
          (row.state, row.ended, row.seconds) = (.interrupted, WallClock.now, job.process.seconds)
          try conclude(row, [], [])
          slots[index].job = nil
        } else {
          try end(index, isStopping: true)
        }
      }
    }
    try addSample(MonotonicClock.now - start)
    try store.endRun(runNumber, stopped: reason, at: WallClock.now)
    return reason
  }

  /// Seeds for the coverage-guided targets; and the proof that what is wrong would be seen.
  /// - Throws: when the self-test fails: the campaign would be blind.
  public func prepare(shouldStop: () -> String?) throws(CampaignError) {
    let test = SelfTest(settings: settings, maker: maker)
    let text = try test.run(shouldStop: shouldStop)
    try store.setSelfTest(text, of: runNumber)
    tell(.note("self-test: \(text)"))
    for kind in settings.kinds where kind.isTarget {
      guard let command = maker.pack(into: kind.name) else { continue }
      let process = try WorkerProcess(command)
      while process.status == nil, shouldStop() == nil {
        WorkerProcess.wait(for: [process], milliseconds: 100)
        process.look()
      }
      process.destroy()
      if process.exitCode != 0, shouldStop() == nil {
        tell(.trouble("no seeds for \(kind.name): \(process.errors.lastLines(1).joined())"))
      }
    }
  }
}
