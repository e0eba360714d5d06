import Explorer
import Machine
import Scenario

/// Keeps what races show on the simulated kernel: a signature is written when it is new, and counted from then on.
public struct MachineFindings {
  private let machine: MachineUnderTest
  private let store: FindingStore
  private let program: String?
  private let origin: String
  /// The signature of a race as it was found to that of what is left of it.
  private var smallest: [String: String] = [:]
  /// Occurrences that are not on disk yet.
  private var uncounted: [String: Int] = [:]
  /// Signatures in the order in which they were found.
  public private(set) var signatures: [String] = []

  /// - Parameter program: the file of the user's programs, if the version needs one.
  public init(on machine: MachineUnderTest, store: FindingStore, program: String?, origin: String) {
    self.machine = machine
    self.store = store
    self.program = program
    self.origin = origin
  }

  /// Keeps all that a scenario shows.
  /// - Parameter complete: fills in seed, number and time.
  /// - Returns: those findings that are new, durable by then.
  /// - Throws: ``FindingStore/Failure`` when one cannot be written, ``ProgramError`` as `explore` does.
  public mutating func admit(
    _ scenario: Scenario, _ result: ScenarioExploration, file: String, complete: (inout Finding) -> Void
  ) throws -> [Finding] {
    var fresh: [Finding] = []
    var seen: Set<String> = []
    for breach in MachineBreach.all(scenario, result) {
      let whole = breach.divergence.signature(of: machine.answerer)
      if let known = smallest[whole] {
        if seen.insert(known).inserted { uncounted[known, default: 0] += 1 }
        continue
      }
      let small = try machine.withFewestCalls(scenario, breach, result, file: file)
      var finding = MachineFinding.finding(
        small.scenario, small.breach, small.result, on: machine, program: program, origin: origin)
      complete(&finding)
      smallest[whole] = finding.signature
      guard seen.insert(finding.signature).inserted else { continue }
      if signatures.contains(finding.signature) {
        uncounted[finding.signature, default: 0] += 1
        continue
      }
      do throws(FindingStore.Failure) { _ = try store.record(finding) } catch {
        throw FindingStore.Failure(description: error.withFinding(finding))
      }
      signatures.append(finding.signature)
      fresh.append(finding)
    }
    return fresh
  }

  /// Writes down how often each was seen.
  public mutating func finish() throws(FindingStore.Failure) {
    for signature in signatures {
      guard let more = uncounted.removeValue(forKey: signature) else { continue }
      try store.update(signature) { $0.occurrences += more }
    }
  }
}
