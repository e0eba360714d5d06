import CKeywake
import Glibc
import Scenario
import SystemPackage

/// One run of one scenario.
struct LiveRunner {
  let nursery: Nursery
  let writer: ProgramWriter
  let folders: LiveFolders
  let options: LiveOptions
  let scenario: Scenario

  /// The processes' seats, the threads' seats.
  private var processSeats: [UInt8] = []
  private var threadSeats: [UInt8] = []

  init(nursery: Nursery, writer: ProgramWriter, folders: LiveFolders, options: LiveOptions, scenario: Scenario) {
    self.nursery = nursery
    self.writer = writer
    self.folders = folders
    self.options = options
    self.scenario = scenario
  }

  mutating func run() throws -> LiveRun {
    let needsFresh = scenario.needsFreshAgents
    defer { removeNames() }
    do {
      try write(fresh: needsFresh)
    } catch {
      for seat in processSeats { nursery.giveBack(seat, reuse: false) }
      for seat in threadSeats { nursery.abandon(seat) }
      throw error
    }
    let waiters = kw_region_waiters(nursery.region)
    for index in 0..<Int(KW_WAITERS) { waiters[index] = kw_waiter() }
    var taking: UInt32 = 0
    for process in writer.aliveProcesses { taking |= 1 << UInt32(writer.seat(of: process)) }
    let inUse = processSeats.reduce(UInt32(0)) { $0 | 1 << UInt32($1) }
    kw_region_start(nursery.region, taking, inUse)
    var run = LiveRun(verdict: awaitEnd())
    let position = Int(kw_region_position(nursery.region))
    ObservationReader(commands: writer.commands, waiters: waiters, scenario: scenario)
      .read(writer.spans, until: position, into: &run)
    release(reuse: run.verdict == .complete && !needsFresh, kill: run.verdict != .complete)
    return run
  }

  // MARK: Writing

  private mutating func write(fresh: Bool) throws {
    kw_region_prepare(nursery.region)
    writer.begin()
    for file in 0..<Limits.files { setPath(FileID(UInt8(file)), nil) }
    for (index, element) in scenario.elements.enumerated() {
      guard case .operation(let operation) = element else { continue }
      var next: ActorID?
      if case .file(let file, let kind, let pages) = operation.action {
        next = nextProcess(after: index)
        if kind.hasName { try prepareName(file, kind, pages) }
      }
      try writer.write(operation, next: next) { actor, action in
        if case .process = action {
          let seat = try nursery.take(fresh: fresh)
          processSeats.append(seat)
          return seat
        }
        let seat = try nursery.takeEmpty()
        if case .thread = action { threadSeats.append(seat) } else { processSeats.append(seat) }
        return seat
      }
    }
    writer.end()
  }

  /// The process of the next actor that is alive already.
  private func nextProcess(after index: Int) -> ActorID? {
    for element in scenario.elements[(index + 1)...] {
      guard case .operation(let operation) = element, let actor = operation.actor else { continue }
      return writer.process(of: actor)
    }
    return nil
  }

  private func setPath(_ file: FileID, _ path: FilePath?) {
    let buffer = kw_region_path(nursery.region, UInt32(file.index))
    var bytes = path.map { Array($0.string.utf8CString) } ?? [0]
    if bytes.count > Int(KW_PATH_BYTES) - 8 { bytes = [0] }
    for (index, byte) in bytes.enumerated() { buffer[index] = byte }
  }

  /// The file's names begin with its number. With nobody alive to open it, it is made here.
  private func prepareName(_ file: FileID, _ kind: FileKind, _ pages: UInt8) throws {
    guard let folder = kind == .tmpfs ? folders.tmpfs : folders.disk else { return }
    let prefix = folder.appending("f\(file.index).")
    setPath(file, prefix)
    guard writer.aliveProcesses.isEmpty else { return }
    let made = try FileDescriptor.open(
      FilePath(prefix.string + "000"), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
      permissions: [.ownerRead, .ownerWrite])
    defer { try? made.close() }
    try made.resize(to: Int64(pages) * Int64(kind.pageBytes))
  }

  private func removeNames() {
    for (index, file) in writer.files.enumerated() where file.kind.hasName {
      guard let folder = file.kind == .tmpfs ? folders.tmpfs : folders.disk else { continue }
      for name in 0...Int(file.name) {
        let digits = String(name + 1000).dropFirst()
        unlink(folder.appending("f\(index).\(digits)").string)
      }
    }
  }

  // MARK: Waiting

  private func awaitEnd() -> LiveRun.Verdict {
    let slice = max(1, min(200, options.limit))
    var waited = 0
    while true {
      if kw_region_wait(nursery.region, UInt32(slice)) != 0 { return verdictOfEnd() }
      waited += slice
      if let fault = deadAgent() { return .harnessFault(fault) }
      if waited >= options.limit { return hang() }
    }
  }

  private func verdictOfEnd() -> LiveRun.Verdict {
    var detail: Int32 = 0
    var seat: UInt32 = 0
    let fault = kw_fault(rawValue: kw_region_fault(nursery.region, &detail, &seat))
    guard fault != KW_FINE else { return .complete }
    let operation = currentOperation
    return .harnessFault("\(Self.text(fault)) (detail \(detail)) in operation \(operation)")
  }

  private var currentOperation: Int {
    let position = Int(kw_region_position(nursery.region))
    return Int(writer.commands[min(position, writer.count)].operation)
  }

  /// Agents that somebody else ended or stopped, which a run would wait for in vain.
  private func deadAgent() -> String? {
    guard nursery.isAlive else { return "the process that starts agents has ended" }
    let alive = writer.aliveProcesses.map { writer.seat(of: $0) }
    for seat in alive where nursery.isDead(seat) && kw_region_position(nursery.region) < writer.count {
      return "an agent has ended"
    }
    return nil
  }

  private func hang() -> LiveRun.Verdict {
    let position = Int(kw_region_position(nursery.region))
    let acting = UInt8(writer.commands[min(position, writer.count)].seat)
    let processes = processSeats.map { nursery.processNumber(of: $0) }.filter { $0 > 0 }
    if let stopped = processes.first(where: { ProcessState.isStopped($0) }) {
      return .harnessFault("agent \(stopped) is stopped")
    }
    let actor = Int(acting) < Int(KW_SEATS) ? kw_seat_tid(nursery.region, UInt32(acting)) : 0
    let hang = Hang(
      processes: processes, acting: actor, operation: currentOperation, limit: options.limit)
    return .hung(operation: hang.operation, options.hangObserver?.observe(hang) ?? [])
  }

  // MARK: Afterwards

  private func release(reuse: Bool, kill: Bool) {
    for seat in processSeats {
      if kill { nursery.kill(seat) } else { nursery.giveBack(seat, reuse: reuse) }
    }
    if kill { nursery.killStopped() }
    for seat in threadSeats { nursery.abandon(seat) }
    if !reuse { nursery.refill() }
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

extension Scenario {
  /// Its agents have run nothing before, and run nothing after: what it does to a process cannot be undone.
  var needsFreshAgents: Bool {
    elements.contains { element in
      guard case .operation(let operation) = element else { return true }
      switch operation.kind {
      case .fork, .exit, .thread, .hashSlots, .robust, .clearTID, .lockPI, .tryLockPI, .unlockPI: return true
      default: return false
      }
    }
  }
}
