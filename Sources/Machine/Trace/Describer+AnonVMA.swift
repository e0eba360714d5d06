extension Describer {
  /// `anon_vma 2`, or `anon_vma 2''` for the third object in the same memory.
  static func anonVMA(_ pointer: UInt8) -> String {
    "anon_vma \(pointer & 0x0f)" + String(repeating: "'", count: Int(pointer >> 4 & 3))
  }
  private static func name(_ anon: Int, _ state: StateRef) -> String {
    anonVMA(UInt8(anon) | state[anon: anon, AnonVMAField.life] << 4)
  }

  /// What a step changed in anon_vmas, in their locks, and in what hangs on them.
  func anonVMAChanges(from old: StateRef, to new: StateRef) -> [String] {
    var result: [String] = []
    for mm in 1...Layout.mms {
      for page in 0..<Layout.virtualPages {
        let field = MMField.anonVMAs + page
        let (left, right) = (old[mm: mm, field], new[mm: mm, field])
        guard left != right else { continue }
        result.append(
          "\(processName(mm)): anon_vma of page \(page) \(text(left, .anonVMA)) -> \(text(right, .anonVMA))")
      }
    }
    for anon in 1...Layout.anonVMAs {
      let (before, after) = (old[anon: anon, AnonVMAField.state], new[anon: anon, AnonVMAField.state])
      if before != after {
        switch after {
        case AnonVMAState.used:
          result.append("\(Self.name(anon, new)) allocated\(before == 0 ? "" : ", in freed memory")")
        case AnonVMAState.free:
          result.append("\(Self.name(anon, old)) freed; its memory stays one while readers are left")
        default:
          result.append(
            "\(before == AnonVMAState.used ? Self.name(anon, old) + " freed, " : "anon_vma \(anon): ")its slab page is released"
          )
          continue
        }
      }
      let name = Self.name(anon, new)
      let roots = (old[anon: anon, AnonVMAField.root], new[anon: anon, AnonVMAField.root])
      if roots.0 != roots.1 { result.append("\(name): root \(text(roots.0, .anonVMA)) -> \(text(roots.1, .anonVMA))") }
      let counts = (old[anon: anon, AnonVMAField.refcount], new[anon: anon, AnonVMAField.refcount])
      if counts.0 != counts.1 { result.append("\(name): refcount \(counts.0) -> \(counts.1)") }
      let locks = (
        UInt16(old[anon: anon, AnonVMAField.lock]) << 8 | UInt16(old[anon: anon, AnonVMAField.lockReaders]),
        UInt16(new[anon: anon, AnonVMAField.lock]) << 8 | UInt16(new[anon: anon, AnonVMAField.lockReaders])
      )
      if locks.0 != locks.1 {
        result.append(
          "\(name): \(locks.0.nonzeroBitCount > locks.1.nonzeroBitCount || locks.1 == 0 ? "unlocked" : "locked")")
      }
      result += links(anon, old, new, name)
    }
    return result
  }

  private func links(_ anon: Int, _ old: StateRef, _ new: StateRef, _ name: String) -> [String] {
    let (before, after) = (old.links(anon: anon), new.links(anon: anon))
    return (0..<Layout.mms * Layout.virtualPages).compactMap { bit in
      guard (before ^ after) >> UInt16(bit) & 1 != 0 else { return nil }
      let place = "page \(bit % Layout.virtualPages) of \(processName(bit / Layout.virtualPages + 1))"
      return after >> UInt16(bit) & 1 != 0 ? "\(name): \(place) hangs on it" : "\(name): \(place) is taken off"
    }
  }
}
