import Scenario

/// Moves words together: what is the same word, or the same page, in several operations stays the same.
struct PlaceReducer: Reducer {
  let name = "places"
  func reduce(_ bench: inout Workbench) {
    let page = Limits.pageBytes
    if bench.attempt(Self.onePage(Self.moved(bench.best) { _ in 0 })) { return }
    if bench.attempt(Self.onePage(Self.moved(bench.best) { $0 % page })) { return }
    // All mappings of a file from its first page on.
    bench.attempt(Self.fromTheStart(bench.best))
    for number in Self.offsets(bench.best).map({ $0 / page }).filter({ $0 > 0 }).distinct {
      let best = bench.best
      _ = bench.attemptFirst(
        [0, page].map { target in Self.moved(best) { $0 / page == number ? target + $0 % page : $0 } })
    }
    for place in Self.offsets(bench.best).map({ $0 % page }).filter({ $0 > 0 }).distinct {
      let best = bench.best
      _ = bench.attemptFirst(
        [0, place & 3, 4].map { target in Self.moved(best) { $0 % page == place ? $0 - place + target : $0 } })
    }
  }

  private static func offsets(_ scenario: Scenario) -> [UInt32] {
    var visitor = OffsetMover { $0 }
    _ = visitor.moved(scenario)
    return visitor.offsets.sorted(by: >)
  }
  private static func moved(_ scenario: Scenario, _ move: @escaping (UInt32) -> UInt32) -> Scenario {
    var visitor = OffsetMover(move)
    return visitor.moved(scenario)
  }

  /// Every mapping of one page, every file made with one.
  private static func onePage(_ scenario: Scenario) -> Scenario {
    scenario.mapOperations { operation in
      var operation = operation
      switch operation.action {
      case .file(let file, let kind, _): operation.action = .file(file, kind, pages: 1)
      case .map(let slot, .anonymous, let sharing, let protection, let options):
        operation.action = .map(slot, .anonymous(pages: 1), sharing, protection, options)
      case .map(let slot, .file(let file, _), let sharing, let protection, let options):
        operation.action = .map(slot, .file(file, PageRange(0, 0)), sharing, protection, options)
      default: break
      }
      return operation
    }
  }

  private static func fromTheStart(_ scenario: Scenario) -> Scenario {
    var first: [FileID: UInt8] = [:]
    for operation in scenario.operations {
      if case .map(_, .file(let file, let pages), _, _, _) = operation.action {
        first[file] = min(first[file] ?? pages.first, pages.first)
      }
    }
    return scenario.mapOperations { operation in
      var operation = operation
      if case .map(let slot, .file(let file, let pages), let sharing, let protection, let options) = operation.action {
        let skip = first[file] ?? 0
        operation.action = .map(
          slot, .file(file, PageRange(pages.first - skip, pages.last - skip)), sharing, protection, options)
      }
      return operation
    }
  }
}

/// Changes the offset of every word in a window.
private struct OffsetMover: OperandVisitor {
  let move: (UInt32) -> UInt32
  private(set) var offsets: [UInt32] = []
  init(_ move: @escaping (UInt32) -> UInt32) { self.move = move }

  mutating func moved(_ scenario: Scenario) -> Scenario {
    var scenario = scenario
    for place in scenario.locatedOperations {
      var operation = place.operation
      operation.action.visitOperands(&self)
      scenario[place.position] = operation
    }
    return scenario
  }
  mutating func address(_ address: inout Address, _ use: AddressUse) { change(&address) }
  private mutating func change(_ address: inout Address) {
    guard address.slot != nil else { return }
    offsets.append(address.offset)
    address.offset = move(address.offset)
  }
  mutating func waitWords(_ words: inout [WaitWord]) { for index in words.indices { change(&words[index].address) } }
  mutating func keyWords(_ words: inout [ActorAddress]) { for index in words.indices { change(&words[index].address) } }
}

extension Array where Element: Hashable {
  /// Each once, in the order of the first.
  fileprivate var distinct: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
