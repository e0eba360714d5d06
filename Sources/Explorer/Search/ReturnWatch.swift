import Machine

/// Whether a sequence of states comes back to one that it has been in, by Brent's method: one state is kept, and
/// replaced after 1, 2, 4, ... steps.
struct ReturnWatch {
  private var kept: MachineState
  private var length = 0
  private var power = 1

  init(from start: MachineState) { kept = start }

  /// After a step. The number of steps since the state was met before; `nil` when it was not. The state is only read.
  mutating func returned(to state: inout MachineState) -> Int? {
    length += 1
    let isKept = state.withWords { words in
      kept.withWords { kept in
        var difference: UInt64 = 0
        for word in 0..<MachineState.wordCount { difference |= words[word] ^ kept[word] }
        return difference == 0
      }
    }
    if isKept { return length }
    if length == power {
      kept = state
      power *= 2
      length = 0
    }
    return nil
  }
}
