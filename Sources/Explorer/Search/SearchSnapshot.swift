import Machine
import Scenario

/// Where an exhaustive search stands, to go on from in another process.
///
/// The states are bytes: the different shared parts, the different threads' parts, the states' numbers and where each
/// was reached from. What the search remembers of steps is not kept: it is worked out again.
public struct SearchSnapshot: Sendable {
  /// All but the states.
  public struct Head: Codable, Sendable {
    /// What is searched.
    public let race: UInt64
    let sharedParts: Int
    let threadParts: Int
    public let states: Int
    let at: Int
    let record: SearchRecord
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

  /// Stands for everything that a search of the race depends on, the programs' headings and the state's layout included.
  public static func identity(of race: Race) -> UInt64 {
    var hash = FNV1a()
    hash.add(Recording.code(of: race))
    let program = race.variant
    hash.add(
      "\(race.versions) \(race.litmus.gate) \(race.litmus.witnesses) \(program.keyForm) \(program.keyHoldsReference) "
        .utf8)
    hash.add("\(program.claimsNoPageLock) \(Layout.sharedBytes) \(Layout.threadBytes)".utf8)
    return hash.value
  }

  static func checksum(_ bytes: [UInt8]) -> UInt64 {
    var hash = FNV1a()
    hash.add(bytes)
    return hash.value
  }
}

extension ExhaustiveSearch {
  /// Where the search stands between two calls of ``run()``.
  public var snapshot: SearchSnapshot {
    let parts = store.parts
    var bytes: [UInt8] = []
    store.write(to: &bytes)
    for state in 0..<origins.count { withUnsafeBytes(of: origins[state]) { bytes += $0 } }
    let head = SearchSnapshot.Head(
      race: SearchSnapshot.identity(of: race), sharedParts: parts.shared, threadParts: parts.threads,
      states: store.count, at: at, record: record, checksum: SearchSnapshot.checksum(bytes))
    return SearchSnapshot(head: head, states: bytes)
  }

  /// A search that goes on from a snapshot of the same race; `nil` when the snapshot is of another race, or its bytes do
  /// not fit together.
  public init?(_ race: Race, resuming snapshot: SearchSnapshot, limits: SearchLimits = SearchLimits()) {
    self.init(race, limits: limits)
    let head = snapshot.head
    let lines = record.covered.map(\.count)
    guard head.race == SearchSnapshot.identity(of: race), head.states > 0, head.states <= Self.mostStates,
      head.sharedParts > 0, head.threadParts > 0, head.at >= 0, head.at <= head.states,
      head.record.covered.map(\.count) == lines, head.record.isWithin(states: head.states, parts: head.sharedParts),
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
        origins.append(origin)
      }
      return true
    }
    guard fits else { return nil }
    at = head.at
    record = head.record
    noteHeads(in: 0..<at)
  }
}
