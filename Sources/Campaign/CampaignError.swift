/// Why a campaign cannot be started, read or continued; for people.
public struct CampaignError: Error, Sendable, CustomStringConvertible {
  public var description: String
  /// The folder or an argument is wrong, not the campaign's work.
  public var isUsage: Bool

  public init(_ description: String, isUsage: Bool = false) {
    self.description = description
    self.isUsage = isUsage
  }
}
