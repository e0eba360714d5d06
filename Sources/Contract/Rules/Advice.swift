import Scenario

/// madvise(2) and mlock(2).
extension ContractState {
  /// The regions in a range, with the answer for the holes between them: madvise goes on after a hole, does what it
  /// can, and answers ENOMEM in the end.
  private mutating func regions(
    _ space: UInt8, _ slot: SlotID, _ pages: PageRange
  ) -> (range: Range<Position>, indices: Range<Int>, hasHole: Bool) {
    let range = spaces[Int(space)].positions(slot, pages)
    let indices = spaces[Int(space)].indices(in: range)
    var next = range.lowerBound
    var hasHole = false
    for region in spaces[Int(space)].regions[indices] {
      if region.range.lowerBound != next { hasHole = true }
      next = region.range.upperBound
    }
    return (range, indices, hasHole || next != range.upperBound)
  }

  mutating func advise(
    _ advice: Advice, _ space: UInt8, _ slot: SlotID, _ pages: PageRange, _ step: inout Step
  ) -> OperationResult {
    let (_, indices, hasHole) = regions(space, slot, pages)
    for index in indices {
      if let error = advise(advice, space, index, &step) { return error }
    }
    return hasHole ? step.fail(.adviceHole, .ENOMEM) : step.succeed(advice.rule)
  }

  enum Advice {
    case remove
    case dontneed
    case pageout
    case merge
    var rule: Rule {
      switch self {
      case .remove: .remove
      case .dontneed: .dontneed
      case .pageout: .pageout
      case .merge: .merge
      }
    }
  }

  private mutating func advise(
    _ advice: Advice, _ space: UInt8, _ index: Int, _ step: inout Step
  ) -> OperationResult? {
    let region = spaces[Int(space)].regions[index]
    switch advice {
    case .remove:
      if region.isLocked { return step.fail(.adviceLocked, .EINVAL) }
      guard let (object, offset) = region.offset(at: region.range.lowerBound) else {
        return step.fail(.removePrivate, region.isHugetlb ? .EACCES : .EINVAL)
      }
      if region.isPrivate || !mayWrite(space, index, &step) { return step.fail(.removePrivate, .EACCES) }
      punch(object, offset..<offset + UInt32(region.range.count))
    case .dontneed:
      if region.isLocked { return step.fail(.adviceLocked, .EINVAL) }
      if region.isHugetlb, release < KernelRelease(5, 18) { return step.fail(.dontneedHugetlbSince, .EINVAL) }
      spaces[Int(space)].dropPrivatePages(region.range)
    case .pageout:
      if region.isLocked { return step.fail(.adviceLocked, .EINVAL) }
      if region.isHugetlb { return step.fail(.pageoutHugetlb, .EINVAL) }
    case .merge: break
    }
    return nil
  }

  /// `MADV_POPULATE_READ`: in ascending order, up to the first page that cannot be had.
  mutating func swapin(_ space: UInt8, _ slot: SlotID, _ pages: PageRange, _ step: inout Step) -> OperationResult {
    let (range, indices, _) = regions(space, slot, pages)
    var next = range.lowerBound
    for region in spaces[Int(space)].regions[indices] {
      if region.range.lowerBound != next { return step.fail(.populateHole, .ENOMEM) }
      if !region.protection.readable { return step.fail(.populateUnreadable, .EINVAL) }
      if populate(space, region.range, write: false) != nil { return step.fail(.populateBeyondEnd, .EFAULT) }
      next = region.range.upperBound
    }
    return next == range.upperBound ? step.succeed(.populate) : step.fail(.populateHole, .ENOMEM)
  }

  /// Locks up to the first hole; then faults everything in.
  mutating func lockMemory(
    _ space: UInt8, _ slot: SlotID, _ pages: PageRange, _ step: inout Step
  ) -> OperationResult {
    // RLIMIT_MEMLOCK of who may not exceed it: nothing is locked.
    switch step.choose(.lockLimit, 3) {
    case 1: return step.fail(.lockLimit, .ENOMEM)
    case 2: return step.fail(.lockLimit, .EPERM)
    default: break
    }
    let (range, indices, _) = regions(space, slot, pages)
    var next = range.lowerBound
    for index in indices {
      let region = spaces[Int(space)].regions[index]
      if region.range.lowerBound != next { return step.fail(.lockHole, .ENOMEM) }
      if !region.isHugetlb { spaces[Int(space)].regions[index].isLocked = true }
      next = region.range.upperBound
    }
    if next != range.upperBound { return step.fail(.lockHole, .ENOMEM) }
    return prefault(space, range) == nil ? step.succeed(.lock) : step.fail(.lockUnreachable, .ENOMEM)
  }
}
