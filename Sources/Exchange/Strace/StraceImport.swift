import Scenario

/// A scenario made of what a real program did, by its strace log, and what could not be taken over.
///
/// Kept are the words that futex calls name, the mappings that hold them, who shares them, and the calls in their
/// order. A word's value is what the calls say of it: where a wait slept, the value that it expected is stored before.
/// Pages that hold no word are left out.
public struct StraceImport: Sendable {
  public private(set) var scenario = Scenario()
  /// Calls that have no place in the scenario, with line and reason.
  public private(set) var notUnderstood: [String] = []
  /// Futex calls that did not fit into the bounds of a scenario.
  public private(set) var leftOut = 0
  /// Futex calls that are in it.
  public private(set) var taken = 0

  public init(_ log: String) {
    let walk = StraceWalk(StraceLog(log))
    var writer = StraceWriter(walk)
    for deed in walk.deeds { writer.take(deed) }
    var made = Scenario(writer.elements.map { .operation($0) })
    // Ends after the last call on a word tell nothing.
    while case .operation(let last)? = made.elements.last, !Self.isFutex(last.kind) {
      made.elements.removeLast()
    }
    scenario = made.repaired()
    notUnderstood = walk.notUnderstood + walk.partialChanges + writer.notUnderstood
    leftOut = writer.leftOut
    taken = writer.taken
  }

  private static func isFutex(_ kind: OperationKind) -> Bool {
    switch kind {
    case .wait, .wake, .requeue, .compareRequeue: true
    default: false
    }
  }
}
