/// What a sleeping thread is owed, in a state in which no thread can move.
public enum Sleeper: Sendable, Hashable {
  /// It does not sleep in a wait of the protocol.
  case none
  /// Nobody owes it a wake: nobody changed the word and woke, or who did had used up its count.
  case legitimate
  /// A wake that began after the word had changed has returned, and left it behind.
  case lost
}

extension StateRef {
  /// Whether `hb_waiters` is the number of waiters in the queue, as it has to be where no thread can move.
  public var countsItsWaiters: Bool {
    let queued = (0..<Layout.waiters).count { self[waiter: $0, WaiterField.state] != 0 }
    return Int(global(GlobalField.waiting)) == queued
  }

  /// Lost is a waiter that a waker took off the queue and did not get running; and one that still stands in the queue
  /// though the word is not what it expects any more and a wake on the word, which began when the waker saw the value
  /// that the word has now, has returned with some of its count left. A word that changes back in between, and again,
  /// would be judged wrongly.
  public func sleeper(_ thread: Int) -> Sleeper {
    let bytes = self.thread(thread)
    guard bytes[ThreadField.status] == ThreadStatus.running, bytes[TaskField.state] != 0,
      bytes[PromiseField.word] != 0, global(GlobalField.bucketLock) == 0
    else { return .none }
    guard bytes[ThreadField.waiter] != 0 else { return .lost }
    guard let word = place(ofWord: bytes[PromiseField.word], mm: bytes[ThreadField.mm]),
      base[word] & 0x7f != bytes[PromiseField.value]
    else { return .legitimate }
    for other in 0..<Layout.threads where other != thread && status(ofThread: other) == ThreadStatus.finished {
      let waker = self.thread(other)
      if waker[PromiseField.word] != 0, place(ofWord: waker[PromiseField.word], mm: waker[ThreadField.mm]) == word,
        waker[PromiseField.value] == base[word] & 0x7f
      {
        return .lost
      }
    }
    return .legitimate
  }

  private func place(ofWord word: UInt8, mm: UInt8) -> Int? {
    let mm = Int(mm & 0x0f)
    guard (1...16).contains(word), (1...Layout.mms).contains(mm) else { return nil }
    let entry = self[mm: mm, MMField.ptes + Int((word - 1) >> 2)]
    let page = Int(entry & 0x0f)
    guard entry & (Layout.pteSwap | Layout.pteMigration) == 0, (1...Layout.pages).contains(page) else { return nil }
    return (page - 1) * Layout.pageStride + PageField.value
  }
}
