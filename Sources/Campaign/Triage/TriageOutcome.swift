import CrossCheck

/// What one step of triage came to.
struct TriageOutcome: Sendable {
  var state: FindingState
  var text: String
  var next: TriageStep?
  var kernel = ""
  var reproductions: [Finding.Reproduction] = []
  var knownIssue: String?
  var minimal: String?
  var program: String?
  var explained: String?
}
