import Contract
import Scenario
import Testing

/// futex(2): FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET; futex_wait(2), futex_wake(2), futex_waitv(2).
struct WaitWakeTests {
  private func play() -> Play {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(b, .map(y, f))
    return play
  }

  @Test func waitComparesTheValue() {
    var play = play()
    play.run(b, .store(y + 8, 7))
    play.expect(a, .wait(0, x + 8, value: 6), .EAGAIN, rule: .waitValue)
    play.expect(a, .wait(0, x + 8, value: 7), .waiting, rule: .waitSleeps)
  }

  @Test func wakesInTheOrderOfQueueing() {
    var play = play()
    for index: UInt8 in [2, 0, 1] { play.run(index == 0 ? b : a, .wait(index, index == 0 ? y + 0 : x + 0)) }
    play.expect(b, .wake(y + 0), 1, wakes: [w(2)])
    play.expect(b, .wake(y + 0, 5), 2, wakes: [w(0), w(1)])
    play.expect(b, .wake(y + 0), 0)
  }

  /// The kernel counts after each wake: counts below 1 wake one. futex_wake(2) answers 0 to a count of 0, once it has
  /// the key (`FLAGS_STRICT`, 6.7).
  @Test func countsBelowOne() {
    var play = play()
    for index in UInt8(0)..<4 { play.run(a, .wait(index, x + 0)) }
    play.expect(b, .wake(y + 0, 0), 1, wakes: [w(0)])
    play.expect(b, .wake(y + 0, .min), 1, wakes: [w(1)])
    play.expect(b, .wake(y + 0, -1, FutexMode(interface: .futex2)), 1, wakes: [w(2)])
    play.expect(b, .wake(y + 0, 0, FutexMode(interface: .futex2)), 0, rule: .wakeCountZero)
    play.expect(b, .wake(z + 0, 0, FutexMode(interface: .futex2)), .EFAULT)
    play.expect(b, .wake(y + 0, .max), 1, wakes: [w(3)])
  }

  @Test func bitsets() {
    var play = play()
    play.run(a, .wait(0, x + 0, bitset: 1))
    play.run(a, .wait(1, x + 0, bitset: 6))
    play.run(a, .wait(2, x + 0, bitset: .max))
    play.expect(b, .wake(y + 0, count: 9, bitset: 8, .shared), 1, wakes: [w(2)])
    play.expect(b, .wake(y + 0, count: 9, bitset: 2, .shared), 1, wakes: [w(1)])
    play.expect(b, .wake(y + 0, count: 9, bitset: .max, .shared), 1, wakes: [w(0)])
  }

  /// EINVAL for an empty bitset comes before anything is looked at.
  @Test func emptyBitsetFirst() {
    var play = play()
    play.expect(a, .wait(0, at(.kernel), value: 0, bitset: 0), .EINVAL, rule: .bitsetZero)
    play.expect(a, .wake(z + 0, count: 1, bitset: 0, .shared), .EINVAL, rule: .bitsetZero)
  }

  /// Alignment before access_ok before the page, the page before the value.
  @Test func orderOfErrors() {
    var play = play()
    play.expect(a, .wake(at(.kernel, 2)), .EINVAL, rule: .keyAlignment)
    play.expect(a, .wake(at(.kernel, 4)), .EFAULT, rule: .keyKernelAddress)
    play.expect(a, .wait(0, z + 0, value: 1), .EFAULT, rule: .keyUnmapped)
    play.expect(a, .wait(0, z + 0, value: 1, .private), .EFAULT, rule: .waitReadsWord)
  }

  @Test func timeouts() {
    var play = play()
    for timeout in Timeout.allCases {
      let wait = Action.wait(w(0), x + 0, value: 0, bitset: .max, timeout, .shared)
      let late = Action.wait(w(0), x + 0, value: 1, bitset: .max, timeout, .shared)
      play.expect(a, late, .EAGAIN)
      if timeout.endsByItself {
        play.expect(a, wait, .ETIMEDOUT, rule: .waitTimeout)
        play.expect(b, .wake(y + 0), 0)
      } else {
        play.expect(a, wait, .waiting)
        play.expect(b, .wake(y + 0), 1, wakes: [w(0)])
      }
    }
  }

  @Test func cancel() {
    var play = play()
    play.run(a, .wait(0, x + 0))
    play.expect(a, .cancel(w(0)), .value(1), ended: [EndedWaiter(w(0), .error(.ECANCELED))])
    play.expect(a, .cancel(w(0)), 0)
    play.expect(b, .wake(y + 0), 0)
    play.run(a, .wait(1, x + 0))
    play.observe(a, .cancel(w(1)), .value(1), ended: [EndedWaiter(w(1), .error(.EINTR))])
  }

  @Test func waitvSleepsOnAllWordsOrNone() {
    var play = play()
    let words = [WaitWord(x + 0, value: 0), WaitWord(x + 8, value: 0), WaitWord(x + 0x1000, value: 0)]
    play.run(a, .store(x + 8, 1))
    play.expect(a, .waitv(w(0), words, .none), .EAGAIN)
    play.expect(b, .wake(y + 0), 0)
    play.run(a, .store(x + 8, 0))
    play.expect(a, .waitv(w(0), words, .none), .waiting, rule: .waitvSleeps)
    play.expect(b, .wake(y + 8), 1, wakes: [w(0)])
    for offset: UInt32 in [0, 8, 0x1000] { play.expect(b, .wake(y + offset), 0) }
  }

  /// All keys are derived before any value is read.
  @Test func waitvKeysBeforeValues() {
    var play = play()
    let words = [WaitWord(x + 0, value: 1), WaitWord(z + 0, value: 0)]
    play.expect(a, .waitv(w(0), words, .none), .EFAULT)
    let misaligned = [WaitWord(z + 0, value: 1), WaitWord(x + 2, value: 0)]
    play.expect(a, .waitv(w(0), misaligned, .none), .EFAULT)
    let wide = WaitWord(x + 0, value: 0, mode: FutexMode(interface: .futex2, size: .u64))
    play.expect(a, .waitv(w(0), [words[1], wide], .none), .EINVAL, rule: .futex2Size)
    play.expect(a, .waitv(w(0), [WaitWord(x + 0, value: 0)], .absolutePast), .ETIMEDOUT)
  }

  /// One call counts each of a waiter's words that it wakes (observed on 6.18: 2 for a waitv that names a word twice).
  @Test func waitvCountsEachWord() {
    var play = play()
    let twice = [WaitWord(x + 0, value: 0), WaitWord(x + 0, value: 0)]
    play.run(a, .waitv(w(0), twice, .none))
    play.expect(b, .wake(y + 0, 5), 2, wakes: [w(0)])
    play.run(a, .waitv(w(1), twice, .none))
    play.expect(b, .wake(y + 0, 1), 1, wakes: [w(1)])
    play.expect(b, .wake(y + 0, 1), 0)
  }

  /// A shared call copies the page of a private file mapping; one with the private flag touches nothing.
  @Test func sharedCallsPopulateAndCopy() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(a, .map(y, f, 0, 1, .private))
    play.run(a, .store(x + 0, 1))
    play.run(a, .wake(y + 0, 1, .private))
    play.run(a, .store(x + 0, 2))
    play.expect(a, .load(y + 0), 2)
    play.run(a, .wake(y + 0x10))
    play.run(a, .store(x + 0, 3))
    play.expect(a, .load(y + 0), 2)
    play.expect(a, .load(y + 0x1000), 0)
    play.run(a, .store(x + 0x1000, 4))
    play.expect(a, .load(y + 0x1000), 4)
  }

  /// A wait whose mapping went away stays under its key, and is found through a new mapping of the same inode.
  @Test func waiterOutlivesItsMapping() {
    var play = play()
    play.run(a, .wait(0, x + 4))
    play.run(a, .unmap(x, .all))
    play.expect(b, .wake(y + 4), 1, wakes: [w(0)])
    play.run(a, .map(x, f))
    play.run(a, .wait(1, x + 4))
    play.run(a, .unmap(x, .all))
    play.run(b, .unmap(y, .all))
    play.run(b, .map(z, f, 0, 0))
    play.expect(b, .wake(z + 4), 1, wakes: [w(1)])
  }

  /// The key changes with the first write to a private mapping: the accepted hole of 9ea71503a8ed.
  @Test func readOnlyPrivateWaiterIsFoundThroughTheFile() {
    var play = Play.two()
    play.run(a, .map(x, f, 0, 1, .private, .read))
    play.run(a, .wait(0, x + 4))
    play.run(a, .protect(x, .readWrite, .all))
    play.run(a, .store(x + 0, 1))
    play.expect(a, .wake(x + 4), 0)
    play.run(b, .map(y, f))
    play.expect(b, .wake(y + 4), 1, wakes: [w(0)])
  }

  @Test func futex2SizesAndReleases() {
    var old = Play.two(release: KernelRelease(6, 6))
    old.run(a, .map(x, f))
    let futex2 = FutexMode(interface: .futex2)
    old.expect(a, .wake(x + 0, 1, futex2), .ENOSYS, rule: .futex2Since)
    old.expect(a, .wait(0, x + 0, value: 0, futex2), .ENOSYS)
    old.expect(a, .waitv(w(0), [WaitWord(x + 0, value: 0)], .none), .waiting)
    var older = Play.two(release: KernelRelease(5, 15))
    older.run(a, .map(x, f))
    older.expect(a, .waitv(w(0), [WaitWord(x + 0, value: 0)], .none), .ENOSYS, rule: .waitvSince)
    var new = play()
    for size in [FutexMode.WordSize.u8, .u16, .u64] {
      new.expect(a, .wake(x + 0, 1, FutexMode(interface: .futex2, size: size)), .EINVAL, rule: .futex2Size)
    }
    var middle = Play.two(release: KernelRelease(6, 15))
    middle.run(a, .map(x, f))
    middle.expect(a, .wake(x + 0, 1, FutexMode(interface: .futex2, numa: true)), .EINVAL, rule: .numaSince)
    middle.expect(a, .wake(x + 0, 1, FutexMode(interface: .futex2, mpol: true)), .EINVAL, rule: .numaSince)
  }

  /// FUTEX2_NUMA (6.16): 8-byte alignment, the node word is checked, and "no node" is replaced.
  @Test func numa() {
    var play = play()
    let numa = FutexMode(interface: .futex2, numa: true)
    play.expect(a, .wake(x + 4, 1, numa), .EINVAL, rule: .keyAlignment)
    play.expect(a, .wake(x + 8, 1, numa), 0)
    play.run(a, .store(x + 12, .max))
    play.expect(a, .wake(x + 8, 1, numa), 0)
    play.expect(a, .load(x + 12), 0)
    play.run(a, .store(x + 12, 5000))
    play.expect(a, .wake(x + 8, 1, numa), .EINVAL, rule: .numaNode)
    play.run(a, .store(x + 12, .max))
    play.run(a, .protect(x, .read, .all))
    play.expect(a, .wake(x + 8, 1, numa), .EFAULT, rule: .numaNode)
    play.expect(a, .wake(z + 8, 1, FutexMode(isPrivate: true, interface: .futex2, numa: true)), .EFAULT)
    play.expect(a, .wake(x + 0, 1, FutexMode(interface: .futex2, mpol: true)), 0)
  }

  /// The node names the table: whether a call without a node looks into that one is the kernel's choice.
  @Test func numaTables() {
    var play = play()
    let numa = FutexMode(interface: .futex2, numa: true)
    play.run(a, .wait(0, x + 8, value: 0, numa))
    #expect(play.results(b, .wake(y + 8)) == [.exactly(.value(0)), .exactly(.value(1))])
    var same = self.play()
    same.run(a, .wait(0, x + 8, value: 0, numa))
    same.expect(b, .wake(y + 8, 1, numa), 1, wakes: [w(0)])
  }
}
