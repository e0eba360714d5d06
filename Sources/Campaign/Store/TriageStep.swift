/// What triage does with a finding next.
public enum TriageStep: String, Codable, Sendable, CaseIterable {
  case reproduce
  case minimise
  case export
}
