import Synchronization

/// What a batch of candidates came to, filled in by several threads.
final class Results: Sendable {
  private let values: Mutex<[(position: Int?, runs: Int)]>
  init(count: Int) { values = Mutex(Array(repeating: (nil, 0), count: count)) }
  func set(_ index: Int, _ value: (position: Int?, runs: Int)) { values.withLock { $0[index] = value } }
  var all: [(position: Int?, runs: Int)] { values.withLock { $0 } }
}
