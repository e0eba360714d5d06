/// Why an operation that runs with nobody beside it does not come to its end.
struct AloneProblem {
  var text: String
  /// The rule that this breaks.
  var kind: ViolationKind

  init(text: String, kind: ViolationKind) {
    self.text = text
    self.kind = kind
  }
  /// - Parameter violation: what the step broke; `nil` if it blocks.
  init(_ violation: ViolationKind?) {
    self.init(text: violation?.text ?? "it blocks", kind: violation ?? .deadlock)
  }
}
