import Machine
import Testing

@testable import Explorer

/// Every state that was put into a store is found there under its number, however wide the numbers have become.
@Suite struct StateStoreTests {
  private static func states(_ count: Int, threads: Int, shared: Int, locals: Int) -> [[UInt64]] {
    var random = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: 0...UInt64.max, using: &random)
    print("seed \(seed)")
    var state = seed
    func next(below bound: Int) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % UInt64(bound)
    }
    return (0..<count).map { _ in
      var words = [UInt64](repeating: 0, count: MachineState.wordCount)
      words[0] = next(below: shared)
      for thread in 0..<threads {
        words[MachineState.sharedWords + thread * MachineState.threadWords + 1] = next(below: locals)
      }
      return words
    }
  }

  /// - Parameters:
  ///   - locals: different parts of threads; with four threads 63 bits are enough for 2^13 and not for 2^15.
  @Test(arguments: [
    (threads: 1, shared: 3, locals: 5, isWide: false), (threads: 4, shared: 900, locals: 300, isWide: false),
    (threads: 4, shared: 70_000, locals: 9, isWide: false), (threads: 4, shared: 40, locals: 1_000_000, isWide: true),
    (threads: 2, shared: 3, locals: 1_000_000, isWide: false),
  ])
  func statesAreFoundAgain(_ row: (threads: Int, shared: Int, locals: Int, isWide: Bool)) {
    let states = Self.states(20_000, threads: row.threads, shared: row.shared, locals: row.locals)
    var store = StateStore(threads: row.threads, numbered: true)
    var plain = StateStore(threads: row.threads)
    var numbers: [[UInt64]: Int] = [:]
    for words in states {
      let (number, isNew) = store.insert(words, parent: numbers.isEmpty ? -1 : numbers.count / 2)
      #expect(isNew == (numbers[words] == nil))
      #expect(plain.insert(words, parent: -1).isNew == isNew)
      if isNew { numbers[words] = number }
      #expect(numbers[words] == number)
    }
    #expect(store.isWide == row.isWide)
    #expect(store.count == numbers.count)
    var loaded = [UInt64](repeating: 0, count: MachineState.wordCount)
    for (words, number) in numbers {
      loaded.withUnsafeMutableBufferPointer { store.load(number, into: $0.baseAddress!) }
      #expect(loaded == words)
      #expect(plain.numbers(number) == store.numbers(number))
    }
  }

  @Test func aStoreThatWasKeptIsTheSame() {
    let states = Self.states(20_000, threads: 4, shared: 40, locals: 1_000_000)
    var store = StateStore(threads: 4)
    for words in states { _ = store.insert(words, parent: -1) }
    var bytes: [UInt8] = []
    store.write(to: &bytes)
    var again = StateStore(threads: 4)
    let parts = store.parts
    let fits = bytes.withUnsafeBytes {
      again.read($0, shared: parts.shared, threads: parts.threads, states: store.count)
    }
    #expect(fits)
    #expect(again.count == store.count && again.isWide)
    #expect((0..<store.count).allSatisfy { again.numbers($0) == store.numbers($0) })
    for words in states { #expect(!again.insert(words, parent: -1).isNew) }
  }

  /// Each number stands alone in its bits: what is replaced in a key is what a key of the new numbers has.
  @Test(arguments: [64, 128])
  func numbersAreReplacedInAKey(bits: Int) throws {
    let packing = try #require(Packing(threads: 4, bits: bits, shared: 70_000, locals: 1_000))
    #expect(packing.fits(shared: 70_000, locals: 1_000))
    let numbers = SIMD8<UInt32>(69_999, 1, 999, 512, 0, 0, 0, 0)
    for thread in 0..<4 {
      var changed = numbers
      changed[0] = 4
      changed[1 + thread] = 777
      if bits == 64 {
        let key: UInt64 = packing.key(numbers)
        #expect(packing.numbers(key) == numbers)
        #expect(packing.key(key, thread: thread, shared: 4, local: 777) == packing.key(changed))
      } else {
        let key: UInt128 = packing.key(numbers)
        #expect(packing.numbers(key) == numbers)
        #expect(packing.key(key, thread: thread, shared: 4, local: 777) == packing.key(changed))
      }
    }
    #expect(Packing(threads: 4, bits: 64, shared: 1 << 20, locals: 1 << 11) == nil)
  }
}
