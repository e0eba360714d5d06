import Contract
import Scenario
import Testing

/// futex(2): FUTEX_REQUEUE, FUTEX_CMP_REQUEUE, FUTEX_WAKE_OP; futex_requeue(2).
struct RequeueTests {
  private func play(waiters: UInt8 = 4) -> Play {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(b, .map(y, f))
    for index in 0..<waiters { play.run(a, .wait(index, x + 0)) }
    return play
  }
  private func requeue(_ from: Address, _ to: Address, _ wake: Int32, _ move: Int32) -> Action {
    .requeue(from, to, wake: wake, move: move, .shared)
  }

  /// Both calls answer woken + moved (observed on 6.18 also for FUTEX_REQUEUE, where futex(2) says woken).
  @Test func wakesThenMoves() {
    var play = play()
    play.expect(b, requeue(y + 0, y + 4, 1, 2), 3, wakes: [w(0)], rule: .requeueMoves)
    play.expect(b, .wake(y + 0, 9), 1, wakes: [w(3)])
    play.expect(b, .wake(y + 4, 1), 1, wakes: [w(1)])
    play.expect(b, .wake(y + 4, 9), 1, wakes: [w(2)])
  }

  /// Waiters of other processes move under the key that the *requeuer* derived: here a private page of b's.
  @Test func movesUnderTheRequeuersKey() {
    var play = play(waiters: 1)
    play.run(a, .anonymous(z))
    play.run(b, .anonymous(z))
    play.expect(b, requeue(y + 0, z + 0, 0, 1), 1)
    play.expect(a, .wake(z + 0), 0)
    play.expect(a, .wake(x + 0), 0)
    play.expect(b, .wake(z + 0), 1, wakes: [w(0)])
  }

  @Test func toItself() {
    var play = play(waiters: 2)
    play.expect(b, requeue(y + 0, y + 0, 0, 9), 2)
    play.expect(b, .wake(y + 0), 1, wakes: [w(0)])
    play.expect(b, requeue(y + 0, y + 0, 1, 1), 1, wakes: [w(1)])
  }

  @Test func compares() {
    var play = play()
    let cmp = { (value: UInt32, from: Address) in
      Action.compareRequeue(from, y + 4, wake: 1, move: 1, value: value, .shared)
    }
    play.expect(b, cmp(1, y + 0), .EAGAIN, rule: .waitValue)
    play.expect(b, cmp(0, y + 0), 2, wakes: [w(0)])
    play.expect(b, .compareRequeue(y + 0, z + 0, wake: 1, move: 1, value: 1, .shared), .EFAULT)
    play.expect(b, .compareRequeue(z + 0, z + 4, wake: 1, move: 1, value: 1, .private), .EFAULT, rule: .waitReadsWord)
    play.expect(b, .requeue(z + 0, z + 4, wake: 1, move: 1, .private), 0)
  }

  /// fbe0e839d1e2 (4.15).
  @Test func negativeCountsFirst() {
    var play = play()
    play.expect(b, requeue(z + 1, z + 0, -1, 1), .EINVAL, rule: .requeueNegative)
    play.expect(b, requeue(z + 1, z + 0, 1, .min), .EINVAL, rule: .requeueNegative)
    play.expect(b, requeue(y + 0, y + 4, 0, 0), 0)
    play.expect(b, requeue(y + 0, y + 4, .max, .max), 4, wakes: [w(0), w(1), w(2), w(3)])
  }

  @Test func ignoresBitsets() {
    var play = play(waiters: 0)
    play.run(a, .wait(0, x + 0, bitset: 1))
    play.run(a, .wait(1, x + 0, bitset: 2))
    play.expect(b, requeue(y + 0, y + 4, 1, 1), 2, wakes: [w(0)])
    play.expect(b, .wake(y + 4, count: 1, bitset: 1, .shared), 0)
    play.expect(b, .wake(y + 4, count: 1, bitset: 2, .shared), 1, wakes: [w(1)])
  }

  /// Behind those that wait there already, unless both keys share a bucket: then in the old place. What is seen
  /// settles it.
  @Test func orderAmongThoseAlreadyThere() {
    for kept in [false, true] {
      var play = play(waiters: 1)
      play.run(a, .wait(1, x + 4))
      play.expect(b, .wake(x + 0), .EFAULT)
      play.run(b, requeue(y + 0, y + 4, 0, 1))
      #expect(play.contract.states.count == 2)
      play.observe(b, .wake(y + 4), .value(1), ended: [EndedWaiter(w(kept ? 0 : 1), .woken)])
      #expect(play.contract.states.count == 1)
      play.expect(b, .wake(y + 4), 1, wakes: [w(kept ? 1 : 0)])
    }
    var play = play(waiters: 0)
    play.run(a, .wait(0, x + 4))
    play.run(a, .wait(1, x + 0))
    play.run(b, requeue(y + 0, y + 4, 0, 1))
    #expect(play.contract.states.count == 1)
    play.expect(b, .wake(y + 4), 1, wakes: [w(0)])
  }

  @Test func movesOneWordOfAWaitv() {
    var play = play(waiters: 0)
    play.run(a, .waitv(w(0), [WaitWord(x + 0, value: 0), WaitWord(x + 8, value: 0)], .none))
    play.expect(b, requeue(y + 0, y + 8, 0, 9), 1)
    play.expect(b, .wake(y + 8, 9), 2, wakes: [w(0)])
  }

  private func op(
    _ modifier: WakeOperation.Modifier, _ operand: Int16, _ comparison: WakeOperation.Comparison, _ comparand: Int16
  ) -> Action {
    .wakeOp(y + 0, y + 4, wake: 1, wake2: 1, WakeOperation(modifier, operand, comparison, comparand), .shared)
  }

  @Test func wakeOpChangesAndCompares() {
    let old: UInt32 = 0xffff_fffe  // -2
    let changed: [(WakeOperation.Modifier, Int16, Int64)] = [
      (.set, 5, 5), (.set, -1, 0xffff_ffff), (.add, 3, 1), (.or, 1, 0xffff_ffff), (.andn, 2, 0xffff_fffc),
      (.xor, -1, 1),
    ]
    for (modifier, operand, result) in changed {
      var play = play(waiters: 0)
      play.run(b, .store(y + 4, old))
      play.expect(b, op(modifier, operand, .equal, 0), 0)
      play.expect(b, .load(y + 4), result)
    }
    let compared: [(WakeOperation.Comparison, Int16, Bool)] = [
      (.equal, -2, true), (.equal, 2, false), (.notEqual, 2, true), (.less, 0, true), (.less, -2, false),
      (.lessOrEqual, -2, true), (.greater, -3, true), (.greater, 5, false), (.greaterOrEqual, -2, true),
    ]
    for (comparison, comparand, holds) in compared {
      var play = play(waiters: 1)
      play.run(a, .wait(1, x + 4))
      play.run(b, .store(y + 4, old))
      play.expect(b, op(.or, 0, comparison, comparand), holds ? 2 : 1, wakes: holds ? [w(0), w(1)] : [w(0)])
    }
  }

  /// A comparison that no kernel has: ENOSYS, after the word was changed (observed on 6.18).
  @Test func wakeOpUnknownComparison() {
    var play = play()
    play.expect(b, op(.add, 7, .unknown, 0), .ENOSYS, rule: .wakeOpUnknown)
    play.expect(b, .load(y + 4), 7)
    play.expect(b, .wake(y + 0), 1, wakes: [w(0)])
  }

  /// The second word is written: no read-only fallback. Counts below 1 are 1; the same word twice wakes twice.
  @Test func wakeOpWritesTheSecondWord() {
    var play = play()
    play.run(b, .map(z, f, 0, 0, .shared, .read))
    let operation = WakeOperation(.add, 1, .equal, 0)
    play.expect(b, .wakeOp(y + 0, z + 4, wake: 1, wake2: 1, operation, .shared), .EFAULT, rule: .keyWriteToReadOnly)
    play.expect(b, .wakeOp(y + 0, z + 4, wake: 1, wake2: 1, operation, .private), .EFAULT, rule: .wakeOpWrites)
    play.expect(b, .wakeOp(z + 0, y + 4, wake: 1, wake2: 1, operation, .shared), 1, wakes: [w(0)])
    play.expect(b, .wakeOp(y + 0, y + 0, wake: 0, wake2: -3, operation, .shared), 2, wakes: [w(1), w(2)])
    play.expect(b, .load(y + 0), 1)
  }
}
