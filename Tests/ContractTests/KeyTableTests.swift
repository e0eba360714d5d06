import Contract
import Scenario
import Testing

/// Every memory kind, protection and history against what each call answers on a recent kernel. Source: the table of
/// what was observed on 6.18 with straight C, one fresh process a cell; futex(2).
struct KeyTableTests {
  enum Kind: Sendable { case own, object, none }
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    /// What is done, by `a`, before the word `x+offset` is used.
    var setup: [Action]
    var wakeShared: Int64
    var waitShared: ErrorCode
    var waitPrivate: ErrorCode
    var wakeOpShared: Int64
    var kind: Kind
    var offset: UInt32 = 0x10
    var testDescription: String { name }
  }

  private static let EAGAIN = ErrorCode.EAGAIN
  private static let EFAULT = ErrorCode.EFAULT
  private static let fault: Int64 = -14

  private static func row(
    _ name: String, _ kind: Kind, readOnly: Bool = false, _ setup: Action..., waitPrivate: ErrorCode = .EAGAIN,
    offset: UInt32 = 0x10
  ) -> Row {
    Row(
      name: name, setup: setup, wakeShared: kind == .none ? fault : 0, waitShared: kind == .none ? EFAULT : EAGAIN,
      waitPrivate: waitPrivate, wakeOpShared: kind == .none || readOnly ? fault : 0, kind: kind, offset: offset)
  }
  private static let all = PageRange.all
  private static func file(_ kind: FileKind) -> Action { .file(f, kind, pages: 2) }

  static let rows: [Row] = [
    row("private anon RW untouched", .own, .anonymous(x)),
    row("private anon RW read-touched", .own, .anonymous(x), .load(x + 0)),
    row("private anon RW written", .own, .anonymous(x), .store(x + 0, 1)),
    row("private anon RO untouched", .none, .anonymous(x, .private, .read)),
    row("private anon written, then RO", .none, .anonymous(x), .store(x + 0, 1), .protect(x, .read, all)),
    row("shared anon RW", .object, .anonymous(x, .shared)),
    row("shared anon RO", .object, readOnly: true, .anonymous(x, .shared, .read)),
    row("shared anon PROT_WRITE only", .object, .anonymous(x, .shared, .write)),
    row("memfd shared RW", .object, file(.memfd), .map(x, f)),
    row("tmpfs shared RW", .object, file(.tmpfs), .map(x, f)),
    row("disk shared RW", .object, file(.disk), .map(x, f)),
    row("sysv", .object, file(.sysv), .map(x, f)),
    row("anonymous-shared object", .object, file(.anonymousShared), .map(x, f)),
    row("memfd shared RO", .object, readOnly: true, file(.memfd), .map(x, f, 0, 1, .shared, .read)),
    row("disk shared RO", .object, readOnly: true, file(.disk), .map(x, f, 0, 1, .shared, .read)),
    row("disk private RW untouched", .own, file(.disk), .map(x, f, 0, 1, .private)),
    row("memfd private RW read", .own, file(.memfd), .map(x, f, 0, 1, .private), .load(x + 0)),
    row("disk private RW COWed", .own, file(.disk), .map(x, f, 0, 1, .private), .store(x + 0, 1)),
    row(
      "disk private RO never written", .object, readOnly: true, file(.disk), .map(x, f, 0, 1, .private, .read)),
    row(
      "disk private COWed then RO", .none, file(.disk), .map(x, f, 0, 1, .private), .store(x + 0, 1),
      .protect(x, .read, all)),
    row("hugetlb shared, head", .object, file(.memfdHugetlb), .map(x, f)),
    row("hugetlb shared, tail", .object, file(.memfdHugetlb), .map(x, f), offset: 0x3010),
    row("hugetlb private RW", .own, file(.memfdHugetlb), .map(x, f, 0, 1, .private)),
    row("hugetlb private RO untouched", .none, file(.memfdHugetlb), .map(x, f, 0, 1, .private, .read)),
    row("anonymous hugetlb private", .own, .anonymous(x, .private, .readWrite, .hugetlb), offset: 0x3010),
    row("anonymous hugetlb shared", .object, .anonymous(x, .shared, .readWrite, .hugetlb), offset: 0x3010),
    row("anon THP tail RW", .own, .anonymous(x, .private, .readWrite, .huge), offset: 0x3010),
    row("huge zero page RO", .none, .anonymous(x, .private, .read, .huge), offset: 0x3010),
    row("shmem THP, page 3", .object, file(.memfdTHP), .map(x, f, 0, 1, .shared, .readWrite, .huge), offset: 0x3010),
    row("PROT_NONE anon", .none, .anonymous(x, .private, .none), waitPrivate: .EFAULT),
    row("PROT_NONE shared", .none, .anonymous(x, .shared, .none), waitPrivate: .EFAULT),
    row("unmapped", .none, waitPrivate: .EFAULT),
    row("beyond the end, shared", .none, file(.memfd), .map(x, f, 0, 3), waitPrivate: .EFAULT, offset: 0x2010),
    row("beyond the end, disk", .none, file(.disk), .map(x, f, 2, 3), waitPrivate: .EFAULT),
    row(
      "beyond the end, private", .none, file(.disk), .map(x, f, 0, 3, .private), waitPrivate: .EFAULT, offset: 0x2010),
    row("beyond the mapping", .none, .anonymous(x), waitPrivate: .EFAULT, offset: 0x2010),
  ]

  private func result(_ play: Play, _ action: Action) throws -> OperationResult {
    let only = try #require(play.contract.promise(for: Operation(a, action)).only)
    #expect(only.ended == [])
    return only.result
  }
  private func prepared(_ row: Row) -> Play {
    var play = Play()
    play.run(nil, .process(a))
    for action in row.setup {
      if case .file = action { play.run(nil, action) } else { play.run(a, action) }
    }
    return play
  }
  private func asResult(_ value: Int64) -> OperationResult {
    value < 0 ? .error(ErrorCode(rawValue: Int32(-value))) : .value(value)
  }

  @Test(arguments: rows) func everyCell(_ row: Row) throws {
    let play = prepared(row)
    let word = x + row.offset
    #expect(try result(play, .wake(word)) == asResult(row.wakeShared))
    #expect(try result(play, .wake(word, 1, .private)) == .value(0))
    #expect(try result(play, .wait(0, word, value: 77)) == .error(row.waitShared))
    #expect(try result(play, .wait(0, word, value: 77, .private)) == .error(row.waitPrivate))
    let operation = WakeOperation(.add, 0, .equal, 5)
    #expect(try result(play, .wakeOp(word, word, wake: 1, wake2: 1, operation, .shared)) == asResult(row.wakeOpShared))
    let locked = play.contract.promise(for: Operation(a, .tryLockPI(word, .shared)))
    #expect(locked.ways.allSatisfy { ($0.result == .exactly(.error(.EFAULT))) == (row.wakeOpShared < 0) })
    for misaligned in [row.offset + 2, row.offset + 1] {
      #expect(try result(play, .wake(x + misaligned)) == .error(.EINVAL))
      #expect(try result(play, .wait(0, x + misaligned, value: 0, .private)) == .error(.EINVAL))
    }
  }

  /// The column "cross": a child waits, the parent wakes at the same address.
  @Test(arguments: rows) func crossProcess(_ row: Row) throws {
    var play = prepared(row)
    let word = x + row.offset
    play.run(a, .fork(b))

    let wait = play.contract.promise(for: Operation(b, .wait(0, word, value: 0)))
    play.run(b, .wait(0, word, value: 0))
    switch row.kind {
    case .none: #expect(wait.only?.result == .error(.EFAULT))
    case .own:
      #expect(wait.only?.result == .waiting)
      play.expect(a, .wake(word), 0)
      play.expect(b, .wake(word), 1, wakes: [w(0)])
    case .object:
      #expect(wait.only?.result == .waiting)
      play.expect(a, .wake(word), 1, wakes: [w(0)])
    }
  }

  /// Special addresses: wake shared, wake private, wait shared, wait private.
  @Test func specialAddresses() {
    var play = Play()
    play.run(nil, .process(a))
    for special in [SpecialAddress.null, .vdso, .vvar] {
      play.expect(a, .wake(at(special)), .EFAULT)
      play.expect(a, .wake(at(special), 1, .private), 0)
      play.expect(a, .wait(0, at(special), value: 1), .EFAULT)
      play.expect(a, .tryLockPI(at(special), .shared), .EFAULT)
    }
    play.expect(a, .wait(0, at(.null), value: 1, .private), .EFAULT)
    for special in [SpecialAddress.vsyscall, .kernel] {
      for mode in [FutexMode.shared, .private] {
        play.expect(a, .wake(at(special), 1, mode), .EFAULT)
        play.expect(a, .wait(0, at(special), value: 1, mode), .EFAULT)
        play.expect(a, .wake(at(special, 2), 1, mode), .EINVAL)
        play.expect(a, .tryLockPI(at(special), mode), .EFAULT)
      }
    }
    play.expect(a, .wake(at(.text)), 0)
    play.expect(a, .tryLockPI(at(.text), .shared), .EFAULT)
    #expect(play.results(a, .wait(0, at(.text), value: 1)) == [.exactly(.error(.EAGAIN)), .exactly(.waiting)])
  }

  /// Every process maps the program's text from one file: one key for all.
  @Test func textIsOneFile() {
    var play = Play()
    play.run(nil, .process(a))
    play.run(nil, .process(b))
    #expect(play.key(a, at(.text, 4)) == play.key(b, at(.text, 4)))
    #expect(play.key(a, at(.text, 4)) != play.key(a, at(.text, 8)))
    play.observe(a, .wait(0, at(.text), value: 9), .waiting)
    play.expect(b, .wake(at(.text)), 1, wakes: [w(0)])
  }

  @Test func privateAndSharedKeysNeverMatch() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(a, .anonymous(y))
    for (index, word) in [x + 0, y + 0].enumerated() {
      play.run(a, .wait(UInt8(2 * index), word))
      play.run(a, .wait(UInt8(2 * index + 1), word, .private))
    }
    play.expect(a, .wake(x + 0, 9), 1, wakes: [w(0)])
    play.expect(a, .wake(x + 0, 9, .private), 1, wakes: [w(1)])
    play.expect(a, .wake(y + 0, 9, .private), 1, wakes: [w(3)])
    play.expect(a, .wake(y + 0, 9), 1, wakes: [w(2)])
  }

  @Test func objectKeysMatchThroughEveryMapping() {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(a, .map(y, f, 1, 1))
    play.run(b, .map(z, f, 0, 1, .shared, .read))
    #expect(play.key(a, x + 0x1010) == play.key(a, y + 0x10))
    #expect(play.key(a, x + 0x1010) == play.key(b, z + 0x1010))
    #expect(play.key(a, x + 0x1010) != play.key(a, x + 0x10))
    #expect(play.key(a, x + 0x10) != play.key(a, x + 0x14))
  }
}
