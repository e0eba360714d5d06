import CKeywake
import Scenario

/// Writes scenarios as commands of agents, into the memory that they share: one batch after the other.
///
/// It keeps what is known before anything runs: who sits where, whose descriptors are still to be opened. What a system
/// call answered is never taken into account.
final class ProgramWriter {
  let commands: UnsafeMutablePointer<kw_command>
  let words: UnsafeMutablePointer<kw_word>
  let abilities: kw_abilities
  let waiterKind: WaiterKind

  /// Position of the next command.
  private(set) var position = 0
  private var limit = 0
  /// The scenario's table.
  private(set) var table: UInt8 = 0
  /// The operation that is being written.
  private(set) var operation = 0
  /// For each operation the commands that it became.
  private(set) var spans: [Range<Int>] = []

  /// By actor: its seat, the actor whose process it is of, and whether it is alive.
  private(set) var seats = [UInt8](repeating: UInt8(KW_END), count: Limits.actors)
  private(set) var processes = [ActorID](repeating: ActorID(0), count: Limits.actors)
  private(set) var alive = [Bool](repeating: false, count: Limits.actors)
  /// By waiter: the process that it is of.
  var waiterProcesses = [ActorID](repeating: ActorID(0), count: Limits.waiters)
  var files = [WrittenFile](repeating: WrittenFile(), count: Limits.files)
  private var waitLists = 0
  /// The scenario's races: where their commands begin, and the last operation of each.
  var races: [(position: Int, lastOperation: Int)] = []
  /// A race's lanes are being written, and who ended in them.
  var isInRace = false
  var leavers: [ActorID] = []
  /// The kernel itself may wake at an actor's end.
  var wakesAtEnd = false

  init(
    commands: UnsafeMutablePointer<kw_command>, words: UnsafeMutablePointer<kw_word>, abilities: kw_abilities,
    waiters: WaiterKind
  ) {
    self.commands = commands
    self.words = words
    self.abilities = abilities
    waiterKind = waiters
  }

  /// Begins a batch in one half of the memory.
  func beginBatch(half: Int) {
    position = half * Int(KW_HALF)
    // The last one is for the mark of the end.
    limit = position + Int(KW_HALF) - 1
  }

  /// There is room for the longest that the scenario can become.
  func hasRoom(for scenario: Scenario) -> Bool { position + Self.mostCommands(of: scenario) <= limit }

  private static func mostCommands(of scenario: Scenario) -> Int {
    var most = Limits.actorsAlive
    for element in scenario.elements {
      let operation: Operation
      switch element {
      case .operation(let one): operation = one
      case .race(let lanes):
        most += 2 * Limits.files * Limits.actorsAlive + 1
        most += lanes.reduce(0) { $0 + 1 + $1.operations.count * (2 * Limits.files + 2 + Limits.actorsAlive) }
        continue
      }
      // Files to be opened, the operation itself, and looks at each process.
      most += 2 * Limits.files + 2 + Limits.actorsAlive
      if case .keys(let words, _) = operation.action { most += words.count * (words.count + 2) }
    }
    return most
  }

  func beginScenario(table: Int) {
    self.table = UInt8(table)
    operation = 0
    spans.removeAll(keepingCapacity: true)
    for index in alive.indices { alive[index] = false }
    for index in files.indices { files[index] = WrittenFile() }
    waitLists = 0
    races.removeAll(keepingCapacity: true)
    wakesAtEnd = false
  }

  /// The operation's commands are written.
  func endOperation(from start: Int) {
    spans.append(start..<position)
    operation += 1
  }

  /// Each process that is alive puts itself in order, all at once. The first one says so, since the next scenario begins
  /// with it.
  func endScenario() {
    if operation > 0 { operation -= 1 }
    guard let first = aliveProcesses.first else { return }
    let others = aliveProcesses.dropFirst().reduce(UInt32(0)) { $0 | 1 << UInt32(seat(of: $1)) }
    append(KW_FINISH, seat: seat(of: first)) { $0.value = others }
  }

  /// The mark at which agents stop.
  func endBatch() {
    var command = kw_command()
    command.seat = UInt8(KW_END)
    command.operation = UInt8(clamping: operation)
    command.table = table
    commands[position] = command
  }

  /// A list of words for a `waitv`, of `KW_WORDS`.
  func nextWaitList() -> Int {
    waitLists += 1
    return Int(table) * Limits.operations + waitLists - 1
  }

  // MARK: Actors

  func enter(_ actor: ActorID, seat: UInt8, process: ActorID) {
    seats[Int(actor.index)] = seat
    processes[Int(actor.index)] = process
    alive[Int(actor.index)] = true
  }
  func leave(_ actor: ActorID) { alive[Int(actor.index)] = false }
  func isThread(_ actor: ActorID) -> Bool { processes[Int(actor.index)] != actor }
  func process(of actor: ActorID) -> ActorID { processes[Int(actor.index)] }
  func seat(of actor: ActorID) -> UInt8 { seats[Int(actor.index)] }

  /// Processes that are alive, in the order of their identifiers.
  var aliveProcesses: [ActorID] {
    (0..<UInt8(Limits.actors)).map { ActorID($0) }.filter { alive[Int($0.index)] && processes[Int($0.index)] == $0 }
  }

  // MARK: Commands

  /// Adds a command of an actor. Files that its process has not opened yet are opened first.
  func put(_ code: kw_code, by actor: ActorID, _ fill: (inout kw_command) -> Void = { _ in }) {
    openPending(by: process(of: actor))
    append(code, seat: seat(of: actor), fill)
  }

  func append(_ code: kw_code, seat: UInt8, _ fill: (inout kw_command) -> Void = { _ in }) {
    var command = kw_command()
    command.code = UInt8(truncatingIfNeeded: code.rawValue)
    command.seat = seat
    command.operation = UInt8(truncatingIfNeeded: operation)
    command.table = table
    command.size = FutexMode.WordSize.u32.rawValue
    fill(&command)
    commands[position] = command
    position += 1
  }

  /// Every process looks which of its waiters have ended: after what wakes without saying how many.
  func putCollect() {
    for process in aliveProcesses { append(KW_COLLECT, seat: seat(of: process)) }
  }

  // MARK: Addresses

  func bytes(of address: Address) -> UInt64 {
    let base: UInt64 =
      switch address.base {
      case .slot(let slot): windowBase + UInt64(slot.index) * UInt64(Limits.windowBytes)
      case .special(.null): 0
      case .special(.text): abilities.text
      case .special(.vdso): abilities.vdso
      case .special(.vvar): abilities.vvar
      case .special(.vsyscall): 0xffff_ffff_ff60_0000
      case .special(.kernel): 0xffff_8880_0000_0000
      }
    return base &+ UInt64(address.offset)
  }
  private let windowBase: UInt64 = 0x10_0000_0000
}

/// A file of the scenario, as far as it is known before anything runs.
struct WrittenFile {
  var kind = FileKind.memfd
  /// The actor that made it, and the processes that have still to open it.
  var maker: ActorID?
  var pending: [ActorID] = []
  /// The number of its present name, which grows with each `rename`.
  var name: UInt8 = 0
}
