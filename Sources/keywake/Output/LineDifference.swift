/// The difference of two listings, whole, with the sign of each line in front.
enum LineDifference {
  static func lines(_ old: [String], _ new: [String]) -> [String] {
    let difference = new.difference(from: old)
    var removed: Set<Int> = []
    var added: Set<Int> = []
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): added.insert(offset)
      }
    }
    var result: [String] = []
    var at = 0
    for (index, line) in new.enumerated() {
      if added.contains(index) {
        result.append("+ \(line)")
        continue
      }
      while removed.contains(at) {
        result.append("- \(old[at])")
        at += 1
      }
      result.append("  \(line)")
      at += 1
    }
    while at < old.count {
      if removed.contains(at) { result.append("- \(old[at])") }
      at += 1
    }
    return result
  }
}
