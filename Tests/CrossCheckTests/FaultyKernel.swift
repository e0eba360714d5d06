import Contract
import CrossCheck
import LiveKernel
import Scenario

/// A kernel for tests of the judge: it does what the Contract promises, but for one planted fault.
///
/// It proves nothing about the Contract; it proves that the judge sees a kernel that goes wrong.
final class FaultyKernel: KernelUnderTest {
  enum Fault {
    case none
    /// Each wake that wakes somebody says one fewer, and wakes nobody.
    case losesWakes
    /// A truncated page still has a key.
    case forgetsTheEnd
    /// Ends the newest waiter unasked, at the next operation.
    case wakesUnasked
    /// Stops before the operation with this index.
    case hangsAt(Int, rule: String)
    case stopsAt(Int)
    case skips(String)
  }
  let answerer = "live-9.9"
  let fault: Fault
  private(set) var runs = 0
  private(set) var renewals = 0
  /// The fault shows in every n-th run only.
  let everyNth: Int

  init(_ fault: Fault, everyNth: Int = 1) {
    self.fault = fault
    self.everyNth = everyNth
  }

  func renew() { renewals += 1 }

  func run(_ scenario: Scenario, waiters: WaiterKind) -> RunReport {
    runs += 1
    let shows = runs % everyNth == 0
    if case .skips(let reason) = fault { return RunReport(observations: [], end: .skipped(reason)) }
    var contract = Contract(release: KernelRelease(6, 18))
    var observations: [Observation] = []
    var sleeping: [WaiterID] = []
    for (index, operation) in scenario.operations.enumerated() {
      switch fault {
      case .hangsAt(index, let rule) where shows:
        return RunReport(observations: observations, end: .hung(.init(rule: rule, description: "no progress")))
      case .stopsAt(index) where shows: return RunReport(observations: observations, end: .completed)
      default: break
      }
      guard var observation = contract.step(operation).only else {
        return RunReport(observations: [], end: .skipped("more than one way is promised"))
      }
      if case .wait(let waiter, _, _, _, _, _) = operation.action, observation.result == .waiting {
        sleeping.append(waiter)
      }
      sleeping.removeAll { waiter in observation.ended.contains { $0.waiter == waiter } }
      if shows {
        switch fault {
        case .losesWakes where operation.kind == .wake && !observation.woken.isEmpty:
          observation = Observation(.value(0))
        case .forgetsTheEnd where operation.kind == .wake && observation.result == .error(.EFAULT):
          observation = Observation(.value(0))
        case .wakesUnasked where operation.kind == .load:
          if let waiter = sleeping.popLast() { observation.ended.append(EndedWaiter(waiter, .woken)) }
        default: break
        }
      }
      observations.append(observation)
    }
    return RunReport(observations: observations, end: .completed)
  }
}
