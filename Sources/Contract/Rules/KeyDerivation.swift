import Scenario

/// A key with the NUMA node that its word named.
struct DerivedKey: Hashable {
  var key: Key
  var node: UInt32?
}

/// `get_futex_key()`: which key an address has, or which error.
extension ContractState {
  /// The key of a word, a pure function of the state. The effects of deriving it for real (populating, copying) are
  /// not done. `numa` words are keyed as others: the node only chooses the hash table.
  ///
  /// Errors: EINVAL for a misaligned address, EFAULT where no key can be had.
  public func key(of word: ActorAddress, access: KeyAccess = .read, mode: FutexMode = .shared) -> Answer<Key, ErrorCode>
  {
    guard let actor = actor(word.actor) else { return .failure(.ESRCH) }
    return derive(actor.space, word.address, access, mode).result
  }

  /// Order of the checks: alignment, `access_ok`, private flag, then the page.
  func derive(
    _ space: UInt8, _ address: Address, _ access: KeyAccess, _ mode: FutexMode
  ) -> (result: Answer<Key, ErrorCode>, rule: Rule) {
    if address.offset % (mode.numa ? 8 : 4) != 0 { return (.failure(.EINVAL), .keyAlignment) }
    if !address.isUserAddress { return (.failure(.EFAULT), .keyKernelAddress) }
    if mode.isPrivate { return (.success(.privateFlag(space: space, address)), .keyPrivateFlag) }
    guard let position = address.position else { return specialKey(address, access) }
    guard let region = spaces[Int(space)].region(at: position), region.protection != .none else {
      return (.failure(.EFAULT), .keyUnmapped)
    }
    let writable = region.protection.writable
    if access == .write, !writable { return (.failure(.EFAULT), .keyWriteToReadOnly) }
    switch look(space, address, write: writable) {
    case .failure: return (.failure(.EFAULT), .keyBeyondEnd)
    case .success(.object(let id, let offset)):
      let key = Key.object(id, generation: objects[Int(id)].generation, offset: offset)
      return (.success(key), region.isPrivate ? .keyPrivateFileReadOnly : .keyObject)
    case .success(.privatePage):
      return writable
        ? (.success(.privatePage(space: space, address)), .keyPrivatePage) : (.failure(.EFAULT), .keyPrivateReadOnly)
    case .success(.foreign): return (.failure(.EFAULT), .keySpecialMapping)
    }
  }

  private func specialKey(_ address: Address, _ access: KeyAccess) -> (Answer<Key, ErrorCode>, Rule) {
    guard address.base == .special(.text) else { return (.failure(.EFAULT), .keySpecialMapping) }
    if access == .write { return (.failure(.EFAULT), .keyWriteToReadOnly) }
    return (.success(.text(offset: address.offset)), .keyPrivateFileReadOnly)
  }

  /// Derives a key for real: a shared one serves the fault, for writing where the mapping lets.
  mutating func deriveKey(
    _ space: UInt8, _ address: Address, _ access: KeyAccess, _ mode: FutexMode, _ step: inout Step
  ) -> Answer<DerivedKey, ErrorCode> {
    var node: UInt32?
    if mode.numa, address.offset % 8 == 0, address.isUserAddress {
      switch numaNode(space, address, &step) {
      case .success(let named): node = named
      case .failure(let error): return .failure(error)
      }
    }
    let (result, rule) = derive(space, address, access, mode)
    step.rule = rule
    if !mode.isPrivate, rule != .keyAlignment, rule != .keyWriteToReadOnly, let position = address.position,
      let region = spaces[Int(space)].region(at: position)
    {
      _ = touch(space, address, write: region.protection.writable)
    }
    return result.map { DerivedKey(key: $0, node: node) }
  }

  /// `FUTEX2_NUMA`: the node stands in the word after the futex; "no node" (-1) is replaced by the one chosen.
  private mutating func numaNode(
    _ space: UInt8, _ address: Address, _ step: inout Step
  ) -> Answer<UInt32, ErrorCode> {
    step.rule = .numaNode
    hasDoubts = true
    let word = address.advanced(by: 4)
    guard case .success(let location) = touch(space, word, write: false) else { return .failure(.EFAULT) }
    switch value(at: location) {
    case .known(.max):
      guard case .success(let location) = touch(space, word, write: true) else { return .failure(.EFAULT) }
      set(location, .known(0))
      return .success(0)
    case .known(0): return .success(0)
    case .known(let node) where node < 1024:
      return step.chooseWhether(.numaNodePossible) ? .success(node) : .failure(.EINVAL)
    case .known: return .failure(.EINVAL)
    case .owner, .unknown: return step.chooseWhether(.numaNodePossible) ? .success(0) : .failure(.EINVAL)
    }
  }
}
