/// Memory that grows at its end, for plain values; nothing is counted or checked on access.
final class Buffer<Element: BitwiseCopyable> {
  // Only mutated by its single owner, never while one of them is read: the checks would cost more than the work.
  @exclusivity(unchecked)
  private(set) var base: UnsafeMutablePointer<Element>
  @exclusivity(unchecked) private(set) var count = 0
  @exclusivity(unchecked) private(set) var capacity: Int

  init(capacity: Int) {
    self.capacity = max(capacity, 16)
    base = .allocate(capacity: self.capacity)
  }
  /// A table of `count` equal values.
  init(repeating value: Element, count: Int) {
    capacity = max(count, 1)
    self.count = count
    base = .allocate(capacity: capacity)
    base.initialize(repeating: value, count: count)
  }
  deinit { base.deallocate() }

  var bytes: Int { capacity * MemoryLayout<Element>.stride }

  /// Room for `extra` more, to be written by the caller.
  @inline(__always)
  func extend(_ extra: Int) -> UnsafeMutablePointer<Element> {
    if count + extra > capacity { grow(extra) }
    defer { count += extra }
    return base + count
  }

  @inline(never)
  private func grow(_ extra: Int) {
    let larger = max(capacity + capacity / 2, count + extra)
    let new = UnsafeMutablePointer<Element>.allocate(capacity: larger)
    new.update(from: base, count: count)
    base.deallocate()
    base = new
    capacity = larger
  }

  /// Gives the last `extra` back; they stay readable until the next growth.
  func drop(_ extra: Int) { count -= extra }
}
