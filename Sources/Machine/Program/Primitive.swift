/// The built-in operations of the instruction set. Each shared one is a single atomic step.
enum Primitive: String, CaseIterable, Sendable {
  // Local: they look at their operands alone.
  case ptePresent = "pte_present"
  case pteWrite = "pte_write"
  case ptePage = "pte_page"
  case pteIsSwap = "pte_is_swap"
  case pteEntry = "pte_swp_entry"
  case pteIsMigration = "pte_is_migration"
  case makePTE = "mk_pte"
  case swapPTE = "swp_pte"
  case migrationPTE = "migration_pte"
  case virtualPage = "vpn"
  case word = "offset_in_page"
  case misaligned = "misaligned"
  case accessOK = "access_ok"
  case slotPage = "slot_page"
  case slotIsSwap = "slot_is_swap"
  case slotEntry = "slot_swp_entry"
  case swapSlot = "swap_slot"
  case pageSlot = "page_slot"
  case isError = "IS_ERR"
  case anonMapping = "anon_mapping"
  case isAnonMapping = "is_anon_mapping"
  case mappingAnonVMA = "mapping_anon_vma"
  case isZeroPage = "is_zero_page"
  case zeroPage = "ZERO_PAGE"
  // Pages
  case lockPage = "lock_page"
  case tryLockPage = "trylock_page"
  case unlockPage = "unlock_page"
  case getPage = "get_page"
  case putPage = "put_page"
  case tryGetPage = "try_get_page"
  case findGetPage = "find_get_page"
  case takeRef = "take_ref"
  case dropRef = "drop_ref"
  case compoundHead = "compound_head"
  case pageAnon = "PageAnon"
  case basePageIndex = "basepage_index"
  case pageToOffset = "page_to_pgoff"
  case compoundCount = "compound_nr"
  case nextVMA = "next_vma"
  case cursorMM = "vma_mm"
  case cursorPage = "vma_vpn"
  case freeze = "page_ref_freeze"
  case unfreeze = "page_ref_unfreeze"
  case allocPage = "alloc_page"
  case allocSwap = "alloc_swap"
  // Locks
  case spinLock = "spin_lock"
  case spinTryLock = "spin_trylock"
  case spinUnlock = "spin_unlock"
  case mutexLock = "mutex_lock"
  case mutexUnlock = "mutex_unlock"
  case mmapReadLock = "mmap_read_lock"
  case mmapReadUnlock = "mmap_read_unlock"
  case mmapWriteLock = "mmap_write_lock"
  case mmapWriteUnlock = "mmap_write_unlock"
  case rcuReadLock = "rcu_read_lock"
  case rcuReadUnlock = "rcu_read_unlock"
  case mutexTryLock = "mutex_trylock"
  case downRead = "down_read"
  case downReadTryLock = "down_read_trylock"
  case upRead = "up_read"
  case downWrite = "down_write"
  case upWrite = "up_write"
  case isLocked = "rwsem_is_locked"
  case spinIsLocked = "spin_is_locked"
  case waitUntil = "wait_until"
  case mightSleep = "might_sleep"
  // Counters
  case atomicInc = "atomic_inc"
  case atomicDec = "atomic_dec"
  case atomicIncNotZero = "atomic_inc_not_zero"
  case atomicDecAndTest = "atomic_dec_and_test"
  case atomicDecAndLock = "atomic_dec_and_lock"
  case atomicIncReturn = "atomic_inc_return"
  case compareExchange = "cmpxchg"
  // Inodes
  case freeInode = "call_rcu_free_inode"
  case allocInode = "alloc_inode"
  case adoptInode = "adopt_inode"
  case donateInode = "donate_inode"
  case freeMM = "free_mm"
  case getUser = "get_user"
  case putUser = "put_user"
  // anon_vmas
  case allocAnonVMA = "kmem_cache_alloc_anon_vma"
  case freeAnonVMA = "kmem_cache_free_anon_vma"
  case chainLink = "anon_vma_chain_link"
  case chainUnlink = "anon_vma_chain_unlink"
  case chainNext = "next_chain"
  case chainOldest = "oldest_anon_vma"
  case findMergeable = "find_mergeable_anon_vma"
  case isEmpty = "anon_vma_is_empty"
  case nextReverse = "next_rmap"
  case checkAddress = "page_check_address"
  case addToKill = "add_to_kill"
  // Futex queue
  case queueMe = "queue_me"
  case queueWaiter = "queue_waiter"
  case unqueueMe = "unqueue_me"
  case unqueueWaiter = "unqueue_waiter"
  case nextReturning = "next_returning"
  case queuedPointer = "queued_ptr"
  case queuedOffset = "queued_offset"
  case schedule = "schedule"
  case wake = "wake_matching"
  case wakeBitset = "wake_bitset"
  case requeue = "requeue_matching"
  case dequeue = "dequeue_matching"
  case queueIsEmpty = "plist_head_empty"
  case currentTask = "current_task"
  // Ordering
  case fullBarrier = "smp_mb"
  case readBarrier = "smp_rmb"
  case writeBarrier = "smp_wmb"
  case barrierAfterAtomic = "smp_mb__after_atomic"
  case storeRelease = "smp_store_release"
  case loadAcquire = "smp_load_acquire"
  case storeBarrier = "smp_store_mb"
  // Checks and results
  case promiseWait = "promise_wait"
  case promiseWake = "promise_wake"
  case promiseKept = "promise_kept"
  case warnOn = "WARN_ON"
  case bugOn = "BUG_ON"
  case ensure = "ensure"
  case record = "record"
  case stall = "stall"

  static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

  /// What a program passes, and what comes back (`nil`: nothing). `nil` as a parameter stands for any type.
  var signature: (parameters: [Parameter], result: ValueType?) {
    switch self {
    case .ptePresent, .pteWrite, .pteIsSwap, .pteIsMigration: ([.value(.pte)], .int)
    case .ptePage: ([.value(.pte)], .page)
    case .pteEntry: ([.value(.pte)], .swapEntry)
    case .makePTE: ([.value(.page), .value(.int)], .pte)
    case .swapPTE: ([.value(.swapEntry)], .pte)
    case .migrationPTE: ([.value(.page)], .pte)
    case .virtualPage, .word, .misaligned, .accessOK, .isError: ([.value(.int)], .int)
    case .slotPage: ([.value(.int)], .page)
    case .slotIsSwap: ([.value(.int)], .int)
    case .slotEntry: ([.value(.int)], .swapEntry)
    case .swapSlot: ([.value(.swapEntry)], .int)
    case .pageSlot: ([.value(.page)], .int)
    case .anonMapping: ([.value(.anonVMA)], .mapping)
    case .mappingAnonVMA: ([.value(.mapping)], .anonVMA)
    case .isAnonMapping: ([.value(.mapping)], .int)
    case .isZeroPage: ([.value(.page)], .int)
    case .zeroPage: ([], .page)
    case .lockPage, .unlockPage, .getPage, .putPage, .takeRef, .dropRef: ([.value(.page)], nil)
    case .tryLockPage, .tryGetPage, .findGetPage, .pageAnon, .basePageIndex, .pageToOffset, .compoundCount:
      ([.value(.page)], .int)
    case .nextVMA: ([.value(.inode), .value(.int)], .int)
    case .cursorMM: ([.value(.int)], .mm)
    case .cursorPage: ([.value(.int)], .int)
    case .compoundHead: ([.value(.page)], .page)
    case .freeze: ([.value(.page), .value(.int)], .int)
    case .unfreeze: ([.value(.page), .value(.int)], nil)
    case .allocPage: ([], .page)
    case .allocSwap: ([], .swapEntry)
    case .spinLock, .spinUnlock, .mutexLock, .mutexUnlock, .downRead, .upRead, .downWrite, .upWrite: ([.place], nil)
    case .spinTryLock, .mutexTryLock, .downReadTryLock, .isLocked, .spinIsLocked: ([.place], .int)
    case .mmapReadLock, .mmapReadUnlock, .mmapWriteLock, .mmapWriteUnlock, .freeMM: ([.value(.mm)], nil)
    case .rcuReadLock, .rcuReadUnlock, .mightSleep, .schedule, .stall: ([], nil)
    case .waitUntil, .warnOn, .bugOn, .ensure, .record: ([.value(.int)], nil)
    case .atomicInc, .atomicDec: ([.place], nil)
    case .atomicIncNotZero, .atomicDecAndTest, .atomicIncReturn: ([.place], .int)
    case .atomicDecAndLock: ([.place, .place], .int)
    case .compareExchange: ([.place, .value(.int), .value(.int)], .int)
    case .freeInode, .adoptInode, .donateInode: ([.value(.inode)], nil)
    case .allocInode: ([], .inode)
    case .allocAnonVMA: ([], .anonVMA)
    case .freeAnonVMA: ([.value(.anonVMA)], nil)
    case .chainLink, .chainUnlink: ([.value(.mm), .value(.int), .value(.anonVMA)], nil)
    case .chainNext: ([.value(.mm), .value(.int), .value(.anonVMA)], .anonVMA)
    case .chainOldest, .findMergeable: ([.value(.mm), .value(.int)], .anonVMA)
    case .isEmpty: ([.value(.anonVMA)], .int)
    case .nextReverse: ([.value(.anonVMA), .value(.int)], .int)
    case .checkAddress: ([.value(.page), .value(.mm), .value(.int)], .int)
    case .addToKill: ([.value(.page), .value(.mm), .value(.int)], nil)
    case .getUser: ([.value(.int)], .int)
    case .putUser: ([.value(.int), .value(.int)], .int)
    case .queueMe: ([.value(.key)], nil)
    case .queueWaiter: ([.value(.key), .value(.int)], nil)
    case .unqueueMe, .nextReturning, .queuedPointer, .queuedOffset: ([], .int)
    case .unqueueWaiter: ([.value(.int)], .int)
    case .wake: ([.value(.key), .value(.int)], .int)
    case .wakeBitset: ([.value(.key), .value(.int), .value(.int)], .int)
    case .requeue: ([.value(.key), .value(.key), .value(.int)], .int)
    case .dequeue: ([.value(.key)], .task)
    case .queueIsEmpty: ([], .int)
    case .currentTask: ([], .task)
    case .fullBarrier, .readBarrier, .writeBarrier, .barrierAfterAtomic: ([], nil)
    case .storeRelease, .storeBarrier: ([.place, .value(.int)], nil)
    case .loadAcquire: ([.place], .int)
    case .promiseWait: ([.value(.int), .value(.int)], nil)
    case .promiseWake: ([.value(.int)], nil)
    case .promiseKept: ([.value(.int)], nil)
    }
  }

  enum Parameter: Sendable {
    case value(ValueType)
    /// `&object->field` or `&global`
    case place
  }

  /// Whether other threads can notice it, or it depends on them.
  var isShared: Bool {
    switch self {
    case .ptePresent, .pteWrite, .ptePage, .pteIsSwap, .pteEntry, .pteIsMigration, .makePTE, .swapPTE, .migrationPTE,
      .virtualPage, .word, .misaligned, .accessOK, .slotPage, .slotIsSwap, .slotEntry, .swapSlot, .pageSlot, .isError,
      .anonMapping, .isAnonMapping, .mappingAnonVMA, .isZeroPage, .zeroPage, .cursorMM, .cursorPage, .compoundCount,
      .warnOn, .bugOn, .currentTask, .fullBarrier, .readBarrier, .writeBarrier, .barrierAfterAtomic, .promiseWait,
      .promiseWake, .promiseKept,
      .ensure, .record, .mightSleep, .waitUntil, .nextReturning, .queuedPointer, .queuedOffset:
      false
    default: true
    }
  }
  /// Blocks its thread until it can be done.
  var blocks: Bool {
    switch self {
    case .lockPage, .spinLock, .mutexLock, .mmapReadLock, .mmapWriteLock, .schedule, .waitUntil, .findGetPage,
      .downRead,
      .downWrite:
      true
    default: false
    }
  }
  /// Works on a lock.
  var isLocking: Bool {
    switch self {
    case .spinLock, .spinTryLock, .spinUnlock, .mutexLock, .mutexTryLock, .mutexUnlock, .downRead, .downReadTryLock,
      .upRead, .downWrite, .upWrite, .isLocked, .spinIsLocked:
      true
    default: false
    }
  }
  /// May sleep, so it must not stand inside RCU or under a spinlock.
  var sleeps: Bool {
    switch self {
    case .lockPage, .mutexLock, .mmapReadLock, .mmapWriteLock, .schedule, .mightSleep, .downRead, .downWrite: true
    default: false
    }
  }
}
