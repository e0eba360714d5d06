import Scenario

/// mmap(2), munmap(2), mremap(2), mprotect(2), shmat(2).
extension ContractState {
  private func window(of slot: SlotID) -> Range<Position> {
    let start = AddressSpace.start(of: slot)
    return start..<start + Limits.windowBytes
  }

  mutating func map(
    _ space: UInt8, _ slot: SlotID, _ source: MapSource, _ sharing: Sharing, _ protection: Protection,
    _ options: MapOptions, _ step: inout Step
  ) -> OperationResult {
    let window = window(of: slot)
    let backing: Region.Backing
    let length: UInt32
    var unit = Limits.pageBytes
    var isHugetlb = false
    var mayWrite: Bool? = true
    switch source {
    case .file(let file, let pages):
      guard let entry = self.file(file), isOpen(file, in: space) else {
        // Whether the window is emptied before the call that fails is left open.
        if spaces[Int(space)].regions.contains(where: { $0.range.overlaps(window) }),
          step.chooseWhether(.mapReplaces)
        {
          spaces[Int(space)].unmap(window)
        }
        return step.fail(.descriptorClosed, .EBADF)
      }
      unit = entry.kind.pageBytes
      isHugetlb = entry.kind == .memfdHugetlb
      length = UInt32(pages.count) * unit
      backing = .object(entry.object, shift: UInt32(pages.first) * unit &- window.lowerBound)
      if entry.kind == .sysv, protection == .read {
        mayWrite = nil
        hasDoubts = true
      }
      if isHugetlb, protection.writable {
        objects[Int(entry.object)].size = max(
          objects[Int(entry.object)].size, UInt32(pages.first) * unit + length)
      }
    case .anonymous(let pages):
      isHugetlb = options.contains(.hugetlb)
      if isHugetlb || options.contains(.huge) { unit = Limits.hugePageBytes }
      length = UInt32(pages) * unit
      if sharing == .shared {
        let object = MemoryObject(kind: isHugetlb ? .hugetlb : .shmem, size: length, isNamed: false)
        backing = .object(add(object), shift: 0 &- window.lowerBound)
      } else {
        backing = .anonymous
      }
    }
    spaces[Int(space)].unmap(window)
    spaces[Int(space)].setPageBytes(of: slot, huge: unit == Limits.hugePageBytes)
    let range = window.lowerBound..<window.lowerBound + length
    spaces[Int(space)].insert(
      Region(
        range: range, backing: backing, sharing: sharing, protection: protection, isHugetlb: isHugetlb,
        mayWrite: mayWrite))
    if options.contains(.populate) { prefault(space, range) }
    return step.succeed(.map)
  }

  /// `MAP_POPULATE` and mlock: for writing where a private mapping is writable, else for reading.
  @discardableResult mutating func prefault(_ space: UInt8, _ range: Range<Position>) -> MemorySignal? {
    for region in spaces[Int(space)].regions where region.range.overlaps(range) {
      let signal = populate(
        space, region.range.clamped(to: range), write: region.isPrivate && region.protection.writable)
      if let signal { return signal }
    }
    return nil
  }

  mutating func unmap(_ space: UInt8, _ slot: SlotID, _ pages: PageRange, _ step: inout Step) -> OperationResult {
    let range = spaces[Int(space)].positions(slot, pages)
    guard canSplit(space, range) else { return step.fail(.hugetlbSplit, .EINVAL) }
    spaces[Int(space)].unmap(range)
    return step.succeed(.unmap)
  }

  func canSplit(_ space: UInt8, _ range: Range<Position>) -> Bool {
    spaces[Int(space)].canSplit(at: range.lowerBound) && spaces[Int(space)].canSplit(at: range.upperBound)
  }

  /// One `mremap` a page, in ascending order, until one fails.
  mutating func remap(
    _ space: UInt8, _ from: SlotID, _ to: SlotID, duplicate: Bool, _ step: inout Step
  ) -> OperationResult {
    let unit = spaces[Int(space)].pageBytes(of: from)
    let window = window(of: from)
    let target = AddressSpace.start(of: to)
    guard spaces[Int(space)].regions.contains(where: { window.contains($0.range.lowerBound) }) else {
      return step.chooseWhether(.remapNothing) ? step.fail(.remapNothing, .EFAULT) : step.succeed(.remapNothing)
    }
    step.rule = .remap
    for start in stride(from: window.lowerBound, to: window.upperBound, by: Int(unit)) {
      guard let region = spaces[Int(space)].region(at: start) else { continue }
      let source = start..<start + unit
      let place = target + (start - window.lowerBound)
      if let error = remap(region, space, source, to: place..<place + unit, duplicate: duplicate, &step) {
        return error
      }
      spaces[Int(space)].setPageBytes(of: to, huge: unit == Limits.hugePageBytes)
    }
    return .value(0)
  }

  private mutating func remap(
    _ region: Region, _ space: UInt8, _ source: Range<Position>, to target: Range<Position>, duplicate: Bool,
    _ step: inout Step
  ) -> OperationResult? {
    if region.isHugetlb, release < KernelRelease(5, 16) { return step.fail(.remapHugetlbSince, .EINVAL) }
    if region.isHugetlb, duplicate { return step.fail(.remapHugetlbDuplicate, .EINVAL) }
    if !canSplit(space, target) || !canSplit(space, source) { return step.fail(.hugetlbSplit, .EINVAL) }
    if duplicate, region.isPrivate {
      // Before 6.18 (where it was observed not to) mremap may empty the target before it looks at the source.
      if release < KernelRelease(6, 18), spaces[Int(space)].regions.contains(where: { $0.range.overlaps(target) }),
        step.chooseWhether(.remapDuplicatePrivate)
      {
        spaces[Int(space)].unmap(target)
      }
      return step.fail(.remapDuplicatePrivate, .EINVAL)
    }
    spaces[Int(space)].unmap(target)
    var moved = region
    moved.range = target
    if case .object(let object, let shift) = region.backing {
      moved.backing = .object(object, shift: shift &+ source.lowerBound &- target.lowerBound)
    }
    if !duplicate { moveContents(space, source, to: target) }
    spaces[Int(space)].insert(moved)
    return nil
  }

  private mutating func moveContents(_ space: UInt8, _ source: Range<Position>, to target: Range<Position>) {
    let index = Int(space)
    let words = spaces[index].privateWords
    spaces[index].privateWords.copy(words, from: source.lowerBound, to: target)
    let copies = spaces[index].copies.filter { source.contains($0) }
    spaces[index].unmap(source)
    for copy in copies { spaces[index].addCopy(at: copy - source.lowerBound + target.lowerBound) }
  }

  /// Applies up to the first hole, and then answers ENOMEM.
  mutating func protect(
    _ space: UInt8, _ slot: SlotID, _ protection: Protection, _ pages: PageRange, _ step: inout Step
  ) -> OperationResult {
    let range = spaces[Int(space)].positions(slot, pages)
    guard canSplit(space, range) else { return step.fail(.hugetlbSplit, .EINVAL) }
    var next = range.lowerBound
    for index in spaces[Int(space)].indices(in: range) {
      let region = spaces[Int(space)].regions[index]
      if region.range.lowerBound != next { break }
      if protection.writable, !mayWrite(space, index, &step) { return step.fail(.sysvReadOnly, .EACCES) }
      spaces[Int(space)].regions[index].protection = protection
      next = region.range.upperBound
    }
    return next == range.upperBound ? step.succeed(.protect) : step.fail(.protectHole, .ENOMEM)
  }

  /// Whether a region may be made writable; where that was not known, it is from now on.
  mutating func mayWrite(_ space: UInt8, _ region: Int, _ step: inout Step) -> Bool {
    if let known = spaces[Int(space)].regions[region].mayWrite { return known }
    let answer = !step.chooseWhether(.sysvReadOnly)
    spaces[Int(space)].regions[region].mayWrite = answer
    return answer
  }
}
