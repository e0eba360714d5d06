/// A plain load that may be satisfied while its thread still stands before an earlier line: nothing in between orders
/// it, sets what its address is made of, or touches the same field.
struct EarlyLoad: Sendable, Hashable {
  /// The line of the lane that it is.
  var line: Int
  /// How far away it is, in lines.
  var distance: Int
}

extension EarlyLoad {
  /// For each line of a lane the loads that may be satisfied early before it, the nearest first.
  static func find(_ code: LaneCode) -> [[EarlyLoad]] {
    var predecessors = [[Int]](repeating: [], count: code.lines.count)
    for line in code.lines.indices {
      var falls = true
      for instruction in code.instructions[code.lines[line].first..<code.lines[line].end] {
        switch instruction {
        case .jump(let target):
          if falls { predecessors[Int(target)].append(line) }
          falls = false
        case .branch(_, let target): if falls { predecessors[Int(target)].append(line) }
        case .finish: falls = false
        default: break
        }
      }
      if falls, line + 1 < code.lines.count { predecessors[line + 1].append(line) }
    }
    var result = [[EarlyLoad]](repeating: [], count: code.lines.count)
    for line in code.lines.indices {
      guard let load = Load(code, line) else { continue }
      var distance = [line: 0]
      var open = [line]
      while !open.isEmpty {
        var next: [Int] = []
        for at in open {
          for before in predecessors[at] where distance[before] == nil {
            if load.isHeld(by: before, code) { continue }
            distance[before] = (distance[at] ?? 0) + 1
            next.append(before)
            // A thread rests only before lines that are steps.
            if !code.lines[before].isLocal {
              result[before].append(EarlyLoad(line: line, distance: distance[before] ?? 0))
            }
          }
        }
        open = next
      }
    }
    return result.map { Array($0.sorted { ($0.distance, $0.line) < ($1.distance, $1.line) }.prefix(Move.earlyLoads)) }
  }

  /// What a line loads, if it is one plain load.
  private struct Load {
    var registers: UInt64 = 0
    /// `nil`: a word of user space.
    var field: (ObjectKind, Int)?

    init?(_ code: LaneCode, _ line: Int) {
      var found = false
      for instruction in code.instructions[code.lines[line].first..<code.lines[line].end] {
        switch instruction {
        case .load(_, let kind, _, let offset, _, _) where !found:
          found = true
          field = (kind, Int(offset))
          registers |= instruction.uses
        case .primitive(.getUser, _, _, _, _) where !found:
          found = true
          registers |= instruction.uses
        case .move(let to, _) where !found && to < 64, .not(let to, _) where !found && to < 64,
          .binary(_, let to, _, _, _) where !found && to < 64:
          return nil
        case .move, .not, .binary, .currentMM:
          if !found { registers |= instruction.uses }
        case .branch, .jump: break
        // What waits for a condition, or does more than load.
        default: return nil
        }
      }
      guard found else { return nil }
    }

    private static let userWord = (ObjectKind.page, PageField.value)

    /// Whether the load cannot be satisfied before this line, which stands before it.
    func isHeld(by line: Int, _ code: LaneCode) -> Bool {
      if code.orders[line].contains(.holdsLoads) { return true }
      for instruction in code.instructions[code.lines[line].first..<code.lines[line].end] {
        if instruction.defines & registers != 0 { return true }
        switch instruction {
        case .load(_, let kind, _, let offset, _, _), .store(let kind, _, let offset, _, _, _),
          .bufferedStore(let kind, _, let offset, _, _, _), .atomic(_, _, let kind, _, let offset, _, _),
          .bufferedAtomic(_, _, let kind, _, let offset, _):
          if (field ?? Self.userWord) == (kind, Int(offset)) { return true }
        case .primitive(.getUser, _, _, _, _), .primitive(.putUser, _, _, _, _), .bufferedPutUser:
          if (field ?? Self.userWord) == Self.userWord { return true }
        case .primitive(let primitive, _, _, _, _):
          // Reads of one place are satisfied in the order in which they stand; which place these read is not told.
          if let kind = primitive.reads, (field ?? Self.userWord).0 == kind { return true }
        default: break
        }
      }
      return false
    }
  }
}

extension Linker {
  private func isRelaxed(_ origin: Origin) -> Bool {
    guard let line = origin.line, let program = programs[origin.program] else { return false }
    return program.lines.indices.contains(line) && program.lines[line].isRelaxed
  }

  /// Gives each line its order and each load its early places.
  func order(_ code: inout LaneCode) {
    for line in code.lines.indices {
      var order = LineOrder.of(&code.instructions[code.lines[line].first..<code.lines[line].end], memory)
      if memory == .weak, isRelaxed(code.origins[line]) {
        order.subtract([.drained, .drainedOnSuccess, .holdsLoads])
      }
      code.orders.append(order)
      // A barrier is a step of its own: the thread waits there.
      if order.contains(.drained) || order.contains(.holdsLoads) { code.lines[line].isLocal = false }
    }
    code.earlyLoads = memory == .weak ? EarlyLoad.find(code) : Array(repeating: [], count: code.lines.count)
  }
}
