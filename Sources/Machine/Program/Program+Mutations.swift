/// Small changes of one line, for measuring whether the checks would notice.
extension Program {
  /// Without the line; its labels go to the next. `nil` where a label would have no line, and where that is the same
  /// program: a return at the end.
  public func deleting(_ line: Int) -> Program? {
    guard lines.indices.contains(line) else { return nil }
    var copy = self
    let labels = copy.lines[line].labels
    if line + 1 < lines.count {
      copy.lines[line + 1].labels = labels + copy.lines[line + 1].labels
    } else {
      guard labels.isEmpty, line > 0, lines[line].statement != .return([]),
        lines[line].statement != .return(results.map { .variable($0) })
      else { return nil }
    }
    copy.lines.remove(at: line)
    return copy
  }
  /// The line twice. `nil` where that is the same program: a jump or return is not reached again, a barrier orders once.
  public func duplicating(_ line: Int) -> Program? {
    guard lines.indices.contains(line), !isBarrier(line) else { return nil }
    switch lines[line].statement {
    case .goto, .return, .branch, .branchReturn: return nil
    // What is read twice is as if it were read once, later.
    case .assign(.variable(let name), let value) where value.isReading && !value.names.contains(name): return nil
    case .assign(.member, let value) where value.isReading: return nil
    default: break
    }
    var copy = self
    var second = lines[line]
    second.labels = []
    copy.lines.insert(second, at: line + 1)
    return copy
  }
  /// The line and the next in the other order; labels stay where they are. `nil` where that is the same program.
  public func swapping(_ line: Int) -> Program? {
    guard line + 1 < lines.count, lines[line + 1].labels.isEmpty, lines[line].statement != lines[line + 1].statement
    else { return nil }
    if case .goto = lines[line].statement { return nil }
    if case .return = lines[line].statement { return nil }
    if isExchangeable(line) { return nil }
    var copy = self
    copy.lines.swapAt(line, line + 1)
    copy.lines[line].labels = lines[line].labels
    copy.lines[line + 1].labels = []
    return copy
  }
  /// The condition the other way round.
  public func negating(_ line: Int) -> Program? {
    guard lines.indices.contains(line) else { return nil }
    var copy = self
    switch lines[line].statement {
    case .branch(let condition, let target): copy.lines[line].statement = .branch(.not(condition), target: target)
    case .branchReturn(let condition, let values):
      copy.lines[line].statement = .branchReturn(.not(condition), values)
    default: return nil
    }
    copy.lines[line].text = "not: " + copy.lines[line].text
    return copy
  }
}
