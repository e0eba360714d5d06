import Scenario

/// The order of "simpler", defined here and nowhere else. A candidate is taken only if it is smaller than the best so
/// far, so a reduction ends.
///
/// Compared in this order: operations; lanes of races; actors; files; slots; stated results; kinds and operands (see
/// ``OperandWeight``); pairs of operations that are not in the order processes, files, forks, mappings, all others;
/// changes from one actor to another between neighbours; and last the byte form, its length first. Two scenarios are
/// equal in this order only if they are the same.
public struct Complexity: Comparable, Hashable, Sendable {
  public let operations: Int
  public let lanes: Int
  public let actors: Int
  public let files: Int
  public let slots: Int
  public let stated: Int
  public let operands: Int
  public let disorder: Int
  public let switches: Int
  private let bytes: [UInt8]

  public init(_ scenario: Scenario) {
    let all = scenario.operations
    operations = all.count
    lanes = scenario.elements.reduce(0) { sum, element in
      if case .race(let lanes) = element { sum + lanes.count } else { sum }
    }
    var population = Population()
    for element in scenario.elements { population.perform(element) }
    actors = population.actorCount
    files = population.fileCount
    slots = population.slotCount
    stated = all.count { $0.stated != nil }
    operands = all.reduce(0) { $0 + OperandWeight.of($1) }
    let ranks = all.map(Self.rank)
    disorder = ranks.indices.reduce(0) { sum, late in sum + ranks[..<late].count { $0 > ranks[late] } }
    let acting = all.compactMap(\.actor)
    switches = zip(acting, acting.dropFirst()).count { $0 != $1 }
    bytes = ScenarioEncoder.encode(scenario)
  }

  /// Where an operation likes to stand.
  static func rank(_ operation: Operation) -> Int {
    switch operation.kind {
    case .process: 0
    case .file: 1
    case .fork, .thread: 2
    case .map: 3
    default: 4
    }
  }

  private var parts: [Int] {
    [operations, lanes, actors, files, slots, stated, operands, disorder, switches, bytes.count]
  }

  public static func < (left: Self, right: Self) -> Bool {
    let (leftParts, rightParts) = (left.parts, right.parts)
    if leftParts != rightParts { return leftParts.lexicographicallyPrecedes(rightParts) }
    return left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}
