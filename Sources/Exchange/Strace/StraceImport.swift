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

  /// Which words it has, where not all of them fit.
  public private(set) var selection: String?

  /// - Parameters:
  ///   - processes: only their futex calls, and those of their threads; empty for all.
  ///   - words: only calls on these addresses; empty for all.
  public init(_ log: String, processes: Set<Int> = [], words addresses: Set<UInt64> = []) {
    var walk = StraceWalk(StraceLog(log))
    if !processes.isEmpty || !addresses.isEmpty {
      let whole = walk
      walk = whole.keeping { call, _ in
        (processes.isEmpty || processes.contains(call.pid) || processes.contains(whole.leader(call.pid)))
          && (addresses.isEmpty || call.words.contains { addresses.contains($0) })
      }
    }
    let all = Self.write(walk)
    var writer = all
    // The first selection that fits is the richest one that is whole; where none is, the narrowest that has calls.
    for selection in StraceSelection.all where writer.leftOut > 0 {
      let next = Self.write(selection.applied(to: walk))
      guard next.taken > 0 else { continue }
      writer = next
      self.selection = selection.text
    }
    var made = Scenario(writer.elements.map { .operation($0) })
    // Ends after the last call on a word tell nothing.
    while case .operation(let last)? = made.elements.last, !Self.isFutex(last.kind) {
      made.elements.removeLast()
    }
    scenario = made.repaired()
    notUnderstood = walk.notUnderstood + writer.walk.partialChanges + writer.notUnderstood
    taken = writer.taken
    leftOut = all.taken + all.leftOut - taken
  }

  private static func write(_ walk: StraceWalk) -> StraceWriter {
    var writer = StraceWriter(walk)
    for deed in walk.deeds { writer.take(deed) }
    return writer
  }

  private static func isFutex(_ kind: OperationKind) -> Bool {
    switch kind {
    case .wait, .wake, .requeue, .compareRequeue: true
    default: false
    }
  }
}
