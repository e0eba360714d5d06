/// One step under way: the state, the thread, scratch registers.
struct Run<Rules: WordPromise> {
  let state: StateRef
  let thread: Int
  let bytes: UnsafeMutablePointer<UInt8>
  let pointerKeys: Bool
  let keyHoldsReference: Bool
  let waiterHoldsReference: Bool
  var isStrict = false
  private var scratch: InlineArray<32, UInt8>

  init(state: StateRef, thread: Int, interpreter: Interpreter<Rules>) {
    self.state = state
    self.thread = thread
    self.bytes = state.thread(thread)
    pointerKeys = interpreter.pointerKeys
    keyHoldsReference = interpreter.keyHoldsReference
    waiterHoldsReference = interpreter.waiterHoldsReference
    scratch = InlineArray(repeating: 0)
  }

  // Register numbers come from the linker and are below 96.
  @inline(__always) func register(_ index: UInt8) -> UInt8 {
    index < 64 ? bytes[ThreadField.registers + Int(index)] : scratch[Int(index & 31)]
  }
  @inline(__always) mutating func set(_ index: UInt8, _ value: UInt8) {
    if index < 64 { bytes[ThreadField.registers + Int(index)] = value } else { scratch[Int(index & 31)] = value }
  }
  @inline(__always) func value(_ operand: Operand) -> UInt8 {
    operand.raw < 0x100 ? register(UInt8(truncatingIfNeeded: operand.raw)) : UInt8(truncatingIfNeeded: operand.raw)
  }

  typealias Flow = Interpreter<Rules>.Flow

  mutating func execute(_ instruction: Instruction) -> Flow {
    switch instruction {
    case .move(let to, let from):
      set(to, value(from))
    case .currentMM(let to):
      set(to, bytes[ThreadField.mm])
    case .load(let to, let kind, let base, let offset, let index, let count):
      var address = 0
      if let wrong = resolve(kind, value(base), Int(offset), value(index), count, &address) { return .violation(wrong) }
      set(to, state.base[address])
    case .store(let kind, let base, let offset, let index, let count, let new):
      var address = 0
      if let wrong = resolveStore(kind, base, offset, index, count, new, &address) { return .violation(wrong) }
      state.base[address] = value(new)
    case .not(let to, let a):
      set(to, value(a) == 0 ? 1 : 0)
    case .binary(let binary, let to, let a, let b, let mask):
      set(to, compute(binary, value(a), value(b), mask))
    case .jump(let target): return .jump(Int(target))
    case .branch(let a, let target): return value(a) != 0 ? .jump(Int(target)) : .next
    case .primitive(let primitive, let to, let a, let b, let c): return perform(primitive, to, a, b, c)
    case .atomic(let primitive, let to, let kind, let base, let offset, let a, let b):
      return atomic(primitive, to, kind, value(base), Int(offset), value(a), value(b))
    case .beginDerivation(let address, let mode):
      bytes[ThreadField.deriving] = 1
      bytes[ThreadField.address] = value(address)
      bytes[ThreadField.mode] = value(mode)
      for inode in 0..<Layout.inodes {
        bytes[ThreadField.inodePinsBefore + inode] = bytes[ThreadField.inodePins + inode]
      }
      state.allowed(thread).pointee =
        Rules.allowed(
          state, mm: bytes[ThreadField.mm], address: value(address), isWrite: value(mode) & 1 != 0,
          isPrivate: value(mode) & 2 != 0
        ).rawValue
    case .endDerivation(let error, let key): return endDerivation(register(error), key)
    case .beginLookup(let page): beginLookup(value(page))
    case .endLookup(let result, let promises): return endLookup(register(result), promises)
    case .endWalk: return endWalk()
    case .bufferedStore, .bufferedAtomic, .bufferedPutUser, .bufferFence: return buffered(instruction)
    case .finish:
      bytes[ThreadField.status] = ThreadStatus.finished
      if let wrong = leftovers() { return .violation(wrong) }
      return .stop
    }
    return .next
  }

  private func compute(_ binary: BinaryOperator, _ a: UInt8, _ b: UInt8, _ mask: UInt8) -> UInt8 {
    switch binary {
    case .or: a != 0 || b != 0 ? 1 : 0
    case .and: a != 0 && b != 0 ? 1 : 0
    case .equal: a & mask == b & mask ? 1 : 0
    case .notEqual: a & mask != b & mask ? 1 : 0
    case .less: a < b ? 1 : 0
    case .lessOrEqual: a <= b ? 1 : 0
    case .greater: a > b ? 1 : 0
    case .greaterOrEqual: a >= b ? 1 : 0
    case .add: a &+ b
    case .subtract: a &- b
    case .bitOr: a | b
    case .bitAnd: a & b
    }
  }

  // MARK: Pointers

  /// The byte that a field of an object stands in, or what is wrong with the pointer.
  @inline(__always) func resolve(
    _ kind: ObjectKind, _ base: UInt8, _ offset: Int, _ index: UInt8, _ count: UInt8, _ address: inout Int
  ) -> ViolationKind? {
    guard index < count else { return .badIndex }
    let field = offset + Int(index)
    switch kind {
    case .page:
      if let wrong = checkPage(base, needsReference: isStrict) { return wrong }
      address = (Int(base) - 1) * Layout.pageStride + field
    case .inode:
      if let wrong = checkInode(base) { return wrong }
      address = Layout.inodeBase + (Int(base & 0x0f) - 1) * Layout.inodeStride + field
    case .mm:
      if let wrong = checkMM(base) { return wrong }
      address = Layout.mmBase + (Int(base & 0x0f) - 1) * Layout.mmStride + field
    case .swap:
      guard base != 0 else { return .nullPointer }
      guard base <= Layout.swaps else { return .wildPointer }
      address = Layout.swapBase + (Int(base) - 1) * Layout.swapStride + field
    case .anonVMA:
      if let wrong = checkAnonVMA(base) { return wrong }
      address = Layout.anonVMABase + (Int(base & 0x0f) - 1) * Layout.anonVMAStride + field
    case .task:
      if let wrong = checkTask(base, offset) { return wrong }
      address = Layout.sharedBytes + (Int(base) - 1) * Layout.threadBytes + offset
    case .global:
      address = Layout.globalBase + field
    }
    return nil
  }

  /// The byte that a store goes to, or what is wrong with it.
  @inline(__always) func resolveStore(
    _ kind: ObjectKind, _ base: Operand, _ offset: UInt8, _ index: Operand, _ count: UInt8, _ new: Operand,
    _ address: inout Int
  ) -> ViolationKind? {
    let (base, offset, index) = (value(base), Int(offset), value(index))
    if let wrong = resolve(kind, base, offset, index, count, &address) { return wrong }
    if kind == .mm, bytes[ThreadField.deriving] == Deriving.walk, let wrong = checkVerified(base, offset + Int(index)) {
      return wrong
    }
    noteSequence(kind, base, offset, value(new))
    return nil
  }

  @inline(__always) func checkPage(_ page: UInt8, needsReference: Bool = false) -> ViolationKind? {
    guard page != 0 else { return .nullPointer }
    guard page <= Layout.pages else { return .wildPointer }
    guard state[page: Int(page), PageField.state] != 0 else { return .useAfterFree }
    if needsReference, bytes[ThreadField.pagePins + head(page) - 1] == 0 { return .pageWithoutReference }
    return nil
  }
  /// An inode, or the mapping inside it.
  @inline(__always) func checkInode(_ pointer: UInt8) -> ViolationKind? {
    guard pointer != 0 else { return .nullPointer }
    let number = Int(pointer & 0x0f)
    guard pointer & (Layout.anonBit | Layout.tailMapping) == 0, (1...Layout.inodes).contains(number) else {
      return .wildPointer
    }
    let memory = state[inode: number, InodeField.state]
    guard memory != InodeState.free, state[inode: number, InodeField.life] == pointer >> 4 & 3 else {
      return .useAfterFree
    }
    // After call_rcu only those may look who were inside their read section before.
    if memory == InodeState.afterRCU, state[inode: number, InodeField.readers] >> UInt8(thread) & 1 == 0 {
      return .useAfterFree
    }
    return nil
  }
  @inline(__always) func checkMM(_ pointer: UInt8) -> ViolationKind? {
    guard pointer != 0 else { return .nullPointer }
    let number = Int(pointer & 0x0f)
    guard pointer & (Layout.anonBit | Layout.tailMapping) == 0, (1...Layout.mms).contains(number) else {
      return .wildPointer
    }
    guard state[mm: number, MMField.state] != 0, state[mm: number, MMField.life] == pointer >> 4 & 3 else {
      return .useAfterFree
    }
    return nil
  }
  /// The head of a page that was checked.
  @inline(__always) func head(_ page: UInt8) -> Int {
    let head = state[page: Int(page), PageField.head]
    return head == 0 || head > Layout.pages ? Int(page) : Int(head)
  }

  /// Remembers, for the checks, whose number a sequence is.
  func noteSequence(_ kind: ObjectKind, _ base: UInt8, _ offset: Int, _ value: UInt8) {
    if kind == .inode, offset == InodeField.sequence, value != 0 {
      state.globals(GlobalField.owners + Int(value & 7), set: base)
    }
  }
}
