import CKeywake
import Glibc
import Scenario
import SystemPackage

/// Runs batches of scenarios: while agents run one, the next is written and the one before is read.
struct LiveRunner {
  let nursery: Nursery
  let writer: ProgramWriter
  let folders: LiveFolders
  let options: LiveOptions
  /// The plans of races, one run after the other.
  private(set) var schedule: RaceSchedule

  /// Seats that the batches of one call use, by the number of the process in its scenario.
  private var seats: [UInt8] = []
  private var half = 0
  /// How many programs will have ended when the batch that runs has.
  private var programs: UInt32

  init(nursery: Nursery, writer: ProgramWriter, folders: LiveFolders, options: LiveOptions, schedule: RaceSchedule) {
    self.nursery = nursery
    self.writer = writer
    self.folders = folders
    self.options = options
    self.schedule = schedule
    programs = kw_region_ended(nursery.region)
  }

  /// Scenarios whose agents can be used again, in the order given. Shorter than the list when something went wrong: the
  /// last run says what, and the agents are gone.
  mutating func run(_ scenarios: ArraySlice<Scenario>) throws -> [LiveRun] {
    var runs: [LiveRun] = []
    runs.reserveCapacity(scenarios.count)
    var rest = scenarios
    var running: Batch?
    var isWell = true
    defer { release(isWell: isWell) }
    do {
      while isWell, running != nil || !rest.isEmpty {
        let next = try canWrite(rest.first, beside: running) ? write(&rest) : nil
        // Agents go on with it by themselves.
        if let next { start(next, behind: running != nil) }
        if let batch = running {
          programs &+= 1
          let (verdict, position) = awaitEnd(batch)
          isWell = verdict == .complete
          if !isWell { killAgents(of: batch) }
          read(batch, until: position, verdict, into: &runs)
        }
        if !isWell, let next { removeNames(next) }
        running = isWell ? next : nil
      }
    } catch {
      isWell = false
      killAgents(of: running)
      throw error
    }
    return runs
  }

  /// The same scenario many times: agents go from run to run by themselves. Of runs that gave the same there is one, with
  /// their count; the last one says what went wrong, if anything did.
  mutating func sweep(_ scenario: Scenario, runs count: Int) throws -> [LiveRun] {
    var runs: [LiveRun] = []
    var isWell = true
    defer { release(isWell: isWell) }
    var batch = Batch(start: half * Int(KW_HALF))
    do {
      let first = schedule.next
      writer.beginBatch(half: half)
      try write(scenario, table: half * Int(KW_BATCH), into: &batch)
      let length = writer.position - batch.start
      guard let written = batch.scenarios.first, length <= Int(KW_SWEEP_COMMANDS),
        let starter = writer.aliveProcesses.first
      else { throw LiveKernelError("a scenario of \(length) commands cannot be swept") }
      writer.append(KW_AGAIN, seat: writer.seat(of: starter))
      writer.endBatch()
      batch.end = writer.position
      kw_sweep_begin(nursery.region, UInt32(batch.start), UInt32(length), UInt32(count))
      writePlans(scenario, from: first, count)
      start(batch, behind: false)
      programs &+= 1
      let (verdict, position) = awaitEnd(batch, isSweep: true)
      isWell = verdict == .complete
      let done = kw_sweep_done(nursery.region)
      schedule.next = first + UInt64(done)
      var broken: [LiveRun] = []
      if !isWell {
        killAgents(of: batch)
        broken = [self.run(of: written, until: position, verdict)]
        broken[0].number = schedule.next
        schedule.next += 1
      }
      for kind in 0..<kw_sweep_kinds(nursery.region) {
        var times: UInt32 = 0
        let number = kw_sweep_restore(nursery.region, kind, UInt32(written.table), &times)
        var run = self.run(of: written, until: batch.end, .complete)
        run.number = first + UInt64(number)
        run.count = Int(times)
        runs.append(run)
      }
      return runs + broken
    } catch {
      isWell = false
      killAgents(of: batch)
      throw error
    }
  }

  private func writePlans(_ scenario: Scenario, from first: UInt64, _ count: Int) {
    guard let lanes = scenario.onlyRace?.count else { return }
    let plans = kw_sweep_plans(nursery.region)
    for run in 0..<count {
      for (index, lane) in RacePlan(schedule, run: first + UInt64(run), lanes: lanes).lanes.enumerated() {
        plans[run * Int(KW_SWEEP_LANES) + index] = kw_plan(
          delay: Int32(clamping: lane.delay), processor: Int32(clamping: lane.processor), yields: lane.yields)
      }
    }
  }

  // MARK: Writing

  /// Fresh agents are for one scenario alone: nothing is written while they run, nor for them while others do.
  private func canWrite(_ scenario: Scenario?, beside running: Batch?) -> Bool {
    guard let scenario else { return false }
    guard let running else { return true }
    return !running.isFresh && !scenario.needsFreshAgents
  }

  /// Takes as many scenarios as fit from the list.
  private mutating func write(_ rest: inout ArraySlice<Scenario>) throws -> Batch {
    var batch = Batch(start: half * Int(KW_HALF))
    batch.isFresh = rest.first?.needsFreshAgents ?? false
    if batch.isFresh {
      for seat in seats { nursery.giveBack(seat, reuse: true) }
      seats = []
    }
    writer.beginBatch(half: half)
    while let scenario = rest.first, batch.scenarios.count < Int(KW_BATCH),
      batch.scenarios.isEmpty || writer.hasRoom(for: scenario)
    {
      if !batch.scenarios.isEmpty, scenario.needsFreshAgents { break }
      let table = half * Int(KW_BATCH) + batch.scenarios.count
      try write(scenario, table: table, into: &batch)
      rest.removeFirst()
      if batch.isFresh { break }
    }
    writer.endBatch()
    batch.end = writer.position
    half = 1 - half
    return batch
  }

  private mutating func write(_ scenario: Scenario, table: Int, into batch: inout Batch) throws {
    let waiters = kw_region_waiters(nursery.region, UInt32(table))
    for index in 0..<Int(KW_WAITERS) { waiters[index] = kw_waiter() }
    writer.beginScenario(table: table)
    let start = writer.position
    let isFresh = batch.isFresh
    var processes = 0
    let number = schedule.next
    if scenario.hasRace { schedule.next += 1 }
    func take(_ action: Action) throws -> UInt8 {
      switch action {
      case .process:
        defer { processes += 1 }
        if processes == seats.count { seats.append(try nursery.take(fresh: isFresh)) }
        return seats[processes]
      case .thread:
        let seat = try nursery.takeEmpty()
        batch.threadSeats.append(seat)
        return seat
      default:
        let seat = try nursery.takeEmpty()
        batch.forkSeats.append(seat)
        return seat
      }
    }
    for (index, element) in scenario.elements.enumerated() {
      let operation: Operation
      switch element {
      case .operation(let one): operation = one
      case .race(let lanes):
        let plan = RacePlan(schedule, run: number, lanes: lanes.count)
        try writer.write(race: lanes, plan) { try take($1) }
        continue
      }
      var next: ActorID?
      if case .file(let file, let kind, let pages) = operation.action {
        next = nextProcess(scenario, after: index)
        if kind.hasName { try prepareName(file, kind, pages, table) }
      }
      try writer.write(operation, next: next) { try take($1) }
    }
    writer.endScenario()
    let names = writer.files.enumerated().filter { $1.kind.hasName }.map { (UInt8($0), $1) }
    batch.scenarios.append(
      Batch.Written(
        scenario: scenario, table: table, spans: writer.spans, commands: start..<writer.position, files: names,
        races: writer.races, number: number))
  }

  /// The process of the next actor that is alive already.
  private func nextProcess(_ scenario: Scenario, after index: Int) -> ActorID? {
    for element in scenario.elements[(index + 1)...] {
      guard case .operation(let operation) = element, let actor = operation.actor else { continue }
      return writer.process(of: actor)
    }
    return nil
  }

  /// What the names of a file begin with; three digits follow.
  private func prefix(_ kind: FileKind, _ file: UInt8, _ table: Int) -> FilePath? {
    (kind == .tmpfs ? folders.tmpfs : folders.disk)?.appending("t\(table)f\(file).")
  }

  /// With nobody alive to open the file, it is made here.
  private func prepareName(_ file: FileID, _ kind: FileKind, _ pages: UInt8, _ table: Int) throws {
    guard let prefix = prefix(kind, file.index, table) else { return }
    let buffer = kw_region_path(nursery.region, UInt32(table), UInt32(file.index))
    let bytes = prefix.string.utf8CString
    guard bytes.count < Int(KW_PATH_BYTES) - 8 else { throw LiveKernelError("the path \(prefix) is too long") }
    for (index, byte) in bytes.enumerated() { buffer[index] = byte }
    guard writer.aliveProcesses.isEmpty else { return }
    let made = try FileDescriptor.open(
      FilePath(prefix.string + "000"), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
      permissions: [.ownerRead, .ownerWrite])
    defer { try? made.close() }
    try made.resize(to: Int64(pages) * Int64(kind.pageBytes))
  }

  private func removeNames(_ batch: Batch) {
    for written in batch.scenarios {
      for (index, file) in written.files {
        guard let prefix = prefix(file.kind, index, written.table) else { continue }
        for name in 0...Int(file.name) { unlink(prefix.string + String(name + 1000).dropFirst()) }
      }
    }
  }

  // MARK: Running

  private func start(_ batch: Batch, behind another: Bool) {
    let inUse = (seats + batch.forkSeats).reduce(UInt32(0)) { $0 | 1 << UInt32($1) }
    if another {
      kw_region_queue(nursery.region, UInt32(batch.start), inUse)
    } else {
      kw_region_start(nursery.region, UInt32(batch.start), inUse)
    }
  }

  /// Reads what is done of a batch. The scenario at which it stopped has the verdict.
  private mutating func read(
    _ batch: Batch, until position: Int, _ verdict: LiveRun.Verdict, into runs: inout [LiveRun]
  ) {
    for written in batch.scenarios {
      let isDone = position >= written.commands.upperBound
      runs.append(run(of: written, until: position, isDone ? .complete : verdict))
      if !isDone { break }
    }
    removeNames(batch)
    for seat in batch.threadSeats { nursery.abandon(seat) }
    // Else they are gone already.
    guard verdict == .complete else { return }
    for seat in batch.forkSeats { nursery.giveBack(seat, reuse: false) }
    if batch.isFresh {
      for seat in seats { nursery.giveBack(seat, reuse: false) }
      seats = []
      nursery.refill()
    }
  }

  private func run(of written: Batch.Written, until position: Int, _ verdict: LiveRun.Verdict) -> LiveRun {
    var run = LiveRun(verdict: verdict)
    ObservationReader(
      commands: writer.commands, waiters: kw_region_waiters(nursery.region, UInt32(written.table)),
      scenario: written.scenario
    ).read(written.spans, until: position, into: &run)
    run.number = written.number
    for race in written.races where race.position < position && writer.commands[race.position].missing > 0 {
      let text = "\(writer.commands[race.position].missing) waiters did not come back that the race's calls had woken"
      run.notes.append(Note(operation: race.lastOperation, kind: .completionsMissing, text: text))
    }
    if let race = written.races.first, race.position < position { run.laneTimes = laneTimes(race.position) }
    return run
  }

  private func laneTimes(_ race: Int) -> [(began: UInt64, ended: UInt64)] {
    var times: [(began: UInt64, ended: UInt64)] = []
    var at = race + 1
    let end = at + Int(writer.commands[race].value)
    while at < end {
      times.append((writer.commands[at].address, writer.commands[at].address2))
      at += Int(writer.commands[at].value) + 1
    }
    return times
  }

  // MARK: Waiting

  /// The verdict, and the position up to which it was run.
  private func awaitEnd(_ batch: Batch, isSweep: Bool = false) -> (LiveRun.Verdict, position: Int) {
    let slice = max(1, min(200, options.limit))
    var waited = 0
    var done: UInt32 = 0
    while true {
      let answer = kw_region_wait(nursery.region, programs, UInt32(slice))
      if answer > 0 { return (.complete, batch.end) }
      waited += slice
      if isSweep, kw_sweep_done(nursery.region) != done {
        // The limit is of one run. What is slow is cut short, so that whoever asked for it can be asked again.
        done = kw_sweep_done(nursery.region)
        waited = 0
        kw_sweep_stop(nursery.region)
      }
      let dead = answer < 0 ? nil : deadAgent()
      guard answer < 0 || dead != nil || waited >= options.limit else { continue }
      // From here on the position stays in this batch, unless it has ended in this very moment.
      kw_region_withdraw(nursery.region)
      let position = Int(kw_region_position(nursery.region))
      if kw_region_wait(nursery.region, programs, 0) > 0 { return (.complete, batch.end) }
      if answer < 0 { return (fault(position), position) }
      return (dead.map { .harnessFault($0) } ?? hang(batch, position), position)
    }
  }

  private func fault(_ position: Int) -> LiveRun.Verdict {
    var detail: Int32 = 0
    var seat: UInt32 = 0
    let fault = kw_fault(rawValue: kw_region_fault(nursery.region, &detail, &seat))
    let operation = writer.commands[position].operation
    return .harnessFault("\(Self.text(fault)) (detail \(detail)) in operation \(operation)")
  }

  /// Agents that somebody else ended, which a run would wait for in vain.
  private func deadAgent() -> String? {
    guard nursery.isAlive else { return "the process that starts agents has ended" }
    let seat = writer.commands[Int(kw_region_position(nursery.region))].seat
    guard Int(seat) < Int(KW_SEATS), nursery.isDead(seat) else { return nil }
    return "an agent has ended"
  }

  private func hang(_ batch: Batch, _ position: Int) -> LiveRun.Verdict {
    let command = writer.commands[position]
    let processes = (seats + batch.forkSeats).map { nursery.processNumber(of: $0) }.filter { $0 > 0 }
    if let stopped = processes.first(where: { ProcessState.isStopped($0) }) {
      return .harnessFault("agent \(stopped) is stopped")
    }
    let actor = Int(command.seat) < Int(KW_SEATS) ? kw_seat_tid(nursery.region, UInt32(command.seat)) : 0
    let hang = Hang(
      processes: processes, acting: actor, operation: Int(command.operation), limit: options.limit)
    return .hung(operation: hang.operation, options.hangObserver?.observe(hang) ?? [])
  }

  // MARK: Afterwards

  /// Whoever is slow would go on with the next scenario, and make files whose names are removed by then.
  private mutating func killAgents(of batch: Batch?) {
    nursery.kill(seats + (batch?.forkSeats ?? []))
    seats = []
  }

  private mutating func release(isWell: Bool) {
    for seat in seats { nursery.giveBack(seat, reuse: true) }
    seats = []
    if !isWell {
      nursery.killStopped()
      nursery.refill()
    }
  }

  private static func text(_ fault: kw_fault) -> String {
    switch fault {
    case KW_AGENT_DIED: "an agent was ended"
    case KW_AGENT_CRASHED: "an agent crashed"
    case KW_RING_FAILED: "a ring failed"
    case KW_STALE_COMPLETION: "a ring completed what was over"
    case KW_FORK_FAILED: "an agent could not fork"
    case KW_OPEN_FAILED: "a file could not be opened in another process"
    case KW_NOT_UNDERSTOOD: "a command was not understood"
    case KW_WAITER_LEFT: "a waiter could not be cancelled"
    case KW_PARKING_UNPROVEN: "/proc did not prove that a thread sleeps"
    default: "fault \(fault.rawValue)"
    }
  }
}
