import Scenario

/// Files: memfd_create(2), ftruncate(2), fallocate(2), unlink(2), posix_fadvise(2).
extension ContractState {
  mutating func create(_ file: FileID, _ kind: FileKind, pages: UInt8, _ step: inout Step) -> OperationResult {
    let object: ObjectKind =
      switch kind {
      case .memfdHugetlb: .hugetlb
      case .disk: .disk
      case .memfd, .memfdTHP, .tmpfs, .anonymousShared, .sysv: .shmem
      }
    let id = add(MemoryObject(kind: object, size: UInt32(pages) * kind.pageBytes, isNamed: kind.hasName))
    files[Int(file.index)] = FileEntry(object: id, kind: kind)
    for index in spaces.indices where isInUse(UInt8(index)) { spaces[index].descriptors |= 1 << file.index }
    return step.succeed(.fileCreate)
  }

  mutating func add(_ object: MemoryObject) -> ObjectID {
    objects.append(object)
    return ObjectID(objects.count - 1)
  }

  /// The file behind an open descriptor; `nil` stands for EBADF.
  func opened(_ file: FileID, in space: UInt8) -> FileEntry? {
    guard let entry = self.file(file), entry.kind.hasDescriptor, isOpen(file, in: space) else { return nil }
    return entry
  }

  mutating func truncate(_ space: UInt8, _ file: FileID, pages: UInt8, _ step: inout Step) -> OperationResult {
    guard let entry = opened(file, in: space) else { return step.fail(.descriptorClosed, .EBADF) }
    let size = UInt32(pages) * entry.kind.pageBytes
    let old = objects[Int(entry.object)].size
    objects[Int(entry.object)].size = size
    if size < old {
      objects[Int(entry.object)].discard(size..<old)
      // Private copies of pages beyond the end go as well: mmap(2), `unmap_mapping_range(even_cows)`.
      dropCopies(of: entry.object, size..<old)
    }
    return step.succeed(.truncate)
  }

  /// Drops the private pages that stand for a range of an object, in every address space.
  mutating func dropCopies(of object: ObjectID, _ range: Range<UInt32>) {
    for index in spaces.indices {
      for region in spaces[index].regions where region.isPrivate {
        guard case .object(object, let shift) = region.backing else { continue }
        let first = max(Int64(region.range.lowerBound), Int64(range.lowerBound) - Int64(Int32(bitPattern: shift)))
        let end = min(Int64(region.range.upperBound), Int64(range.upperBound) - Int64(Int32(bitPattern: shift)))
        if first < end { spaces[index].dropPrivatePages(Position(first)..<Position(end)) }
      }
    }
  }

  mutating func grow(_ space: UInt8, _ file: FileID, pages: UInt8, _ step: inout Step) -> OperationResult {
    guard let entry = opened(file, in: space) else { return step.fail(.descriptorClosed, .EBADF) }
    if pages == 0 { return step.fail(.growNothing, .EINVAL) }
    let end = UInt32(pages) * entry.kind.pageBytes
    objects[Int(entry.object)].size = max(objects[Int(entry.object)].size, end)
    if entry.kind == .memfdHugetlb {
      for page in 0..<pages { objects[Int(entry.object)].present |= 1 << UInt16(page) }
    }
    return step.succeed(.grow)
  }

  mutating func punch(_ space: UInt8, _ file: FileID, _ pages: PageRange, _ step: inout Step) -> OperationResult {
    guard let entry = opened(file, in: space) else { return step.fail(.descriptorClosed, .EBADF) }
    let unit = entry.kind.pageBytes
    punch(entry.object, UInt32(pages.first) * unit..<(UInt32(pages.last) + 1) * unit)
    return step.succeed(.punch)
  }

  /// Makes a hole. Private copies stay, but for hugetlb, which unmaps them too.
  mutating func punch(_ object: ObjectID, _ range: Range<UInt32>) {
    objects[Int(object)].discard(range)
    if objects[Int(object)].kind == .hugetlb { dropCopies(of: object, range) }
  }

  mutating func dropCaches(_ space: UInt8, _ file: FileID?, _ step: inout Step) -> OperationResult {
    if let file, opened(file, in: space) == nil { return step.fail(.descriptorClosed, .EBADF) }
    return step.succeed(.dropCaches)
  }

  mutating func close(_ space: UInt8, _ file: FileID, _ step: inout Step) -> OperationResult {
    guard opened(file, in: space) != nil else { return step.fail(.descriptorClosed, .EBADF) }
    spaces[Int(space)].descriptors &= ~(1 << file.index)
    return step.succeed(.close)
  }

  /// The file that a name leads to; `nil` stands for ENOENT.
  private func named(_ file: FileID) -> ObjectID? {
    guard let entry = self.file(file), objects[Int(entry.object)].isNamed else { return nil }
    return entry.object
  }

  mutating func unlink(_ file: FileID, _ step: inout Step) -> OperationResult {
    guard let object = named(file) else { return step.fail(.nameGone, .ENOENT) }
    objects[Int(object)].isNamed = false
    return step.succeed(.unlink)
  }

  mutating func rename(_ file: FileID, _ step: inout Step) -> OperationResult {
    named(file) == nil ? step.fail(.nameGone, .ENOENT) : step.succeed(.rename)
  }

  mutating func reopen(_ space: UInt8, _ file: FileID, _ step: inout Step) -> OperationResult {
    guard let id = named(file) else { return step.fail(.nameGone, .ENOENT) }
    // An inode that nobody holds may have been evicted and is then read again, with another key. Only who still
    // waits under the old one can tell.
    let hasWaiters = queue.contains {
      if case .object(id, objects[Int(id)].generation, _) = $0.key { true } else { false }
    }
    if objects[Int(id)].kind == .disk, hasWaiters, !isHeld(id), step.chooseWhether(.inodeEvicted) {
      objects[Int(id)].generation += 1
    }
    spaces[Int(space)].descriptors |= 1 << file.index
    return step.succeed(.reopen)
  }
}
