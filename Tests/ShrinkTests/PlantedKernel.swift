import Contract
import CrossCheck
import LiveKernel
import Scenario

/// A kernel that does what the Contract promises, but for one planted fault: for tests of what a reduction makes of it.
final class PlantedKernel: KernelUnderTest {
  let answerer = "live-9.9"
  let fault: PlantedFault
  /// The fault shows in every n-th run only.
  let everyNth: Int
  private(set) var runs = 0

  init(_ fault: PlantedFault, everyNth: Int = 1) {
    self.fault = fault
    self.everyNth = everyNth
  }
  func renew() {}

  func run(_ scenario: Scenario, waiters: WaiterKind) -> RunReport {
    runs += 1
    let shows = runs % everyNth == 0
    var contract = Contract(release: KernelRelease(6, 18))
    var observations: [Observation] = []
    var past = PlantedPast()
    for operation in scenario.operations {
      // Where the kernel has a choice it takes the first way.
      guard let way = contract.promise(for: operation).ways.first else {
        return RunReport(observations: [], end: .skipped("nothing is promised"))
      }
      var result = OperationResult.value(0)
      if case .exactly(let exact) = way.result { result = exact }
      let promised = Observation(result, ended: way.ended)
      _ = try? contract.step(operation, observed: promised)
      if shows, fault.hangs(operation, promised, past) {
        return RunReport(observations: observations, end: .hung(.init(rule: "kernel-loop", description: "no progress")))
      }
      observations.append(shows ? fault.distort(operation, promised, past) ?? promised : promised)
      past.note(operation, promised)
    }
    return RunReport(observations: observations, end: .completed)
  }
}

/// What has happened in a run so far, as far as faults depend on it.
struct PlantedPast {
  struct Sleeper {
    var waiter: WaiterID
    var process: ActorID
    var address: Address
    var words: [Address]
    var bitset: UInt32
    var isPrivate: Bool
  }
  var population = Population()
  var done: [Operation] = []
  var sleepers: [Sleeper] = []
  var parents: [ActorID: ActorID] = [:]

  mutating func note(_ operation: Operation, _ observed: Observation) {
    population.perform(operation)
    let actor = operation.actor ?? ActorID(0)
    if case .value = observed.result { done.append(operation) }
    if case .fork(let child) = operation.action { parents[child] = population.process(of: actor) }
    if observed.result == .waiting {
      switch operation.action {
      case .wait(let waiter, let address, _, let bitset, _, let mode):
        sleepers.append(
          Sleeper(
            waiter: waiter, process: population.process(of: actor), address: address, words: [address], bitset: bitset,
            isPrivate: mode.isPrivate))
      case .waitv(let waiter, let words, _):
        sleepers.append(
          Sleeper(
            waiter: waiter, process: population.process(of: actor), address: words[0].address,
            words: words.map(\.address), bitset: .max, isPrivate: words[0].mode.isPrivate))
      default: break
      }
    }
    sleepers.removeAll { sleeper in observed.ended.contains { $0.waiter == sleeper.waiter } }
  }

  func did(_ kind: OperationKind) -> Bool { done.contains { $0.kind == kind } }
  func process(_ operation: Operation) -> ActorID { population.process(of: operation.actor ?? ActorID(0)) }
  func sleeper(_ waiter: WaiterID) -> Sleeper? { sleepers.first { $0.waiter == waiter } }
  /// The value that was last stored there.
  func stored(at address: Address) -> UInt32? {
    for operation in done.reversed() {
      if case .store(address, let value) = operation.action { return value }
    }
    return nil
  }
}
