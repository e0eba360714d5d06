import CrossCheck
import Foundation
import Glibc

extension Campaign {
  func begin(_ index: Int, left: Double?) throws(CampaignError) {
    let isTriaging = slots.filter { if case .triage = $0.job?.work { true } else { false } }.count
    // Triage has precedence, but leaves a worker at work where there are two.
    if isTriaging == 0 || isTriaging < slots.count - 1, let finding = try nextFinding(), let step = finding.next {
      return try startTriage(index, finding, step)
    }
    // As many of a kind as there are slots may be at work at once.
    let seconds = min(settings.shiftSeconds, Int(min(1e6, max(1, left ?? 1e6)).rounded(.up)))
    guard let next = scheduler.next(seconds: Double(seconds)) else { return }
    let kind = scheduler.kinds[next]
    let seed = random.next() >> 33
    let row = try store.beginShift(row(kind.name, slot: index, seed: seed))
    let command = maker.shift(kind, number: row.id ?? 0, seed: seed, seconds: seconds)
    try makeFolders(kind, row.id ?? 0)
    try launch(command, .shift(kind), row, index, seconds)
  }

  func row(_ kind: String, slot: Int, seed: UInt64) -> ShiftRow {
    ShiftRow(
      run: runNumber, slot: slot, kind: kind, seed: Int64(bitPattern: seed), command: "", started: WallClock.now,
      state: .running)
  }

  func makeFolders(_ kind: WorkerKind, _ number: Int64) throws(CampaignError) {
    let place = settings.folder.shift(number)
    try CampaignFolder.make(place)
    if kind.growsCorpus { try CampaignFolder.make(settings.folder.corpus(kind.name)) }
    guard kind.isTarget else { return }
    for folder in ["\(place)/artifacts", settings.folder.seeds(kind.name)] {
      try CampaignFolder.make(folder)
    }
  }

  func launch(_ command: Command, _ work: Slot.Work, _ row: ShiftRow, _ index: Int, _ seconds: Int)
    throws(CampaignError)
  {
    var row = row
    row.command = command.text
    do throws(CampaignError) {
      slots[index].job = Slot.Job(work: work, row: row, process: try WorkerProcess(command), seconds: seconds)
    } catch {
      row.state = .failed
      row.ended = WallClock.now
      row.note = error.description
      try conclude(row, [], [])
      if case .triage(let finding, _) = work {
        try store.postpone(finding, reason: error.description, at: WallClock.now)
      }
      rest(index, "\(row.kind): \(error)")
    }
  }

  func rest(_ index: Int, _ reason: String) {
    let seconds = slots[index].backoff.failed()
    slots[index].restsUntil = MonotonicClock.now + seconds
    tell(.trouble("\(reason); worker \(index + 1) rests for \(Int(seconds)) s"))
  }

  /// Looks at all workers: reads, ends those that misbehave, concludes those that have ended.
  func attend() throws(CampaignError) {
    let isDue = MonotonicClock.now - lastInspection >= 1
    if isDue { lastInspection = MonotonicClock.now }
    for index in slots.indices {
      guard var job = slots[index].job else { continue }
      job.process.look()
      if job.process.status == nil {
        if job.process.hasFlooded { job.verdict = .flooded }
        if job.process.seconds > job.process.command.limit { job.verdict = .hung }
        if isDue {
          job.process.measureMemory()
          if job.process.peakMemory > settings.memoryLimit { job.verdict = .outgrew }
          if case .shift(let kind) = job.work { try announce(kind, &job) }
        }
        if job.verdict != nil { job.process.destroy() }
      }
      slots[index].job = job
      if job.process.status != nil { try end(index) }
    }
  }

  /// What a worker that goes on has found since the last look.
  func announce(_ kind: WorkerKind, _ job: inout Slot.Job) throws(CampaignError) {
    let found = findings(of: kind, job.row).onDisk()
    guard found.count > job.announced else { return }
    job.announced = found.count
    try keep(found)
    for finding in try store.record(found, shift: job.row, at: WallClock.now) { tell(.found(finding)) }
  }

  func findings(of kind: WorkerKind, _ row: ShiftRow) -> ShiftFindings {
    ShiftFindings(kind: kind, shift: row, place: settings.folder.shift(row.id ?? 0), kernel: kernel)
  }

  /// A worker has ended.
  func end(_ index: Int, isStopping: Bool = false) throws(CampaignError) {
    guard let job = slots[index].job else { return }
    slots[index].job = nil
    var row = job.row
    row.ended = WallClock.now
    row.seconds = job.process.seconds
    row.peakMemory = job.process.peakMemory
    switch job.work {
    case .triage(let finding, let step):
      row.state = job.verdict ?? .done
      // What a run again shows besides is new; how often it shows the finding itself is the rate, and no occurrence.
      let kind = settings.kinds.first { $0.name == finding.source } ?? WorkerKind(name: "triage", form: .generator)
      try conclude(row, findings(of: kind, row).onDisk().filter { $0.finding.signature != finding.signature }, [])
      try concludeTriage(finding, step, job)
    case .shift(let kind):
      try endShift(index, kind, job, &row, isStopping)
    }
  }

  func endShift(
    _ index: Int, _ kind: WorkerKind, _ job: Slot.Job, _ row: inout ShiftRow, _ isStopping: Bool
  ) throws(CampaignError) {
    let result = ShiftResult(kind, job.process)
    (row.executions, row.operations, row.coverage) = (result.executions, result.operations, result.coverage)
    let left = findings(of: kind, row)
    var sightings = left.onDisk()
    let end = ShiftEnd(kind, job, hasFindings: !sightings.isEmpty, isStopping: isStopping)
    (row.state, row.note) = (end.state, end.note ?? result.faults.first)
    if let how = end.crash {
      let crash = left.crash(how, job.process)
      sightings.append(crash)
      if let artifact = left.artifact() { try keepInput(artifact, of: crash.finding) }
    }
    let entries = kind.growsCorpus ? try newEntries(kind, row) : []
    let seconds = row.seconds
    let fresh = try conclude(row, sightings, entries)
    scheduler.record(kind.name, seconds: seconds, findings: fresh.count, inputs: entries.count)
    if row.state.isTrouble {
      rest(index, "\(kind.name), shift \(row.id ?? 0): \(row.state.rawValue)\(row.note.map { ": \($0)" } ?? "")")
    } else {
      slots[index].backoff.succeeded()
    }
  }

  func newEntries(_ kind: WorkerKind, _ row: ShiftRow) throws(CampaignError) -> [CorpusEntryRow] {
    let known = try store.corpusNames(kind.name)
    let folder = settings.folder.corpus(kind.name)
    return CampaignFolder.names(folder).filter { !known.contains($0) }.map { name in
      let size = (try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.size] as? Int64) ?? 0
      // A scenario says itself what it covers; of other inputs the target's coverage after the shift is known.
      let text = kind.isTarget ? nil : FileManager.default.contents(atPath: "\(folder)/\(name)")
      let covered = text.map { Int64(CorpusGrower.covered(String(decoding: $0, as: UTF8.self)).count) }
      return CorpusEntryRow(
        target: kind.name, name: name, bytes: size, added: WallClock.now, shift: row.id,
        coverage: covered ?? row.coverage)
    }
  }

  /// Puts a shift's findings on disk, then into the store together with its end, and only then removes its folder.
  @discardableResult func conclude(_ row: ShiftRow, _ sightings: [Sighting], _ entries: [CorpusEntryRow])
    throws(CampaignError) -> [FindingRow]
  {
    try keep(sightings)
    let fresh = try store.endShift(row, sightings: sightings, entries: entries, at: WallClock.now)
    for finding in fresh { tell(.found(finding)) }
    CampaignFolder.remove(settings.folder.shift(row.id ?? 0))
    return fresh
  }

  /// Into the findings folder, durable; what is there is there.
  func keep(_ sightings: [Sighting]) throws(CampaignError) {
    for sighting in sightings where access(settings.folder.finding(sighting.finding.signature), F_OK) != 0 {
      do throws(FindingStore.Failure) {
        _ = try findings.record(sighting.finding)
      } catch {
        throw CampaignError(error.withFinding(sighting.finding))
      }
    }
  }

  /// The input that a target crashed on, beside the finding.
  func keepInput(_ artifact: String, of finding: Finding) throws(CampaignError) {
    let place = settings.folder.finding(finding.signature)
    do throws(FindingStore.Failure) {
      if access(place, F_OK) != 0 { _ = try findings.record(finding) }
    } catch {
      throw CampaignError(error.withFinding(finding))
    }
    try? FileManager.default.copyItem(atPath: artifact, toPath: "\(place)/input")
  }
}
