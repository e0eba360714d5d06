/// Memory that grows at its end, for plain values, in pieces: what is there is never moved. Nothing is counted or
/// checked on access.
final class ChunkedBuffer<Element: BitwiseCopyable> {
  private typealias Chunk = UnsafeMutablePointer<Element>
  // Only mutated by its single owner, never while one of them is read: the checks would cost more than the work.
  @exclusivity(unchecked)
  private var chunks: UnsafeMutablePointer<Chunk>
  @exclusivity(unchecked) private var chunkCount = 0
  @exclusivity(unchecked) private var chunkCapacity = 16
  @exclusivity(unchecked) private(set) var count = 0

  /// Elements of a chunk: a power of two.
  private static var bits: Int { 13 }
  private static var mask: Int { 1 << bits - 1 }

  init() { chunks = .allocate(capacity: chunkCapacity) }
  deinit {
    for chunk in 0..<chunkCount { chunks[chunk].deallocate() }
    chunks.deallocate()
  }

  var bytes: Int {
    chunkCount << Self.bits * MemoryLayout<Element>.stride + chunkCapacity * MemoryLayout<Chunk>.stride
  }

  @inline(__always) subscript(index: Int) -> Element { chunks[index &>> Self.bits][index & Self.mask] }

  @inline(__always) func append(_ element: Element) {
    if count & Self.mask == 0 { grow() }
    chunks[count &>> Self.bits][count & Self.mask] = element
    count &+= 1
  }

  @inline(never) private func grow() {
    if chunkCount == chunkCapacity {
      let larger = UnsafeMutablePointer<Chunk>.allocate(capacity: chunkCapacity * 2)
      larger.update(from: chunks, count: chunkCount)
      chunks.deallocate()
      chunks = larger
      chunkCapacity *= 2
    }
    chunks[chunkCount] = .allocate(capacity: 1 << Self.bits)
    chunkCount += 1
  }
}
