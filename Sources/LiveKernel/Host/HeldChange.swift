/// A change that stands in a journal: the handle to undo it before the run ends.
public struct HeldChange: Equatable, Sendable {
  let sequence: Int
}
