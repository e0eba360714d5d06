import Foundation

/// Divides the workers' time among the kinds: each gets an equal share at least, and those that find new things get
/// more, up to four times as much. What was found counts half after each ten shifts of its kind.
public struct YieldScheduler: Sendable {
  private struct Account: Sendable {
    /// Time given, by the weight it had then: the kind with the least is next.
    var served = 0.0
    var seconds = 0.0
    var found = 0.0
  }
  private var accounts: [Account]
  public let kinds: [WorkerKind]
  private static let decay = exp2(-0.1)
  /// How many new inputs weigh as much as one new finding.
  private static let inputsPerFinding = 50.0

  public init(_ kinds: [WorkerKind]) {
    self.kinds = kinds
    accounts = Array(repeating: Account(), count: kinds.count)
  }

  private func yield(_ account: Account) -> Double {
    account.seconds > 0 ? account.found / account.seconds : 0
  }

  /// 1 to 4.
  public func weight(of index: Int) -> Double {
    let best = accounts.map(yield).max() ?? 0
    return best > 0 ? 1 + 3 * yield(accounts[index]) / best : 1
  }

  /// The kind whose turn it is; it is charged for the time that it is going to get.
  public mutating func next(seconds: Double) -> Int? {
    guard let index = accounts.indices.min(by: { accounts[$0].served < accounts[$1].served }) else { return nil }
    accounts[index].served += seconds / weight(of: index)
    return index
  }

  /// What a shift came to.
  public mutating func record(_ kind: String, seconds: Double, findings: Int, inputs: Int) {
    guard let index = kinds.firstIndex(where: { $0.name == kind }) else { return }
    accounts[index].seconds = accounts[index].seconds * Self.decay + seconds
    accounts[index].found =
      accounts[index].found * Self.decay + Double(findings) + Double(inputs) / Self.inputsPerFinding
  }
}
