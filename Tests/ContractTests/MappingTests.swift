import Contract
import Scenario
import Testing

/// mmap(2), munmap(2), mremap(2), mprotect(2), madvise(2), mlock(2), shmat(2).
struct MappingTests {
  private func one() -> Play {
    var play = Play()
    play.run(nil, .process(a))
    return play
  }
  private func page(_ index: UInt8) -> PageRange { PageRange(index, index) }

  @Test func mapReplacesTheWholeWindow() {
    var play = one()
    play.run(a, .anonymous(x, pages: 4))
    play.run(a, .store(x + 0x2000, 1))
    play.expect(a, .anonymous(x, pages: 1), 0)
    play.expect(a, .load(x + 0x2000), .signal(.segv), rule: .accessUnmapped)
    play.expect(a, .load(x + 0), 0)
  }

  @Test func protections() {
    var play = one()
    play.run(a, .anonymous(x))
    play.run(a, .store(x + 0, 4))
    play.expect(a, .protect(x, .read, page(0)), 0)
    play.expect(a, .store(x + 0, 5), .signal(.segv))
    play.expect(a, .load(x + 0), 4)
    play.expect(a, .protect(x, .none, page(0)), 0)
    play.expect(a, .load(x + 0), .signal(.segv))
    play.expect(a, .protect(x, .write, page(0)), 0)
    play.expect(a, .load(x + 0), 4)
    play.expect(a, .store(x + 0, 6), 0)
    play.expect(a, .store(x + 0x1000, 6), 0)
  }

  /// mprotect(2) ENOMEM: changed up to the hole.
  @Test func protectStopsAtAHole() {
    var play = one()
    play.run(a, .anonymous(x, pages: 3))
    play.expect(a, .unmap(x, page(1)), 0)
    play.expect(a, .protect(x, .read, PageRange(0, 2)), .ENOMEM, rule: .protectHole)
    play.expect(a, .store(x + 0, 1), .signal(.segv))
    play.expect(a, .store(x + 0x2000, 1), 0)
    play.expect(a, .protect(x, .read, page(1)), .ENOMEM)
    play.expect(a, .protect(y, .read, .all), .ENOMEM)
  }

  @Test func unmapIsNeverWrong() {
    var play = one()
    play.run(a, .anonymous(x, pages: 3))
    play.expect(a, .unmap(x, page(1)), 0)
    play.expect(a, .unmap(x, page(1)), 0)
    play.expect(a, .unmap(y, .all), 0)
    play.expect(a, .load(x + 0x1000), .signal(.segv))
    play.expect(a, .load(x + 0x2000), 0)
  }

  /// Without pages, an operation covers what is mapped, holes between included.
  @Test func wholeWindow() {
    var play = one()
    play.run(a, .anonymous(x, pages: 4))
    play.run(a, .unmap(x, page(0)))
    play.expect(a, .dontneed(x, .all), 0)
    play.run(a, .unmap(x, page(2)))
    play.expect(a, .dontneed(x, .all), .ENOMEM, rule: .adviceHole)
    play.expect(a, .dontneed(y, .all), .ENOMEM)
    play.expect(a, .unmap(x, .all), 0)
    play.expect(a, .load(x + 0x3000), .signal(.segv))
  }

  /// The key of a private page is its address: a waiter from before the move is not found at the new place.
  @Test func remapMoves() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(a, .anonymous(y))
    for slot in [x, y] { play.run(a, .store(slot + 0x1000, 8)) }
    play.run(a, .wait(0, x + 0))
    play.run(a, .wait(1, y + 0))
    play.expect(a, .remap(x, to: z, duplicate: false), 0)
    play.expect(a, .load(x + 0x1000), .signal(.segv))
    play.expect(a, .load(z + 0x1000), 8)
    play.expect(a, .wake(z + 0), 1, wakes: [w(0)])
    play.expect(a, .remap(y, to: x, duplicate: false), 0)
    play.expect(a, .load(x + 0x1000), 8)
    play.expect(a, .wake(x + 0), 0)
    play.run(a, .remap(x, to: y, duplicate: false))
    play.expect(a, .wake(y + 0), 1, wakes: [w(1)])
    play.expect(a, .load(y + 0x1000), 8)
  }

  @Test func remapOfNothing() {
    var play = one()
    play.run(a, .anonymous(y))
    #expect(
      play.results(a, .remap(x, to: y, duplicate: false)) == [.exactly(.value(0)), .exactly(.error(.EFAULT))])
    play.expect(a, .load(y + 0), 0)
  }

  @Test func remapKeepsTheTargetsOtherPages() {
    var play = one()
    play.run(a, .anonymous(x, pages: 1))
    play.run(a, .anonymous(y, pages: 2))
    play.run(a, .store(x + 0, 1))
    for offset: UInt32 in [0, 0x1000] { play.run(a, .store(y + offset, 2)) }
    play.run(a, .remap(x, to: y, duplicate: false))
    play.expect(a, .load(y + 0), 1)
    play.expect(a, .load(y + 0x1000), 2)
  }

  /// A private file mapping takes its copies along.
  @Test func remapMovesCopies() {
    var play = Play.two()
    play.run(a, .map(x, f, 0, 1, .private))
    play.run(b, .map(x, f))
    play.run(a, .store(x + 0x1000, 1))
    play.run(a, .remap(x, to: y, duplicate: false))
    for offset: UInt32 in [0, 0x1000] { play.run(b, .store(x + offset, 2)) }
    play.expect(a, .load(y + 0), 2)
    play.expect(a, .load(y + 0x1000), 1)
    play.run(b, .truncate(f, pages: 0))
    play.run(b, .truncate(f, pages: 2))
    play.expect(a, .load(y + 0x1000), 0)
  }

  @Test func remapDuplicates() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.expect(a, .remap(x, to: y, duplicate: true), 0)
    play.run(a, .store(x + 4, 1))
    play.expect(a, .load(y + 4), 1)
    play.run(a, .wait(0, x + 0))
    play.expect(a, .wake(y + 0), 1, wakes: [w(0)])
    play.run(a, .anonymous(z))
    play.expect(a, .remap(z, to: y, duplicate: true), .EINVAL, rule: .remapDuplicatePrivate)
    play.expect(a, .load(y + 4), 1)
    var older = Play.two(release: KernelRelease(6, 1))
    older.run(a, .map(y, f))
    older.run(a, .anonymous(z))
    older.run(a, .remap(z, to: y, duplicate: true))
    #expect(older.results(a, .load(y + 4)) == [.exactly(.value(0)), .exactly(.signal(.segv))])
  }

  /// 550a7d60bd5e (5.16); never longer than it was.
  @Test func remapHugetlb() {
    var play = Play.two(.memfdHugetlb)
    play.run(a, .map(x, f))
    play.expect(a, .remap(x, to: y, duplicate: true), .EINVAL, rule: .remapHugetlbDuplicate)
    play.expect(a, .remap(x, to: y, duplicate: false), 0)
    play.expect(a, .load(y + Limits.hugePageBytes), 0)
    var old = Play.two(.memfdHugetlb, release: KernelRelease(5, 15))
    old.run(a, .map(x, f))
    old.expect(a, .remap(x, to: y, duplicate: false), .EINVAL, rule: .remapHugetlbSince)
    var mixed = Play.two(.memfdHugetlb)
    mixed.run(a, .map(x, f))
    mixed.run(a, .anonymous(y))
    mixed.expect(a, .remap(y, to: x, duplicate: false), .EINVAL, rule: .hugetlbSplit)
  }

  @Test func privateMappingsCopyOnWrite() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(b, .map(y, f, 0, 1, .private))
    play.run(a, .store(x + 4, 1))
    play.expect(b, .load(y + 4), 1)
    play.run(b, .store(y + 8, 2))
    play.run(a, .store(x + 4, 3))
    play.expect(b, .load(y + 4), 1)
    play.expect(a, .load(x + 8), 0)
    play.expect(b, .dontneed(y, page(0)), 0)
    play.expect(b, .load(y + 4), 3)
    play.expect(b, .load(y + 8), 0)
  }

  /// A copy is one base page, also of a file in huge pages; hugetlb copies its own page.
  @Test func unitOfCopies() {
    for (kind, later) in [(FileKind.memfdTHP, Int64(5)), (.memfdHugetlb, 0)] {
      var play = Play.two(kind)
      play.run(a, .map(x, f))
      play.run(a, .map(y, f, 0, 1, .private))
      play.run(a, .store(y + 0, 1))
      play.run(a, .store(x + 0x3000, 5))
      play.expect(a, .load(y + 0x3000), later)
    }
  }

  /// MAP_POPULATE copies in a writable private mapping, not in a read-only one (observed on 6.18).
  @Test func populateCopies() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(a, .map(y, f, 0, 1, .private, .readWrite, .populate))
    play.run(a, .map(z, f, 0, 1, .private, .read, .populate))
    play.run(a, .store(x + 0, 4))
    play.expect(a, .load(y + 0), 0)
    play.expect(a, .load(z + 0), 4)
  }

  @Test func dontneed() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(a, .anonymous(y))
    for slot in [x, y] {
      play.run(a, .store(slot + 0, 7))
      play.expect(a, .dontneed(slot, .all), 0)
    }
    play.expect(a, .load(x + 0), 7)
    play.expect(a, .load(y + 0), 0)
  }

  @Test func removeIsForSharedFiles() {
    var play = Play.two(.tmpfs)
    play.run(a, .map(x, f, 0, 1, .shared, .read))
    play.run(b, .map(y, f))
    for offset: UInt32 in [0, 0x1000] { play.run(b, .store(y + offset, 7)) }
    play.expect(a, .remove(x, page(1)), 0)
    play.expect(b, .load(y + 0), 7)
    play.expect(b, .load(y + 0x1000), 0)
    play.run(a, .map(x, f, 0, 1, .private))
    play.expect(a, .remove(x, .all), .EACCES, rule: .removePrivate)
    play.run(a, .anonymous(x))
    play.expect(a, .remove(x, .all), .EINVAL, rule: .removePrivate)
    play.run(a, .anonymous(x, .private, .readWrite, .hugetlb))
    play.expect(a, .remove(x, .all), .EACCES)
    play.run(a, .anonymous(x, .shared))
    play.run(a, .store(x + 0, 1))
    play.expect(a, .remove(x, .all), 0)
    play.expect(a, .load(x + 0), 0)
    play.expect(a, .remove(z, .all), .ENOMEM)
  }

  /// Reclaim is not seen: nothing changes, no waiter is lost, also by KSM, huge pages and dropped caches.
  @Test func reclaimIsInvisible() {
    for kind in [FileKind.memfd, .tmpfs, .disk, .memfdTHP] {
      var play = Play.two(kind)
      play.run(a, .map(x, f))
      play.run(b, .map(y, f))
      play.run(a, .store(x + 0, 5))
      play.run(a, .wait(0, x + 4))
      for action: Action in [.pageout(x, .all), .dropCaches(f), .dropCaches(nil), .merge(x, .all), .swapin(x, .all)] {
        play.expect(a, action, 0)
      }
      #expect(play.results(a, .collapse(x, .all)).contains(.exactly(.value(0))))
      play.run(a, .split(x, .all))
      play.expect(b, .load(y + 0), 5)
      play.expect(b, .wake(y + 4), 1, wakes: [w(0)])
    }
  }

  @Test func populateRead() {
    var play = Play.two()
    play.run(a, .map(x, f, 0, 3))
    play.expect(a, .swapin(x, PageRange(0, 1)), 0)
    play.expect(a, .swapin(x, PageRange(1, 2)), .EFAULT, rule: .populateBeyondEnd)
    play.run(a, .protect(x, .write, page(0)))
    play.expect(a, .swapin(x, page(0)), .EINVAL, rule: .populateUnreadable)
    play.run(a, .unmap(x, page(0)))
    play.expect(a, .swapin(x, PageRange(0, 1)), .ENOMEM, rule: .populateHole)
    play.expect(a, .swapin(y, .all), .ENOMEM)
  }

  @Test func lockedMemory() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(a, .store(x + 0, 1))
    #expect(
      play.results(a, .lockMemory(x, page(0))) == [
        .exactly(.value(0)), .exactly(.error(.ENOMEM)), .exactly(.error(.EPERM)),
      ])
    play = Play.two()
    play.run(a, .map(x, f))
    play.observe(a, .lockMemory(x, page(0)), .value(0))
    for action: Action in [.dontneed(x, .all), .pageout(x, .all), .remove(x, page(0))] {
      play.expect(a, action, .EINVAL, rule: .adviceLocked)
    }
    play.expect(a, .pageout(x, page(1)), 0)
    play.run(a, .fork(c))
    play.expect(c, .pageout(x, .all), 0)
    play.run(a, .map(x, f, 1, 2))
    play.observe(a, .lockMemory(x, .all), .error(.ENOMEM))
    play.run(a, .unmap(x, page(0)))
    play.observe(a, .lockMemory(x, page(0)), .error(.ENOMEM))
  }

  @Test func hugetlbAdvice() {
    var play = Play.two(.memfdHugetlb)
    play.run(a, .map(x, f))
    play.expect(a, .pageout(x, .all), .EINVAL, rule: .pageoutHugetlb)
    play.expect(a, .dontneed(x, .all), 0)
    play.observe(a, .lockMemory(x, .all), .value(0))
    play.expect(a, .dontneed(x, .all), 0)
    var old = Play.two(.memfdHugetlb, release: KernelRelease(5, 17))
    old.run(a, .map(x, f))
    old.expect(a, .dontneed(x, .all), .EINVAL, rule: .dontneedHugetlbSince)
  }

  @Test func sysvReadOnly() {
    var play = Play.two(.sysv)
    play.run(a, .map(x, f, 0, 1, .shared, .read))
    #expect(play.results(a, .protect(x, .readWrite, .all)) == [.exactly(.value(0)), .exactly(.error(.EACCES))])
    var writable = Play.two(.sysv)
    writable.run(a, .map(x, f))
    writable.expect(a, .protect(x, .read, .all), 0)
    writable.expect(a, .protect(x, .readWrite, .all), 0)
    writable.expect(a, .remove(x, .all), 0)
  }

  /// MADV_COLLAPSE came with 6.1 (7d8faaf15545).
  @Test func collapseSince() {
    var play = Play.two(release: KernelRelease(6, 0))
    play.run(a, .map(x, f))
    play.expect(a, .collapse(x, .all), .EINVAL, rule: .collapseSince)
  }

  @Test func specialAddressesFault() {
    var play = one()
    for special in SpecialAddress.allCases {
      play.expect(a, .store(at(special), 1), .signal(.segv))
    }
    #expect(play.results(a, .load(at(.text))) == [.anyValue])
    #expect(play.results(a, .load(at(.vsyscall))) == [.exactly(.signal(.segv)), .anyValue])
    play.expect(a, .load(at(.kernel)), .signal(.segv))
    play.expect(a, .load(at(.null)), .signal(.segv))
  }
}
