import Scenario

/// `FUTEX_LOCK_PI` with a time-out that is over, `FUTEX_TRYLOCK_PI`, `FUTEX_UNLOCK_PI`.
extension ContractState {
  mutating func lockPI(
    _ actor: ActorID, _ space: UInt8, _ address: Address, _ mode: FutexMode, tries: Bool, _ step: inout Step
  ) -> OperationResult {
    let derived: DerivedKey
    switch deriveKey(space, address, .write, mode, &step) {
    case .failure(let error): return .error(error)
    case .success(let key): derived = key
    }
    guard case .success(let location) = touch(space, address, write: false) else {
      return step.fail(.piReadsWord, .EFAULT)
    }
    // A page that is not there at the moment is faulted in for writing. Where that cannot be, the answer depends on it.
    if !look(space, address, write: true).isSuccess, step.chooseWhether(.piFaultsWritable) {
      return step.fail(.piWritesWord, .EFAULT)
    }
    let old = value(at: location)
    if case .owner(actor, _) = old { return step.fail(.piDeadlock, .EDEADLK) }
    // The word holds a number that may be, or may not be, the caller's own thread.
    if old.mayOwn, old.isGuess, step.chooseWhether(.piStrayOwner) { return step.fail(.piDeadlock, .EDEADLK) }
    if !matches(derived, &step).isEmpty { return step.fail(.piMeetsWaiter, .EINVAL) }
    guard case .success(let location) = touch(space, address, write: true) else {
      return step.fail(.piWritesWord, .EFAULT)
    }
    let isFree = old.mayBeFree && (!old.mayOwn || step.chooseWhether(.unknownWord))
    if isFree {
      set(location, .owner(actor, flags: old.flags & WordValue.ownerDied))
      return step.succeed(.piAcquires)
    }
    set(location, old.withWaiters)
    let busy = tries ? ErrorCode.EAGAIN : .ETIMEDOUT
    if case .owner(let owner, _) = old {
      guard let process = self.actor(owner)?.space else { return step.fail(.piOwnerGone, .ESRCH) }
      let refused = mode.isPrivate && process != space && refusesOwnersElsewhere(&step)
      return refused ? step.fail(.piOwnerElsewhere, .EPERM) : step.fail(.piContended, busy)
    }
    switch step.choose(.piStrayOwner, old.mayOwnAlive ? 3 : 1) {
    case 0: return step.fail(.piOwnerGone, .ESRCH)
    case 1: return step.fail(.piStrayOwner, .EPERM)
    default: return step.fail(.piContended, busy)
    }
  }

  /// A thread of another process cannot own a private lock: 3c5c7131b8fa (7.2). The stable kernels from 5.15 on took it
  /// over in the middle of their series, so that the release's two numbers do not tell.
  private func refusesOwnersElsewhere(_ step: inout Step) -> Bool {
    release >= KernelRelease(7, 2) || step.chooseWhether(.piOwnerElsewhere)
  }

  /// Reads the word and checks the owner before it derives a key.
  mutating func unlockPI(
    _ actor: ActorID, _ space: UInt8, _ address: Address, _ mode: FutexMode, _ step: inout Step
  ) -> OperationResult {
    guard address.isUserAddress, case .success(let location) = touch(space, address, write: false) else {
      return step.fail(.piReadsWord, .EFAULT)
    }
    let old = address.offset % 4 == 0 ? value(at: location) : .unknown
    if case .owner(let owner, _) = old {
      if owner != actor { return step.fail(.piNotOwner, .EPERM) }
    } else if !old.mayOwnAlive || !step.chooseWhether(.piStrayOwner) {
      return step.fail(.piNotOwner, .EPERM)
    }
    switch deriveKey(space, address, .write, mode, &step) {
    case .failure(let error): return .error(error)
    case .success(let derived):
      if !matches(derived, &step).isEmpty { return step.fail(.piMeetsWaiter, .EINVAL) }
    }
    guard case .success(let location) = touch(space, address, write: true) else {
      return step.fail(.piWritesWord, .EFAULT)
    }
    set(location, .known(0))
    return step.succeed(.piReleases)
  }
}

extension WordValue {
  /// No thread is named by the word.
  fileprivate var mayBeFree: Bool {
    switch self {
    case .known(let value): value & Self.threadMask == 0
    case .owner: false
    case .unknown: true
    }
  }
  fileprivate var mayOwn: Bool {
    if case .known = self { !mayBeFree } else { true }
  }
  /// The number named may be that of a living thread.
  fileprivate var mayOwnAlive: Bool {
    if case .known(let value) = self { mayOwn && value & Self.threadMask <= Self.largestThread } else { true }
  }
  /// Not known to be an actor's thread.
  fileprivate var isGuess: Bool {
    if case .owner = self { false } else { mayOwnAlive }
  }
  fileprivate var flags: UInt32 {
    switch self {
    case .known(let value): value & ~Self.threadMask
    case .owner(_, let flags): flags
    case .unknown: 0
    }
  }
  fileprivate var withWaiters: WordValue {
    switch self {
    case .known(let value): .known(value | Self.waiters)
    case .owner(let owner, let flags): .owner(owner, flags: flags | Self.waiters)
    case .unknown: .unknown
    }
  }
}
