/// A state's bytes as words, for stores that keep its parts apart.
extension MachineState {
  /// Words of the whole.
  public static let wordCount = Layout.stateBytes / 8
  /// Words of the shared part, and of one thread.
  public static let sharedWords = Layout.sharedBytes / 8
  public static let threadWords = Layout.threadBytes / 8

  /// Whether a thread, given as its words, is inside a derivation or lookup: what it may come to is kept up with at
  /// every step of any thread.
  public static func isDeriving(threadWords words: UnsafePointer<UInt64>) -> Bool {
    UnsafeRawPointer(words).load(fromByteOffset: ThreadField.deriving, as: UInt8.self) != 0
  }

  /// Gives `body` the words. The pointer is not to leave the closure.
  public mutating func withWords<Value>(_ body: (UnsafeMutablePointer<UInt64>) -> Value) -> Value {
    withUnsafeMutableBytes(of: &words) { bytes in
      // 104 words of storage, aligned as UInt64.
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
