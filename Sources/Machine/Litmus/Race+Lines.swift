extension Race {
  /// The lines of programs that the lanes can come to, when of the lines that are steps of their own they run those that
  /// `isRun` names. Lines that only compute go with the step before them, so nobody counts them; here they are followed.
  public func lines(_ isRun: (_ program: String, _ line: Int) -> Bool) -> [(program: String, line: Int)] {
    interpreter.lanes.flatMap { lane in
      lane.lines { index in lane.origins[index].line.map { isRun(lane.origins[index].program, $0) } ?? false }
    }
  }

  /// The lines of programs that the preparations ran.
  public var preparedLines: [(program: String, line: Int)] {
    prepared.flatMap { code, ran in code.lines { ran[$0] } }
  }
}

extension LaneCode {
  /// The lines of programs that are come to when of the steps those are run that `isRun` names.
  fileprivate func lines(_ isRun: (Int) -> Bool) -> [(program: String, line: Int)] {
    var open = [0] + lines.indices.filter(isRun)
    var reached = [Bool](repeating: false, count: lines.count)
    var followed = reached
    for index in open { reached[index] = true }
    while let index = open.popLast() {
      guard !followed[index] else { continue }
      followed[index] = true
      var next = [index + 1]
      for instruction in instructions[lines[index].first..<lines[index].end] {
        switch instruction {
        case .jump(let target), .branch(_, let target): next.append(Int(target))
        default: break
        }
      }
      for target in next where target < lines.count && !reached[target] {
        reached[target] = true
        // A step that nobody ran blocks whoever comes to it.
        if lines[target].isLocal { open.append(target) }
      }
    }
    return lines.indices.compactMap { index in
      guard reached[index], let line = origins[index].line else { return nil }
      return (origins[index].program, line)
    }
  }
}

extension MachineState {
  /// Pages, inodes, mms and all else but the threads are the same.
  public func sharesAll(with other: MachineState) -> Bool {
    for word in 0..<Self.sharedWords where words[word] != other.words[word] { return false }
    return true
  }
}
