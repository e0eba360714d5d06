import CrossCheck
import FoundationEssentials
import Glibc
import Scenario
import SystemPackage

/// The files of one reduction: the scenario reached so far, and beside it the state from which a later run goes on.
/// Each is replaced as a whole; at any time there is a complete one.
public struct ReductionFile: Sendable {
  public let scenario: FilePath
  public let state: FilePath

  public struct Failure: Error, Sendable, CustomStringConvertible {
    public var description: String
  }

  /// The state is kept under the scenario's name with `.state.json` added.
  public init(scenario: FilePath) {
    self.scenario = scenario
    state = FilePath(scenario.string + ".state.json")
  }

  public func write(_ reduction: Reduction) throws(Failure) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      let json = try encoder.encode(reduction.record)
      try Self.replace(scenario, Array(reduction.text.utf8))
      try Self.replace(state, [UInt8](json) + [UInt8(ascii: "\n")])
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(description: "cannot write the state of the reduction: \(error)")
    }
  }

  /// What an earlier run left of reducing this scenario; `nil` if nothing did.
  /// - Throws: when there is a state that cannot be read, or that is another scenario's.
  public func read(reducing original: Scenario) throws(Failure) -> ReductionRecord? {
    guard access(state.string, F_OK) == 0 else { return nil }
    let record: ReductionRecord
    do {
      record = try JSONDecoder().decode(
        ReductionRecord.self, from: Data(contentsOf: URL(fileURLWithPath: state.string)))
    } catch {
      throw Failure(description: "\(state): not the state of a reduction: \(error)")
    }
    guard record.isOf(original) else {
      throw Failure(description: "\(state): the state of reducing another scenario; remove it, or choose --output")
    }
    return record
  }

  private static func replace(_ path: FilePath, _ bytes: [UInt8]) throws(Failure) {
    do throws(Errno) { try DurableFile.replace(path, with: [bytes]) } catch {
      throw Failure(description: "cannot write \(path): \(error)")
    }
  }
}
