/// Which registers somebody still reads. Registers that nobody reads are set to zero, so that states which differ in
/// them alone are one state.
enum Liveness {
  static func mark(_ code: inout LaneCode) throws(ProgramError) {
    let count = code.lines.count
    var live = [UInt64](repeating: 0, count: count + 1)
    var changed = true
    while changed {
      changed = false
      for line in stride(from: count - 1, through: 0, by: -1) {
        let entry = before(line, code, live)
        if entry != live[line] {
          live[line] = entry
          changed = true
        }
      }
    }
    for line in 0..<count {
      code.lines[line].live = mask(live[line])
      for instruction in code.instructions[code.lines[line].first..<code.lines[line].end] {
        switch instruction {
        case .jump(let target) where Int(target) <= line, .branch(_, let target) where Int(target) <= line:
          markLoopHead(Int(target), &code)
        default: break
        }
      }
    }
  }

  /// Marks where a thread comes to rest after a jump back: the first lines from there that are steps of their own.
  private static func markLoopHead(_ head: Int, _ code: inout LaneCode) {
    var open = [head]
    var seen: Set<Int> = []
    while let line = open.popLast() {
      guard line < code.lines.count, seen.insert(line).inserted else { continue }
      code.lines[line].isLoopHead = true
      guard code.lines[line].isLocal else { continue }
      open.append(line + 1)
      for instruction in code.instructions[code.lines[line].first..<code.lines[line].end] {
        switch instruction {
        case .jump(let target), .branch(_, let target): open.append(Int(target))
        default: break
        }
      }
    }
  }

  /// What is live before a line: backwards through its instructions; a jump adds what its target needs.
  private static func before(_ line: Int, _ code: LaneCode, _ live: [UInt64]) -> UInt64 {
    var now = live[line + 1]
    for instruction in code.instructions[code.lines[line].first..<code.lines[line].end].reversed() {
      switch instruction {
      case .jump(let target): now = live[Int(target)]
      case .branch(_, let target): now |= live[Int(target)]
      case .finish: now = 0
      default: break
      }
      now = (now & ~instruction.defines) | instruction.uses
    }
    return now
  }

  private static func mask(_ registers: UInt64) -> SIMD8<UInt64> {
    var words = SIMD8<UInt64>()
    for register in 0..<64 where registers >> UInt64(register) & 1 == 1 {
      words[register / 8] |= 0xff << UInt64(register % 8 * 8)
    }
    return words
  }
}
