/// What is worth telling while a campaign works.
public enum CampaignEvent: Sendable {
  case note(String)
  /// A new signature; it is durable.
  case found(FindingRow)
  /// A step of triage ended.
  case triaged(signature: String, text: String)
  /// A worker did not end as it should.
  case trouble(String)
}
