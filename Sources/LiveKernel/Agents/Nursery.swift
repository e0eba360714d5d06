import CKeywake
import Glibc
import SystemPackage

/// The process that agents are forked from, the memory shared with them, and the seats that they sit on.
///
/// Agents are children of the nursery. They die with it, and it ends when its socket to the host does, so nothing
/// outlives the host. It sees every end of an agent.
final class Nursery {
  let region: OpaquePointer
  let abilities: kw_abilities
  private let regionFile: Int32
  private let control: Int32
  private let process: pid_t
  private var isOver = false
  private var isReaped = false

  /// How a seat is used, as this side knows.
  enum Seat: Equatable {
    case empty
    /// Asked for; nobody has run on it.
    case fresh
    /// Ran scenarios and was put in order.
    case used
    case inUse
    /// Asked to end or killed.
    case ending
  }
  private(set) var seats = [Seat](repeating: .empty, count: Int(KW_SEATS))
  /// Fresh agents that are kept ready.
  private let stock = 3
  /// In this time a new agent must be there. By the clock: each agent that starts or ends cuts a wait short.
  private static let startLimit = Duration.seconds(20)
  /// Where so many new agents in a row end before they are there, in no less than this time, no other one will start: the
  /// limit of processes, or of memory, is reached.
  private static let mostStillborn = 12
  private static let stillbornLimit = Duration.seconds(1)
  private var stillborn = 0
  /// In this time a killed agent must be gone, unless the kernel holds it.
  private static let endLimit = Duration.seconds(2)

  init(agent: FilePath, settings: kw_settings) throws(LiveKernelError) {
    var file: Int32 = -1
    guard let region = kw_region_create(&file) else {
      throw LiveKernelError("no shared memory for agents: \(Errno(rawValue: errno))")
    }
    kw_region_settings(region).pointee = settings
    var control: Int32 = -1
    var process: pid_t = 0
    let error = kw_agent_start(agent.string, "--nursery", file, &control, &process)
    guard error == 0 else {
      kw_region_destroy(region)
      Glibc.close(file)
      throw LiveKernelError("cannot start \(agent): \(Errno(rawValue: error))")
    }
    self.region = region
    regionFile = file
    self.control = control
    self.process = process
    abilities = Self.awaitReady(region, process)
    guard abilities.ready != 0 else {
      end()
      throw LiveKernelError("\(agent) did not start")
    }
  }

  deinit { end() }

  private static func awaitReady(_ region: OpaquePointer, _ process: pid_t) -> kw_abilities {
    let deadline = ContinuousClock.now + startLimit
    while true {
      let seen = kw_region_seats_version(region)
      let abilities = kw_region_abilities(region).pointee
      var status: Int32 = 0
      if abilities.ready != 0 || ContinuousClock.now > deadline || waitpid(process, &status, WNOHANG) != 0 {
        return abilities
      }
      kw_region_wait_seats(region, seen, 100)
    }
  }

  /// Ends the nursery and with it each agent.
  func end() {
    guard !isOver else { return }
    isOver = true
    Glibc.close(control)
    if !isReaped {
      Glibc.kill(process, SIGKILL)
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }
    kw_region_destroy(region)
    Glibc.close(regionFile)
  }

  var isAlive: Bool {
    guard !isOver, !isReaped else { return false }
    var status: Int32 = 0
    isReaped = waitpid(process, &status, WNOHANG) != 0
    return !isReaped
  }

  var processes: [Int32] {
    [process] + seats.indices.map { kw_seat_pid(region, UInt32($0)) }.filter { $0 > 0 }
  }
  func processNumber(of seat: UInt8) -> Int32 { kw_seat_pid(region, UInt32(seat)) }
  private func state(_ seat: Int) -> kw_seat_state { kw_seat_state(rawValue: kw_seat_now(region, UInt32(seat))) }
  /// An agent that is there and waits for its turn.
  func isIdle(_ seat: UInt8) -> Bool { state(Int(seat)) == KW_IDLE }
  func isDead(_ seat: UInt8) -> Bool { state(Int(seat)) == KW_DEAD }

  /// An agent for a process of a scenario. `fresh`: one that never ran any.
  func take(fresh: Bool) throws(LiveKernelError) -> UInt8 {
    if !fresh, let seat = seats.indices.first(where: { seats[$0] == .used && state($0) == KW_IDLE }) {
      seats[seat] = .inUse
      return UInt8(seat)
    }
    clear()
    refill()
    let start = ContinuousClock.now
    stillborn = 0
    while true {
      let seen = kw_region_seats_version(region)
      if let seat = seats.indices.first(where: { seats[$0] == .fresh && state($0) == KW_IDLE }) {
        seats[seat] = .inUse
        return UInt8(seat)
      }
      guard isAlive else { throw LiveKernelError("the process that starts agents has ended") }
      let waited = ContinuousClock.now - start
      guard waited < Self.startLimit else { throw LiveKernelError("no agent started in time") }
      guard stillborn < Self.mostStillborn || waited < Self.stillbornLimit else {
        throw LiveKernelError("no agent started: \(stillborn) ended before they were there")
      }
      kw_region_wait_seats(region, seen, 20)
      clear()
      refill()
    }
  }

  /// A seat for an actor that the scenario itself starts, by `fork` or `thread`.
  func takeEmpty() throws(LiveKernelError) -> UInt8 {
    let deadline = ContinuousClock.now + Self.startLimit
    while true {
      let seen = kw_region_seats_version(region)
      clear()
      if let seat = seats.indices.last(where: { seats[$0] == .empty }) {
        kw_seat_claim(region, UInt32(seat))
        seats[seat] = .inUse
        return UInt8(seat)
      }
      guard isAlive else { throw LiveKernelError("the process that starts agents has ended") }
      guard ContinuousClock.now < deadline else { throw LiveKernelError("no seat became free in time") }
      kw_region_wait_seats(region, seen, 20)
    }
  }

  /// Gives a seat back: for further scenarios, or for its process to end.
  func giveBack(_ seat: UInt8, reuse: Bool) {
    if reuse, isIdle(seat) {
      seats[Int(seat)] = .used
      return
    }
    seats[Int(seat)] = .ending
    kw_seat_dismiss(region, UInt32(seat))
    if isIdle(seat) { kw_seat_retire(region, UInt32(seat)) }
  }

  /// A seat whose thread ended, or ends with its process.
  func abandon(_ seat: UInt8) {
    seats[Int(seat)] = .ending
  }

  /// Kills the agent, wherever it is.
  func kill(_ seat: UInt8) {
    seats[Int(seat)] = .ending
    kw_seat_dismiss(region, UInt32(seat))
    _ = kw_nursery_ask(control, CChar(UInt8(ascii: "k")), UInt32(seat))
  }

  /// Kills agents and waits until they are gone, so that they write nothing any more where others write next. One that
  /// the kernel does not let go does not come back either: it is waited for a while only.
  func kill(_ seats: [UInt8]) {
    for seat in seats { kill(seat) }
    let deadline = ContinuousClock.now + Self.endLimit
    while ContinuousClock.now < deadline {
      let seen = kw_region_seats_version(region)
      if !isAlive || seats.allSatisfy({ isGone(Int($0)) }) { return }
      kw_region_wait_seats(region, seen, 20)
    }
  }
  /// Nobody runs on the seat.
  private func isGone(_ seat: Int) -> Bool {
    state(seat) == KW_DEAD || state(seat) == KW_EMPTY || processNumber(of: UInt8(seat)) <= 0
  }

  /// Kills idle agents that somebody has stopped.
  func killStopped() {
    for seat in seats.indices where seats[seat] == .fresh || seats[seat] == .used {
      let process = processNumber(of: UInt8(seat))
      if process > 0, ProcessState.isStopped(process) { kill(UInt8(seat)) }
    }
  }

  /// Asks for fresh agents until the stock is full.
  func refill() {
    let ready = seats.count { $0 == .fresh }
    guard ready < stock else { return }
    for seat in seats.indices where seats[seat] == .empty {
      kw_seat_claim(region, UInt32(seat))
      seats[seat] = .fresh
      if kw_nursery_ask(control, CChar(UInt8(ascii: "s")), UInt32(seat)) != 0 { return }
      if seats.count(where: { $0 == .fresh }) >= stock { return }
    }
  }

  /// Seats whose agents have ended are free again.
  private func clear() {
    for seat in seats.indices where seats[seat] != .empty && seats[seat] != .inUse {
      guard state(seat) == KW_DEAD else { continue }
      if seats[seat] == .fresh { stillborn += 1 }
      kw_seat_clear(region, UInt32(seat))
      seats[seat] = .empty
    }
  }
}
