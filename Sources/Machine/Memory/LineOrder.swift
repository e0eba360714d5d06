/// What the ordering of a line's primitives demands of the thread's store buffer, under one memory model.
struct LineOrder: OptionSet, Sendable {
  let rawValue: UInt8
  /// It waits until the buffer is empty: a full barrier, or something that changes memory at once.
  static let drained = LineOrder(rawValue: 1)
  /// As `drained`, if it changes anything: an atomic operation with a condition orders nothing where it fails.
  static let drainedOnSuccess = LineOrder(rawValue: 2)
  /// It puts something into the buffer, so there must be room.
  static let stores = LineOrder(rawValue: 4)
  /// No later load is satisfied before it: a full barrier, an acquire, `smp_rmb`.
  static let holdsLoads = LineOrder(rawValue: 8)
  /// It changes a page table entry: the other processors' stores through the old one are out first, since the
  /// invalidation of their TLBs interrupts them.
  static let shootsDown = LineOrder(rawValue: 16)

  /// The order of a line, and its instructions as the memory model wants them.
  static func of(_ instructions: inout ArraySlice<Instruction>, _ memory: MemoryModel) -> LineOrder {
    var order = LineOrder()
    // Several stores in one step are the Machine's way to say that nobody looks in between.
    let stores = instructions.count {
      switch $0 {
      case .store, .primitive(.putUser, _, _, _, _): true
      case .atomic(let primitive, _, _, _, _, _, _): primitive.isBuffered(memory)
      default: false
      }
    }
    // So is a store together with anything else that is shared: an atomic operation in the kernel.
    let others = instructions.count {
      switch $0 {
      case .load: true
      case .primitive(.putUser, _, _, _, _): false
      case .primitive(let primitive, _, _, _, _): primitive.isShared
      case .atomic(let primitive, _, _, _, _, _, _): !primitive.isBuffered(memory)
      default: false
      }
    }
    let isCompound = stores > 1 || stores == 1 && others > 0
    if isCompound { order.insert(.drained) }
    for at in instructions.indices {
      switch instructions[at] {
      case .store(let kind, let base, let offset, let index, let count, let value):
        if kind == .mm, (MMField.ptes..<MMField.ptes + Layout.virtualPages).contains(Int(offset)) {
          order.insert(.shootsDown)
        }
        // What the checks take an inode's life from is never laid over.
        let isLife = kind == .inode && Int(offset) == InodeField.state
        guard !isCompound, !isLife, !order.contains(.shootsDown) else {
          order.insert(.drained)
          continue
        }
        order.insert(.stores)
        instructions[at] = .bufferedStore(kind, base: base, offset: offset, index: index, count: count, value: value)
      // No memory at all: whether this processor takes interrupts.
      case .atomic(_, _, .global, _, let offset, _, _) where Int(offset) == GlobalField.interruptsOff:
        order.insert(.holdsLoads)
      case .atomic(let primitive, let to, let kind, let base, let offset, let a, _):
        order.formUnion(primitive.order(memory))
        if primitive.isBuffered(memory), !isCompound, kind != .anonVMA || !primitive.isLocking {
          order.insert(.stores)
          instructions[at] = .bufferedAtomic(primitive, to, kind, base: base, offset: offset, a)
        } else if kind == .anonVMA, primitive.isLocking {
          order.insert(.drained)
        }
      case .primitive(let primitive, let to, let a, let b, _):
        order.formUnion(primitive.order(memory))
        if primitive == .writeBarrier, memory == .weak { instructions[at] = .bufferFence }
        if primitive == .putUser, !isCompound {
          order.insert(.stores)
          instructions[at] = .bufferedPutUser(to, a, b)
        }
      default: break
      }
    }
    return order
  }
}

extension Primitive {
  /// Waits in the store buffer: the unlocking of a spinlock, which on x86 is a plain store; under the weaker model also
  /// that of a mutex, and atomic operations that return nothing.
  func isBuffered(_ memory: MemoryModel) -> Bool {
    switch self {
    case .spinUnlock, .storeRelease: true
    case .mutexUnlock, .atomicInc, .atomicDec: memory == .weak
    default: false
    }
  }

  /// What a compound operation reads that lets later loads be satisfied before it.
  var reads: ObjectKind? {
    switch self {
    case .compoundHead, .pageAnon, .basePageIndex, .pageToOffset: .page
    case .nextVMA, .checkAddress: .mm
    case .chainNext, .chainOldest, .findMergeable, .isEmpty, .nextReverse: .anonVMA
    default: nil
    }
  }

  /// The ordering of the kernel's primitive (Documentation/memory-barriers.txt, Documentation/atomic_t.txt). On x86
  /// every atomic operation and every acquisition of a lock is a locked instruction, and so a full barrier.
  func order(_ memory: MemoryModel) -> LineOrder {
    if !isShared {
      switch self {
      case .fullBarrier: return [.drained, .holdsLoads]
      // On x86 the atomic operation before it is the barrier, and this is for the compiler.
      case .barrierAfterAtomic: return memory == .tso ? [] : [.drained, .holdsLoads]
      case .readBarrier: return .holdsLoads
      default: return []
      }
    }
    switch self {
    // They read. The loads of a compound operation on a page are not satisfied early.
    case .compoundHead, .pageAnon, .basePageIndex, .pageToOffset, .nextVMA, .getUser, .chainNext, .chainOldest,
      .findMergeable, .isEmpty, .nextReverse, .checkAddress, .isLocked, .spinIsLocked, .queueIsEmpty:
      return []
    case .putUser, .storeRelease: return []
    case .loadAcquire: return .holdsLoads
    // A grace period of the Machine ends at once: what a reader does inside its section happens there.
    case .rcuReadLock: return .holdsLoads
    case .rcuReadUnlock: return .drained
    case .spinUnlock: return []
    case .mutexUnlock: return memory == .weak ? [] : [.drained, .holdsLoads]
    case .spinLock, .mutexLock: return memory == .weak ? .holdsLoads : [.drained, .holdsLoads]
    case .atomicInc, .atomicDec: return memory == .weak ? [] : [.drained, .holdsLoads]
    case .atomicIncNotZero, .tryGetPage: return [.drainedOnSuccess, .holdsLoads]
    case .compareExchange: return memory == .weak ? [.drainedOnSuccess, .holdsLoads] : [.drained, .holdsLoads]
    default: return [.drained, .holdsLoads]
    }
  }
}
