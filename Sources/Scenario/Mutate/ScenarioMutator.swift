/// Makes valid scenarios from others, without stated results.
public struct ScenarioMutator: Sendable {
  /// The ways, by name, and how often each is taken.
  private let ways: [(name: String, weight: Int, mutator: any Mutator)]
  private let weights: [Int]
  private let total: Int

  /// New operations are drawn from the generator's profile.
  public init(_ generator: Generator) {
    ways = [
      ("insert", 25, InsertMutator(generator: generator)), ("delete", 15, DeleteMutator()),
      ("duplicate", 8, DuplicateMutator()), ("swap", 10, SwapMutator()), ("splice", 6, SpliceMutator()),
      ("argument", 25, ArgumentMutator()), ("alias", 12, AliasMutator()), ("retarget", 8, RetargetMutator()),
      ("race", generator.profile.hasRaces ? 5 : 0, RaceMutator()),
    ]
    weights = ways.map(\.weight)
    total = weights.reduce(0, +)
  }

  public var names: [String] { ways.map(\.name) }

  /// A scenario near this one. It is the same only if nothing can be changed.
  public func mutate<Random: RandomNumberGenerator>(_ scenario: Scenario, using random: inout Random) -> Scenario {
    let plain = scenario.withoutStated()
    var mutant = plain
    for _ in 0..<(random.percent(70) ? 1 : random.number(2...4)) {
      mutant = mutateOnce(mutant, using: &random)
    }
    return mutant
  }

  private func mutateOnce<Random: RandomNumberGenerator>(
    _ scenario: Scenario, using random: inout Random
  ) -> Scenario {
    for _ in 0..<8 {
      let way = ways[random.index(of: weights, total: total)]
      if let mutant = way.mutator.mutate(scenario, using: &random)?.repaired(), mutant != scenario { return mutant }
    }
    return scenario
  }

  /// What one way makes of a scenario; `nil` if it does not apply. For tests and statistics.
  public func mutate<Random: RandomNumberGenerator>(
    _ scenario: Scenario, by name: String, using random: inout Random
  ) -> Scenario? {
    ways.first { $0.name == name }?.mutator.mutate(scenario.withoutStated(), using: &random)?.repaired()
  }

  /// A scenario that starts as the first and goes on as the second, which keeps its numbers for actors, files and
  /// slots: it goes on with what the first has made.
  public static func crossover<Random: RandomNumberGenerator>(
    _ first: Scenario, _ second: Scenario, using random: inout Random
  ) -> Scenario {
    let head = first.elements[..<random.number(0...first.elements.count)]
    let tail = second.elements[random.number(0...second.elements.count)...]
    return Scenario(Array(head) + Array(tail), names: first.names).withoutStated().repaired()
  }
}
