/// Where an instruction takes a value from: a register (0...63 the thread's, 64...127 scratch of the running line) or a
/// number.
struct Operand: Sendable, Hashable {
  let raw: UInt16
  static func register(_ index: UInt8) -> Operand { Operand(raw: UInt16(index)) }
  static func number(_ value: UInt8) -> Operand { Operand(raw: 0x100 | UInt16(value)) }
  static let zero = number(0)
  var registerIndex: UInt8? { raw < 0x100 ? UInt8(raw) : nil }
}

/// One operation of the interpreter. A program's line is a run of them, done in one atomic step.
enum Instruction: Sendable, Hashable {
  case move(UInt8, Operand)
  case load(UInt8, ObjectKind, base: Operand, offset: UInt8, index: Operand, count: UInt8)
  case store(ObjectKind, base: Operand, offset: UInt8, index: Operand, count: UInt8, value: Operand)
  case not(UInt8, Operand)
  /// The mask is what a comparison looks at.
  case binary(BinaryOperator, UInt8, Operand, Operand, mask: UInt8)
  case currentMM(UInt8)
  case jump(UInt16)
  /// When the operand is not zero.
  case branch(Operand, UInt16)
  case primitive(Primitive, UInt8, Operand, Operand, Operand)
  /// A primitive on a place.
  case atomic(Primitive, UInt8, ObjectKind, base: Operand, offset: UInt8, Operand, Operand)
  /// What waits in the store buffer, where the memory model has one (see ``StoreBuffer``).
  case bufferedStore(ObjectKind, base: Operand, offset: UInt8, index: Operand, count: UInt8, value: Operand)
  case bufferedAtomic(Primitive, UInt8, ObjectKind, base: Operand, offset: UInt8, Operand)
  case bufferedPutUser(UInt8, Operand, Operand)
  case bufferFence
  case beginDerivation(address: Operand, mode: Operand)
  case endDerivation(error: UInt8, key: UInt8)
  case beginLookup(page: Operand)
  case endLookup(UInt8, LookupPromises)
  case endWalk
  case finish

  /// Registers it reads and writes, as bit masks of the thread's 64 registers.
  var uses: UInt64 {
    func bit(_ operand: Operand) -> UInt64 {
      guard let index = operand.registerIndex, index < 64 else { return 0 }
      return 1 << UInt64(index)
    }
    return switch self {
    case .move(_, let a), .not(_, let a), .branch(let a, _): bit(a)
    case .load(_, _, let base, _, let index, _): bit(base) | bit(index)
    case .store(_, let base, _, let index, _, let value), .bufferedStore(_, let base, _, let index, _, let value):
      bit(base) | bit(index) | bit(value)
    case .bufferedAtomic(_, _, _, let base, _, let a): bit(base) | bit(a)
    case .bufferedPutUser(_, let a, let b): bit(a) | bit(b)
    case .binary(_, _, let a, let b, _): bit(a) | bit(b)
    case .jump, .finish, .currentMM, .endWalk, .bufferFence: 0
    case .beginLookup(let page): bit(page)
    case .endLookup(let result, _): 1 << UInt64(result)
    case .primitive(let primitive, _, let a, let b, let c):
      switch primitive {
      case .queueMe, .queueWaiter, .wake, .wakeBitset, .dequeue: bit(a) | bit(a) << 1 | bit(a) << 2 | bit(b) | bit(c)
      case .requeue: bit(a) | bit(a) << 1 | bit(a) << 2 | bit(b) | bit(b) << 1 | bit(b) << 2 | bit(c)
      default: bit(a) | bit(b) | bit(c)
      }
    case .atomic(_, _, _, let base, _, let a, let b): bit(base) | bit(a) | bit(b)
    case .beginDerivation(let address, let mode): bit(address) | bit(mode)
    case .endDerivation(let error, let key): 1 << UInt64(error) | 7 << UInt64(key)
    }
  }
  var defines: UInt64 {
    func bit(_ index: UInt8) -> UInt64 { index < 64 ? 1 << UInt64(index) : 0 }
    return switch self {
    case .move(let to, _), .load(let to, _, _, _, _, _), .not(let to, _), .binary(_, let to, _, _, _): bit(to)
    case .currentMM(let to), .primitive(_, let to, _, _, _), .atomic(_, let to, _, _, _, _, _): bit(to)
    case .bufferedAtomic(_, let to, _, _, _, _), .bufferedPutUser(let to, _, _): bit(to)
    default: 0
    }
  }
  /// Reads or writes the own part of other threads.
  var concernsOthers: Bool {
    switch self {
    case .primitive(let primitive, _, _, _, _):
      switch primitive {
      case .freeInode, .freeAnonVMA, .wake, .wakeBitset, .requeue, .dequeue: true
      default: false
      }
    // A task's fields stand in the own part of its thread.
    case .load(_, .task, _, _, _, _), .store(.task, _, _, _, _, _), .atomic(_, _, .task, _, _, _, _): true
    default: false
    }
  }
  /// Others can notice it, or it depends on them.
  var isShared: Bool {
    switch self {
    case .load, .store, .atomic, .bufferedStore, .bufferedAtomic, .bufferedPutUser: true
    case .primitive(let primitive, _, _, _, _): primitive.isShared || primitive.blocks
    default: false
    }
  }
}

/// Where a line of a lane's code comes from.
public struct Origin: Sendable, Hashable {
  public var program: String
  /// Index into the program's lines; `nil` for the linker's own moves.
  public var line: Int?
  /// How many programs it was called through.
  public var depth: Int
  /// The lane's operation, from 0.
  public var operation: Int
  /// Which putting in place of the program, an index into the lane's frames.
  var frame: Int
}

/// One atomic step of a lane.
struct LinkedLine: Sendable {
  var first: Int
  var end: Int
  /// Touches nothing shared, so it goes with the step before.
  var isLocal: Bool
  /// In a derivation, where pages may only be touched while a reference is held.
  var isStrict: Bool
  /// Ones in the bytes of registers that somebody reads later, before the line runs.
  var live: SIMD8<UInt64>
  /// A jump back comes here.
  var isLoopHead: Bool
  /// Depends on more of the other threads than the shared part and on what they may come to: who reads under RCU, whose
  /// waiter it is. What the line does is then no function of the shared part and its own thread.
  var concernsOthers = false
}

/// The code of one lane: everything that it calls is put in place, so a program counter is the whole control state.
public struct LaneCode: Sendable {
  var instructions: [Instruction] = []
  var lines: [LinkedLine] = []
  var origins: [Origin] = []
  /// The registers of each program put in place.
  var frames: [[String: UInt8]] = []
  /// What each line demands of the store buffer, and the loads that may be satisfied early while the thread stands
  /// before it; empty where memory is sequentially consistent.
  var orders: [LineOrder] = []
  var earlyLoads: [[EarlyLoad]] = []
  /// What the lane was written as, one text for each operation.
  public internal(set) var operations: [String] = []
  public var lineCount: Int { lines.count }
  /// A thread that goes round a loop rests here.
  public func isLoopHead(_ line: Int) -> Bool { lines.indices.contains(line) && lines[line].isLoopHead }
  /// Whether the step that begins with this line reads or writes other threads' own parts.
  public func concernsOthers(_ line: Int) -> Bool { lines.indices.contains(line) && lines[line].concernsOthers }
  public func origin(of line: Int) -> Origin? { origins.indices.contains(line) ? origins[line] : nil }
}
