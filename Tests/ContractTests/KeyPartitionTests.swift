import Contract
import Scenario
import Testing

/// `keys`: the partition that wakes alone show.
struct KeyPartitionTests {
  private func partition(_ classes: [UInt8?]) -> OperationResult {
    .partition(classes.map { $0.map { .key($0) } ?? .none(.EFAULT) })
  }

  @Test func aliasesAndStrangers() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(b, .map(y, f, 1, 1))
    play.run(a, .anonymous(z))
    play.run(b, .anonymous(z))
    play.expect(
      nil,
      .keys((a, x + 0), (a, x + 0x1000), (b, y + 0), (a, z + 0), (b, z + 0), (a, z + 0), (b, x + 0), (a, x + 0)),
      partition([0, 1, 1, 2, 3, 2, nil, 0]))
  }

  @Test func privateKeys() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(b, .map(x, f))
    play.expect(
      nil, .keys((a, x + 0), (b, x + 0), (a, x + 0), (a, x + 4), isPrivate: true), partition([0, 1, 0, 2]))
    play.expect(nil, .keys((a, y + 0), (a, x + 0), (a, at(.kernel)), isPrivate: true), partition([nil, 0, nil]))
  }

  @Test func wakesTheScenariosWaiters() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(b, .map(y, f))
    play.run(a, .wait(0, x + 0, bitset: 1))
    play.run(a, .wait(1, x + 4))
    play.run(a, .wait(2, x + 0, .private))
    play.expect(
      nil, .keys((b, y + 0)), .partition([.key(0)]), ended: [EndedWaiter(w(0), .woken)], rule: .keys)
    play.expect(b, .wake(y + 4), 1, wakes: [w(1)])
  }

  @Test func hasTheSideEffectsOfItsCalls() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(a, .map(y, f, 0, 1, .private))
    play.run(nil, .keys((a, y + 0)))
    play.run(a, .store(x + 0, 3))
    play.expect(a, .load(y + 0), 0)
  }
}
