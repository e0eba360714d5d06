/// Which neighbouring lines can be exchanged without anybody noticing, by the text alone.
///
/// A line that only computes with the program's own variables goes with the step before it, so where it stands among
/// steps is not seen. Everything here errs towards *not*: what it calls exchangeable is so in every program and state.
extension Program {
  /// The line and the next do the same in the other order.
  func isExchangeable(_ line: Int) -> Bool {
    guard line + 1 < lines.count else { return false }
    let first = lines[line].statement
    let second = lines[line + 1].statement
    if let one = first.computation { return isExchangeable(one, with: second) }
    if let other = second.computation { return isExchangeable(other, with: first) }
    // Two tests of own variables that leave to the same place.
    switch (first, second) {
    case (.branch(let one, let target), .branch(let other, let same)):
      return target == same && !one.touchesShared && !other.touchesShared
    case (.branchReturn(let one, let values), .branchReturn(let other, let same)):
      return values == same && !one.touchesShared && !other.touchesShared
    case (.assign(let left, let value), .assign(let right, let other)):
      // Two reads are in general seen in their order; of them at most one may look at memory.
      guard left.isRegister, right.isRegister, value.isReading, other.isReading else { return false }
      guard !value.touchesShared || !other.touchesShared else { return false }
      return left.cells.isDisjoint(with: other.cells.union(right.cells)) && right.cells.isDisjoint(with: value.cells)
    default: return false
    }
  }

  private func isExchangeable(_ own: Statement.Computation, with other: Statement) -> Bool {
    switch other {
    case .goto, .return: return false
    case .branch(let condition, let target):
      guard let place = lines.firstIndex(where: { $0.labels.contains(target) }) else { return false }
      return condition.cells.isDisjoint(with: own.sets) && liveCells[place].isDisjoint(with: own.sets)
    case .branchReturn(let condition, let values):
      let read = values.reduce(into: condition.cells) { $0.formUnion($1.cells) }.union(resultCells)
      return read.isDisjoint(with: own.sets)
    default: break
    }
    return other.reads.union(other.sets).isDisjoint(with: own.sets) && other.sets.isDisjoint(with: own.reads)
  }

  private var resultCells: Set<String> { results.reduce(into: []) { $0.formUnion(Expression.variable($1).cells) } }

  /// Variables that somebody may still read, before each line and behind the last. A variable that is passed on stays
  /// live: too many are better than too few.
  private var liveCells: [Set<String>] {
    var live = [Set<String>](repeating: [], count: lines.count + 1)
    live[lines.count] = resultCells
    var places: [String: Int] = [:]
    for (index, line) in lines.enumerated() { for label in line.labels { places[label] = index } }
    var changed = true
    while changed {
      changed = false
      for index in lines.indices.reversed() {
        let statement = lines[index].statement
        var now: Set<String>
        switch statement {
        case .goto(let target): now = live[places[target] ?? lines.count]
        case .return: now = resultCells
        case .branch(_, let target): now = live[index + 1].union(live[places[target] ?? lines.count])
        case .branchReturn: now = live[index + 1].union(resultCells)
        case .assign(let target, _) where target.isRegister: now = live[index + 1].subtracting(target.cells)
        default: now = live[index + 1]
        }
        now.formUnion(statement.reads)
        guard now != live[index] else { continue }
        live[index] = now
        changed = true
      }
    }
    return live
  }
}

extension Expression {
  /// Its variables, a key as its three parts.
  fileprivate var cells: Set<String> {
    switch self {
    case .number, .currentMM, .global: []
    case .variable(let name): [name, "\(name).0", "\(name).1", "\(name).2"]
    case .member(let name, let member): ["\(name).\(member.rawValue)"]
    case .field(let base, _, let index): base.cells.union(index?.cells ?? [])
    case .not(let inner), .place(let inner): inner.cells
    case .binary(_, let left, let right): left.cells.union(right.cells)
    case .call(_, let arguments): arguments.reduce(into: []) { $0.formUnion($1.cells) }
    }
  }
}

extension Statement {
  /// An assignment of own variables that nobody else can notice, and that cannot go wrong.
  fileprivate struct Computation {
    var sets: Set<String>
    var reads: Set<String>
  }
  fileprivate var computation: Computation? {
    guard case .assign(let target, let value) = self, target.isRegister, value.isReading, !value.touchesShared,
      !value.mayFail
    else { return nil }
    return Computation(sets: target.cells, reads: value.cells)
  }

  /// Variables that it reads.
  fileprivate var reads: Set<String> {
    switch self {
    case .assign(let target, let value): (target.isRegister ? [] : target.cells).union(value.cells)
    case .invoke(_, _, let arguments): arguments.reduce(into: []) { $0.formUnion($1.cells) }
    case .perform(let expression): expression.cells
    case .branch(let condition, _): condition.cells
    case .branchReturn(let condition, let values): values.reduce(into: condition.cells) { $0.formUnion($1.cells) }
    case .goto: []
    case .return(let values): values.reduce(into: []) { $0.formUnion($1.cells) }
    case .together(let statements): statements.reduce(into: []) { $0.formUnion($1.reads) }
    }
  }
  /// Variables that it sets.
  fileprivate var sets: Set<String> {
    switch self {
    case .assign(let target, _): target.isRegister ? target.cells : []
    case .invoke(let targets, _, _): targets.reduce(into: []) { $0.formUnion($1.cells) }
    case .together(let statements): statements.reduce(into: []) { $0.formUnion($1.sets) }
    case .perform, .branch, .branchReturn, .goto, .return: []
    }
  }
}

extension Expression {
  /// Local primitives that refuse some operands.
  fileprivate var mayFail: Bool {
    switch self {
    case .call(let name, let arguments): name == "vma_mm" || name == "compound_nr" || arguments.contains { $0.mayFail }
    case .not(let inner): inner.mayFail
    case .binary(_, let left, let right): left.mayFail || right.mayFail
    default: false
    }
  }
}
