import Contract
import Scenario
import Testing

/// fork(2), exit_group(2), set_tid_address(2), get_robust_list(2), `prctl(PR_FUTEX_HASH)`.
struct ActorTests {
  @Test func forkCopies() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(a, .anonymous(y))
    play.run(a, .map(z, f, 0, 1, .private))
    for slot in [y, z] { play.run(a, .store(slot + 0, 1)) }
    play.expect(a, .fork(c), 0)
    for slot in [x, y, z] { play.run(c, .store(slot + 4, 2)) }
    play.expect(a, .load(x + 4), 2)
    play.expect(a, .load(y + 4), 0)
    play.expect(a, .load(z + 4), 0)
    for slot in [y, z] { play.expect(c, .load(slot + 0), 1) }
    play.expect(c, .truncate(f, pages: 0), 0)
  }

  @Test func waitersStayWithTheParent() {
    var play = Play.two()
    play.run(a, .anonymous(y))
    play.run(a, .wait(0, y + 0))
    play.run(a, .fork(c))
    play.expect(c, .wake(y + 0), 0)
    play.expect(c, .exit, 0)
    play.expect(a, .wake(y + 0), 1, wakes: [w(0)])
  }

  @Test func exitEndsThreadsAndWaiters() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(b, .map(y, f))
    play.run(a, .thread(c))
    play.run(c, .wait(0, x + 0))
    play.run(a, .wait(1, x + 0))
    play.expect(a, .exit, .value(0), ended: [EndedWaiter(w(0), .died), EndedWaiter(w(1), .died)])
    play.expect(b, .wake(y + 0), 0)
    #expect(play.run(c, .load(x + 0)).unsupported != nil)
  }

  @Test func threadsShareEverythingAndEndAlone() {
    var play = Play.two()
    play.run(a, .thread(c))
    play.run(c, .map(x, f))
    play.run(c, .anonymous(y))
    play.run(c, .wait(0, y + 0, .private))
    play.expect(c, .exit, 0)
    play.expect(a, .wake(y + 0, 1, .private), 1, wakes: [w(0)])
    play.expect(a, .load(x + 0), 0)
  }

  /// CHILD_CLEARTID is a shared wake of one waiter, and clears the word.
  @Test func clearTIDOfAThread() {
    var play = Play.two()
    play.run(a, .thread(c))
    play.run(a, .map(x, f))
    play.run(b, .map(y, f))
    play.run(a, .store(x + 0, 5))
    play.run(b, .wait(0, y + 0, value: 5))
    play.run(b, .wait(1, y + 0, value: 5))
    play.run(a, .wait(2, x + 0, value: 5, .private))
    #expect(play.results(c, .clearTID(x + 0)) == [.anyValue])
    play.expect(c, .exit, 0, wakes: [w(0)])
    play.expect(b, .load(y + 0), 0)
    play.expect(a, .wake(x + 0, 9, .private), 1, wakes: [w(2)])
  }

  @Test func clearTIDWakesTheThreadsOwnProcess() {
    var play = Play.two()
    play.run(a, .thread(c))
    play.run(a, .anonymous(x))
    play.run(a, .wait(0, x + 0))
    play.run(a, .wait(1, x + 0))
    play.run(c, .clearTID(x + 0))
    play.expect(c, .exit, 0, wakes: [w(0)])
    play.expect(a, .wake(x + 0, 9), 1, wakes: [w(1)])
  }

  /// The last thread of a process skips it (`mm_users`): what a process's end does is the kernel's choice.
  @Test func clearTIDOfAProcess() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(b, .map(y, f))
    play.run(a, .store(x + 0, 5))
    play.run(b, .wait(0, y + 0, value: 5))
    play.run(a, .clearTID(x + 0))
    let ways = play.run(a, .exit).ways
    #expect(ways.map(\.ended) == [[], [EndedWaiter(w(0), .woken)]])
    #expect(play.results(b, .load(y + 0)) == [.exactly(.value(5)), .exactly(.value(0))])
  }

  /// robust_list: the word gets FUTEX_OWNER_DIED, and one waiter is woken if FUTEX_WAITERS is set.
  @Test func robustDeath() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(b, .map(y, f))
    play.expect(a, .robust(x + 0), 0)
    play.run(b, .wait(0, y + 4))
    play.expect(a, .exit, 0)
    play.expect(b, .load(y + 0), 0x4000_0000)
    var contended = Play.two()
    contended.run(a, .map(x, f))
    contended.run(b, .map(y, f))
    contended.run(a, .robust(x + 0))
    contended.expect(b, .lockPI(y + 0, .shared), .ETIMEDOUT, rule: .piContended)
    contended.run(b, .wait(0, y + 4))
    contended.run(b, .requeue(y + 4, y + 0, wake: 0, move: 1, .shared))
    contended.expect(a, .exit, 0, wakes: [w(0)])
    contended.expect(b, .load(y + 0), 0xc000_0000)
  }

  @Test func robustWordThatIsNotOwned() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(b, .map(y, f))
    play.run(a, .robust(x + 0))
    play.run(b, .store(y + 0, 3))
    play.run(a, .exit)
    play.expect(b, .load(y + 0), 3)
    var unmapped = Play.two()
    unmapped.expect(a, .robust(x + 0), .signal(.segv))
    unmapped.expect(a, .exit, 0)
  }

  /// A kernel wake may find a waiter of the process that ends: it dies, and nobody else is woken.
  @Test func kernelWakeMayMeetTheDying() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(b, .map(y, f))
    play.run(a, .wait(0, x + 0))
    play.run(b, .wait(1, y + 0))
    play.run(a, .clearTID(x + 0))
    let died = EndedWaiter(w(0), .died)
    let ends = play.run(a, .exit).ways.map(\.ended)
    #expect(ends == [[died], [died, EndedWaiter(w(1), .woken)]])
    // Another's waiter that was first is found.
    play = Play.two()
    play.run(a, .map(x, f))
    play.run(b, .map(y, f))
    play.run(b, .wait(1, y + 0))
    play.run(a, .wait(0, x + 0))
    play.run(a, .clearTID(x + 0))
    #expect(play.run(a, .exit).ways.map(\.ended) == [[died], [died, EndedWaiter(w(1), .woken)]])
  }

  /// A private waiter is found whatever table the process uses by then: its first thread and PR_FUTEX_HASH make one.
  @Test func privateWaitersOutliveTheirTable() {
    for action: Action in [.thread(c), .hashSlots(16), .hashSlots(0)] {
      var play = Play.two()
      play.run(a, .anonymous(x))
      play.run(a, .wait(0, x + 0, .private))
      play.observe(a, action, .value(0))
      play.expect(a, .wake(x + 0, 1, .private), 1, wakes: [w(0)])
    }
  }

  /// Observed on 6.18: 0 for powers of two and for 0, EINVAL else; after 0 there is no way back.
  @Test func hashSlots() {
    var play = Play.two()
    for (slots, result) in [
      (1, OperationResult.error(.EINVAL)), (2, .value(0)), (4, .value(0)), (3, .error(.EINVAL)), (128, .value(0)),
      (0, .value(0)), (1, .error(.EINVAL)), (3, .error(.EINVAL)), (16, .error(.EBUSY)), (0, .error(.EBUSY)),
    ] {
      play.observe(a, .hashSlots(UInt8(slots)), result)
    }
    play.observe(b, .hashSlots(16), .value(0))
    var old = Play.two(release: KernelRelease(6, 16))
    old.expect(a, .hashSlots(16), .EINVAL, rule: .hashSlotsSince)
  }
}
