import Dispatch
import Synchronization

/// Runs pieces of work side by side, one on each processor; what they come to stays in the order of the pieces.
struct SearchPool {
  /// How many at a time.
  var jobs: Int

  /// - Parameter done: called after each piece, by one thread at a time.
  func map<Piece: Sendable, Value: Sendable>(
    _ pieces: [Piece], _ work: @Sendable (Piece) -> Value, done: @Sendable (Value) -> Void = { _ in }
  ) -> [Value] {
    let values = Mutex([Value?](repeating: nil, count: pieces.count))
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(jobs, pieces.count)) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < pieces.count else { return }
        let value = work(pieces[index])
        values.withLock {
          $0[index] = value
          done(value)
        }
      }
    }
    return values.withLock { $0.compactMap { $0 } }
  }
}
