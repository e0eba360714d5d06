import Contract
import Scenario
import Testing

/// futex(2): FUTEX_LOCK_PI, FUTEX_TRYLOCK_PI, FUTEX_UNLOCK_PI. All values observed on 6.18.
struct PriorityInheritanceTests {
  private func play() -> Play {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(b, .map(y, f))
    return play
  }

  @Test func lockAndUnlock() {
    for mode in [FutexMode.shared, .private] {
      var play = play()
      play.expect(a, .lockPI(x + 0, mode), 0, rule: .piAcquires)
      play.expect(a, .lockPI(x + 0, mode), .EDEADLK, rule: .piDeadlock)
      play.expect(a, .tryLockPI(x + 0, mode), .EDEADLK)
      #expect(play.results(a, .load(x + 0)) == [.anyValue])
      play.expect(b, .unlockPI(y + 0, .shared), .EPERM, rule: .piNotOwner)
      play.expect(b, .tryLockPI(y + 0, .shared), .EAGAIN)
      play.expect(b, .lockPI(y + 0, .shared), .ETIMEDOUT)
      play.expect(a, .unlockPI(x + 0, mode), 0, rule: .piReleases)
      play.expect(b, .load(y + 0), 0)
      play.expect(a, .unlockPI(x + 0, mode), .EPERM)
    }
  }

  @Test func ownerDied() {
    var play = play()
    play.run(a, .robust(x + 0))
    play.run(a, .exit)
    play.expect(b, .tryLockPI(y + 0, .shared), 0)
    var gone = self.play()
    gone.run(a, .lockPI(x + 0, .shared))
    gone.run(a, .exit)
    gone.expect(b, .lockPI(y + 0, .shared), .ESRCH, rule: .piOwnerGone)
  }

  /// 3c5c7131b8fa: the owner of a private lock is a thread of the same process.
  @Test func privateLockOfAnotherProcess() {
    var play = play()
    play.run(a, .lockPI(x + 0, .shared))
    let answers = play.results(b, .lockPI(y + 0, .private))
    #expect(answers == [.exactly(.error(.ETIMEDOUT)), .exactly(.error(.EPERM))])
    var newer = Play.two(release: KernelRelease(7, 2))
    newer.run(a, .map(x, f))
    newer.run(b, .map(y, f))
    newer.run(a, .lockPI(x + 0, .shared))
    newer.expect(b, .tryLockPI(y + 0, .private), .EPERM, rule: .piOwnerElsewhere)
    newer.expect(b, .tryLockPI(y + 0, .shared), .EAGAIN, rule: .piContended)
  }

  /// A waiter that is no PI waiter: EINVAL, and the word stays as it is.
  @Test func ordinaryWaiters() {
    var play = play()
    play.run(b, .wait(0, y + 0))
    play.expect(a, .lockPI(x + 0, .shared), .EINVAL, rule: .piMeetsWaiter)
    play.expect(a, .load(x + 0), 0)
    play.expect(a, .lockPI(x + 0, .private), 0)
    play.expect(a, .unlockPI(x + 0, .shared), .EINVAL)
  }

  /// Numbers that are no actor's thread: whether one is a thread's is not known; with bits that no ID has, it is.
  @Test func strayOwners() {
    var play = play()
    play.run(a, .store(x + 0, 0x2000_0000))
    play.expect(a, .tryLockPI(x + 0, .shared), .ESRCH)
    play.expect(a, .load(x + 0), 0xa000_0000)
    play.run(a, .store(x + 0, 0xc000_0000))
    play.expect(a, .tryLockPI(x + 0, .shared), 0)
    play.run(a, .store(x + 0, 2))
    let errors = [ErrorCode.ESRCH, .EPERM, .ETIMEDOUT, .EDEADLK]
    #expect(play.results(a, .lockPI(x + 0, .shared)) == errors.map { .exactly(.error($0)) })
  }

  @Test func accessIsForWriting() {
    var play = play()
    play.run(a, .protect(x, .read, .all))
    play.expect(a, .lockPI(x + 0, .shared), .EFAULT, rule: .keyWriteToReadOnly)
    play.expect(a, .lockPI(x + 0, .private), .EFAULT, rule: .piWritesWord)
    play.expect(a, .lockPI(z + 0, .private), .EFAULT, rule: .piReadsWord)
    play.expect(a, .lockPI(x + 2, .shared), .EINVAL)
    play.expect(a, .unlockPI(z + 0, .shared), .EFAULT)
    play.expect(a, .unlockPI(x + 0, .shared), .EPERM)
  }

  /// What cannot be written is EFAULT at once when its page is not mapped in.
  @Test func aPageIsFaultedInForWriting() {
    var play = play()
    play.run(a, .lockPI(x + 0, .private))
    play.run(a, .protect(x, .read, .all))
    #expect(play.results(a, .lockPI(x + 0, .private)) == [.exactly(.error(.EDEADLK)), .exactly(.error(.EFAULT))])
    play.expect(a, .lockPI(x + 0, .shared), .EFAULT, rule: .keyWriteToReadOnly)
  }

  /// A private waiter with a node may be in another table than the lock.
  @Test func waitersOfANode() {
    var play = play()
    let numa = FutexMode(isPrivate: true, interface: .futex2, numa: true)
    play.run(a, .store(x + 4, .max))
    play.run(a, .wait(0, x + 0, numa))
    let results = play.results(a, .tryLockPI(x + 0, .private))
    #expect(results.contains(.exactly(.error(.EINVAL))) && results.contains(.exactly(.value(0))))
  }

  /// A thread ID is compared with constants only as far as it can be known.
  @Test func threadIDsAreNotKnown() {
    var play = play()
    play.run(a, .lockPI(x + 0, .shared))
    play.expect(b, .wait(0, y + 0, value: 0), .EAGAIN)
    play.expect(b, .wait(0, y + 0, value: 0x8000_0005), .EAGAIN)
    #expect(play.results(b, .wait(0, y + 0, value: 1234)) == [.exactly(.error(.EAGAIN)), .exactly(.waiting)])
  }
}
