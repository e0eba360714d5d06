/// The whole simulated kernel at one instant: a value of fixed size, copied, hashed and compared as bytes.
///
/// First the shared part (pages, inodes, mms, swap entries, futex waiters, anon_vmas, globals), then the threads.
public struct MachineState: Sendable {
  /// Whole words, so that hashing and comparing go eight bytes at a time.
  var words: InlineArray<104, UInt64>

  /// All bytes zero but the zero page, which is always there.
  public init() {
    words = InlineArray(repeating: 0)
    edit { state in
      state[page: 1, PageField.state] = 1
      state[page: 1, PageField.refcount] = 1
      state.globals(GlobalField.superblock, set: 1)
    }
  }

  /// Gives `body` a view through which the bytes can be changed. The view is not to leave the closure.
  @discardableResult public mutating func edit<Value>(_ body: (StateRef) -> Value) -> Value {
    withUnsafeMutableBytes(of: &words) { bytes in
      // The storage is 104 words long, as `Layout.stateBytes` is; its address is never nil.
      guard let base = bytes.baseAddress else { preconditionFailure("the state has storage") }
      return body(StateRef(base.assumingMemoryBound(to: UInt8.self)))
    }
  }

  /// Reads through a copy: nothing that `body` does is kept.
  public func look<Value>(_ body: (StateRef) -> Value) -> Value {
    var copy = self
    return copy.edit(body)
  }
}

extension MachineState: Equatable {
  public static func == (left: MachineState, right: MachineState) -> Bool {
    for index in 0..<104 where left.words[index] != right.words[index] { return false }
    return true
  }
}
