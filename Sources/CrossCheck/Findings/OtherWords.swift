import Contract
import LiveKernel
import Scenario

/// What wakes a waiter that should be awake and still sleeps: a wake by any other word.
///
/// The scenario is run again up to the divergence, and then each other word is woken: those that the scenario names, and
/// the waiter's offset in each page of each window, in each process, shared and private. A word that finds the waiter
/// tells under which key it was queued.
public enum OtherWords {
  /// Runs of the scenario at most; each tries as many words as there is room for.
  private static let mostRuns = 24

  /// For the finding: what was tried and what came of it. Empty when no waiter is missing.
  public static func notes(
    _ scenario: Scenario, _ report: RunReport, at position: Int, waiters kind: WaiterKind,
    kernel: any KernelUnderTest, judge: Judge
  ) -> [String] {
    let missing = judge.missingWaiters(scenario, report, at: position, waiters: kind)
    guard !missing.isEmpty, !scenario.hasRace else { return [] }
    let start = Array(scenario.elements[...position])
    let words = wakes(scenario, missing, at: position)
    let room = Limits.operations - start.count
    guard room > 0, !words.isEmpty else { return ["no room in the scenario to try other words"] }
    var tried = 0
    var finders: [String] = []
    var didComeAgain = false
    for run in 0..<mostRuns where tried < words.count {
      let batch = words[tried..<min(tried + room, words.count)]
      let probe = Scenario(start + batch.map { .operation($0) }, names: scenario.names)
      guard probe.problems().isEmpty else { return [] }
      if run == 0 { kernel.renew() }
      let observations = kernel.run(probe, waiters: kind).observations
      tried += batch.count
      guard observations.count > position,
        !observations[...position].contains(where: { !Set($0.woken).isDisjoint(with: missing) })
      else { continue }
      didComeAgain = true
      for (wake, observation) in zip(batch, observations[(position + 1)...]) {
        for waiter in observation.woken where missing.contains(waiter) {
          finders.append("\(scenario.names[waiter]) is woken by: \(Wording.text(wake, scenario.names))")
        }
      }
    }
    kernel.renew()
    let sleepers = missing.map { scenario.names[$0] }.joined(separator: ", ")
    guard didComeAgain else { return ["other words were not tried: \(sleepers) was awake when it was run again"] }
    return finders.isEmpty ? ["\(sleepers) still sleeps: a wake by none of \(tried) other words finds it"] : finders
  }

  /// Wakes of each other word, in a fixed order.
  static func wakes(_ scenario: Scenario, _ missing: [WaiterID], at position: Int) -> [Operation] {
    let operations = scenario.operations
    var population = Population()
    for operation in operations[...position] { population.perform(operation) }
    var addresses: [Address] = []
    func add(_ address: Address) {
      if address.offset % 4 == 0, address.slot != nil, !addresses.contains(address) { addresses.append(address) }
    }
    for operation in operations[...position] { Named.addresses(of: operation.action).forEach(add) }
    let offsets = missing.flatMap { waiter in
      operations.flatMap { Named.waits(of: $0.action, for: waiter) }.map { $0.offset % Limits.pageBytes }
    }
    for slot in 0..<UInt8(population.slotCount) {
      for page in 0..<UInt32(Limits.pages) {
        for offset in offsets { add(Address(SlotID(slot), page * Limits.pageBytes + offset)) }
      }
    }
    return population.processes.flatMap { actor in
      addresses.flatMap { address in
        [FutexMode.shared, .private].map { mode in
          Operation(actor, .wake(address, count: .max, bitset: .max, mode))
        }
      }
    }.filter { $0.actor != operations[position].actor || !isSame($0.action, operations[position].action) }
  }

  private static func isSame(_ probe: Action, _ action: Action) -> Bool {
    guard case .wake(let left, _, _, let mode) = probe, case .wake(let right, _, _, let other) = action else {
      return false
    }
    return left == right && mode.isPrivate == other.isPrivate
  }

  /// The addresses in an operation.
  private enum Named {
    static func addresses(of action: Action) -> [Address] {
      switch action {
      case .store(let address, _), .load(let address), .wait(_, let address, _, _, _, _), .wake(let address, _, _, _),
        .lockPI(let address, _), .tryLockPI(let address, _), .unlockPI(let address, _), .robust(let address),
        .clearTID(let address):
        [address]
      case .requeue(let from, let to, _, _, _), .compareRequeue(let from, let to, _, _, _, _),
        .wakeOp(let from, let to, _, _, _, _):
        [from, to]
      case .waitv(_, let words, _): words.map(\.address)
      case .keys(let words, _): words.map(\.address)
      default: []
      }
    }

    static func waits(of action: Action, for waiter: WaiterID) -> [Address] {
      switch action {
      case .wait(waiter, let address, _, _, _, _): [address]
      case .waitv(waiter, let words, _): words.map(\.address)
      default: []
      }
    }
  }
}
