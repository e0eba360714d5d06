/// A state's bytes as words, for stores that keep its parts apart.
extension MachineState {
  /// Words of the shared part, and of one thread.
  public static let sharedWords = Layout.sharedBytes / 8
  public static let threadWords = Layout.threadBytes / 8

  /// Gives `body` the words. The pointer is not to leave the closure.
  public mutating func withWords<Value>(_ body: (UnsafeMutablePointer<UInt64>) -> Value) -> Value {
    withUnsafeMutableBytes(of: &words) { bytes in
      // 100 words of storage, aligned as UInt64.
      guard let base = bytes.baseAddress else { preconditionFailure("the state has storage") }
      return body(base.assumingMemoryBound(to: UInt64.self))
    }
  }
}

extension StateRef {
  /// A view of words that hold a whole state.
  public init(words: UnsafeMutablePointer<UInt64>) {
    self.init(UnsafeMutableRawPointer(words).assumingMemoryBound(to: UInt8.self))
  }
}
