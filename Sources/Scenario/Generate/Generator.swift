/// Makes valid scenarios of chance in which something happens: waiters that are woken, words that several mappings
/// and processes share. The same generator state gives the same scenario.
public struct Generator: Sendable {
  public let profile: Profile
  public let weights: Weights
  /// Operations besides those that set the scene.
  public var length = 6...34
  /// Each scenario has a race that a live kernel can run: the lanes make only calls that an agent makes in one step.
  public var makesLiveRaces = false

  private let kinds: [Int]
  private let kindTotal: Int
  private let files: [Int]
  private let fileTotal: Int

  public init(_ profile: Profile, weights: Weights = Weights()) {
    self.profile = profile
    self.weights = weights
    kinds = OperationKind.allCases.map { profile.allows($0) ? weights[$0] : 0 }
    kindTotal = kinds.reduce(0, +)
    files = FileKind.allCases.map { profile.allows($0) ? weights[$0] : 0 }
    fileTotal = files.reduce(0, +)
  }

  public func generate<Random: RandomNumberGenerator>(using random: inout Random) -> Scenario {
    var draft = Draft(random: random, profile: profile, chances: weights.chances)
    setScene(&draft)
    var left = draft.random.number(length)
    var raceAt = hasRace(&draft.random) ? draft.random.below(left) : -1
    // Not every draw can be carried out; the bound is there for the weights that leave nothing.
    for _ in 0..<4 * left where left > 0 && draft.hasRoom {
      if left <= raceAt {
        raceAt = -1
        race(&draft)
        continue
      }
      if let operation = draft.operation(drawKind(&draft.random), drawFile: drawFileKind) {
        draft.append(operation)
        left -= 1
      }
    }
    if draft.hasRoom, profile.allows(.keys), weights[.keys] > 0, draft.random.percent(weights.chances.finalKeys),
      let keys = draft.keys()
    {
      draft.append(keys)
    }
    random = draft.random
    return Scenario(draft.elements)
  }

  private func hasRace(_ random: inout some RandomNumberGenerator) -> Bool {
    makesLiveRaces || (profile.hasRaces && random.percent(weights.chances.race))
  }

  /// An operation that is valid behind the scenario so far.
  func operation<Random: RandomNumberGenerator>(_ draft: inout Draft<Random>) -> Operation? {
    for _ in 0..<8 {
      if let operation = draft.operation(drawKind(&draft.random), drawFile: drawFileKind) { return operation }
    }
    return nil
  }

  private func drawKind<Random: RandomNumberGenerator>(_ random: inout Random) -> OperationKind {
    OperationKind(rawValue: UInt8(random.index(of: kinds, total: kindTotal))) ?? .load
  }
  private func drawFileKind<Random: RandomNumberGenerator>(_ random: inout Random) -> FileKind {
    FileKind(rawValue: UInt8(random.index(of: files, total: fileTotal))) ?? .memfd
  }

  /// Processes, a file or two, and mappings that share some of it.
  private func setScene<Random: RandomNumberGenerator>(_ draft: inout Draft<Random>) {
    let processes = [1, 2, 2, 2, 3][draft.random.below(5)]
    for _ in 0..<processes { draft.append(draft.newProcess()) }
    for _ in 0..<draft.random.number(1...2) { draft.append(draft.newFile(drawFileKind(&draft.random))) }
    for index in 0..<UInt8(processes) {
      let count = processes == 1 ? 2 : 1
      for _ in 0..<count {
        if let map = draft.map(ActorID(index), ofFile: FileID(0), sharing: .shared) { draft.append(map) }
      }
      if draft.random.percent(35), let map = draft.map(ActorID(index)) { draft.append(map) }
    }
    draft.chooseFavourites()
  }

  /// A race of the actors that are alive: few operations a lane, most of them on the same words.
  private func race<Random: RandomNumberGenerator>(_ draft: inout Draft<Random>) {
    var actors = draft.population.acting
    guard actors.count >= 2 else { return }
    while actors.count > Limits.lanes || (actors.count > 2 && draft.random.percent(60)) {
      actors.remove(at: draft.random.below(actors.count))
    }
    draft.beginRace(actors)
    for actor in actors {
      draft.beginLane(actor)
      for _ in 0..<draft.random.number(1...3) where draft.hasRoom {
        guard let operation = operation(&draft) else { continue }
        if !makesLiveRaces || operation.action.runsInLiveLane { draft.append(operation) }
      }
    }
    draft.endRace()
  }
}

extension Action {
  /// Whether it can stand in a lane of a race on a live kernel, mostly.
  fileprivate var runsInLiveLane: Bool {
    switch self {
    case .wait(_, _, value: _, bitset: _, let timeout, _): !timeout.endsByItself
    case .dropCaches(let file): file != nil
    case .wake, .requeue, .compareRequeue, .wakeOp, .truncate, .grow, .punch, .close, .unlink, .rename, .reopen, .map,
      .unmap, .remap, .protect, .remove, .dontneed, .pageout, .swapin, .collapse, .split, .store, .load, .fork, .exit,
      .cancel:
      true
    default: false
    }
  }
}
