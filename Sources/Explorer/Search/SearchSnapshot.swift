import Machine

/// Where an exhaustive search stands, to go on from in another process.
///
/// The states are bytes: the different shared parts, the different threads' parts, the states' numbers and where each
/// was reached from. What the search remembers of steps is not kept: it is worked out again.
public struct SearchSnapshot: Sendable {
  /// All but the states.
  public struct Head: Codable, Sendable, Equatable {
    /// What is searched: ``Race/fingerprint``.
    public let race: UInt64
    let sharedParts: Int
    let threadParts: Int
    public let states: Int
    let at: Int
    let transitions: Int
    let witnesses: UInt32
    let findings: [Finding]
    let waits: [Finding]
    let noted: [UInt64]
    let known: [String]
    let knownWaits: [String]
    let outcomes: [String: Int]
    let finals: [SearchReport.FinalState]
    /// The state in which each of the finals was met first.
    let ends: [Int]
    let covered: [[Bool]]
    let checksum: UInt64

    /// Bytes of the states that belong to it.
    public func stateBytes(threads: Int) -> Int {
      (sharedParts * MachineState.sharedWords + threadParts * MachineState.threadWords) * 8
        + states * (1 + threads) * 4 + states * 4
    }
  }
  public let head: Head
  public let states: [UInt8]

  public init(head: Head, states: [UInt8]) {
    self.head = head
    self.states = states
  }

  static func checksum(_ bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBytes { bytes in
      var sum = UInt64(bytes.count)
      // Whole words of four bytes, as all parts have.
      for offset in stride(from: 0, to: bytes.count & ~3, by: 4) {
        let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        sum = (sum ^ UInt64(word)) &* 0x9e37_79b9_7f4a_7c15
        sum ^= sum >> 32
      }
      return sum
    }
  }
}

extension ExhaustiveSearch {
  /// Where the search stands between two calls of ``run()``.
  public var snapshot: SearchSnapshot {
    let parts = store.parts
    var bytes: [UInt8] = []
    store.write(to: &bytes)
    bytes += UnsafeRawBufferPointer(start: origins.base, count: origins.count * 4)
    let ends = finals.sorted { $0.key < $1.key }
    let head = SearchSnapshot.Head(
      race: race.fingerprint, sharedParts: parts.shared, threadParts: parts.threads, states: store.count, at: at,
      transitions: report.transitions, witnesses: report.witnesses, findings: report.findings, waits: report.waits,
      noted: noted.sorted(), known: known.sorted(), knownWaits: knownWaits.sorted(), outcomes: outcomes,
      finals: ends.map(\.key), ends: ends.map(\.value), covered: covered, checksum: SearchSnapshot.checksum(bytes))
    return SearchSnapshot(head: head, states: bytes)
  }

  /// A search that goes on from a snapshot of the same race; `nil` when the snapshot is of another race, or its bytes do
  /// not fit together.
  public init?(_ race: Race, resuming snapshot: SearchSnapshot, limits: SearchLimits = SearchLimits()) {
    self.init(race, limits: limits)
    let head = snapshot.head
    let lines = covered.map(\.count)
    guard head.race == race.fingerprint, head.states > 0, head.states <= Self.mostStates, head.sharedParts > 0,
      head.threadParts > 0, head.at >= 0, head.at <= head.states, head.covered.map(\.count) == lines,
      head.ends.count == head.finals.count, head.ends.allSatisfy({ (0..<head.states).contains($0) }),
      snapshot.states.count == head.stateBytes(threads: threads),
      SearchSnapshot.checksum(snapshot.states) == head.checksum
    else { return nil }
    let fits = snapshot.states.withUnsafeBytes { bytes in
      let size = bytes.count - head.states * 4
      guard
        store.read(
          UnsafeRawBufferPointer(rebasing: bytes[..<size]), shared: head.sharedParts, threads: head.threadParts,
          states: head.states)
      else { return false }
      for state in 0..<head.states {
        let origin = bytes.loadUnaligned(fromByteOffset: size + state * 4, as: UInt32.self)
        // Each state was reached from an earlier one; paths end.
        guard state == 0 || Int(origin >> 2) < state, Int(origin & 3) < max(1, threads) else { return false }
        origins.extend(1).pointee = origin
      }
      return true
    }
    guard fits else { return nil }
    at = head.at
    report.transitions = head.transitions
    report.witnesses = head.witnesses
    report.findings = head.findings
    report.waits = head.waits
    noted = Set(head.noted)
    known = Set(head.known)
    knownWaits = Set(head.knownWaits)
    outcomes = head.outcomes
    finals = Dictionary(zip(head.finals, head.ends)) { first, _ in first }
    covered = head.covered
  }
}
