extension Race {
  /// The lines of programs that the lanes can come to, when of the lines that are steps of their own they run those that
  /// `isRun` names. Lines that only compute go with the step before them, so nobody counts them; here they are followed.
  public func lines(_ isRun: (_ program: String, _ line: Int) -> Bool) -> [(program: String, line: Int)] {
    var result: [(program: String, line: Int)] = []
    for lane in interpreter.lanes {
      var open = [0]
      for index in lane.lines.indices {
        if let origin = lane.origins[index].line, isRun(lane.origins[index].program, origin) { open.append(index) }
      }
      var reached = [Bool](repeating: false, count: lane.lines.count)
      var followed = reached
      for index in open { reached[index] = true }
      while let index = open.popLast() {
        guard !followed[index] else { continue }
        followed[index] = true
        var next = [index + 1]
        for instruction in lane.instructions[lane.lines[index].first..<lane.lines[index].end] {
          switch instruction {
          case .jump(let target), .branch(_, let target): next.append(Int(target))
          default: break
          }
        }
        for target in next where target < lane.lines.count && !reached[target] {
          reached[target] = true
          // A step that nobody ran blocks whoever comes to it.
          if lane.lines[target].isLocal { open.append(target) }
        }
      }
      for index in lane.lines.indices where reached[index] {
        if let line = lane.origins[index].line { result.append((lane.origins[index].program, line)) }
      }
    }
    return result
  }
}

extension MachineState {
  /// Pages, inodes, mms and all else but the threads are the same.
  public func sharesAll(with other: MachineState) -> Bool {
    for word in 0..<Self.sharedWords where words[word] != other.words[word] { return false }
    return true
  }
}
