/// Goes over the operands of an action in the order of the text form, and may change each of them.
///
/// `Action.visitOperands` alone knows which operands an operation has. Checking, repairing, printing, parsing, encoding,
/// decoding and mutating are visitors, so that none of them can disagree on an operation's shape. A method without an
/// implementation of its own does nothing. Each method is one operand: visitors may count them.
package protocol OperandVisitor {
  associatedtype Failure: Error = Never

  mutating func newActor(_ actor: inout ActorID) throws(Failure)
  mutating func newFile(_ file: inout FileID) throws(Failure)
  mutating func fileKind(_ kind: inout FileKind) throws(Failure)
  mutating func file(_ file: inout FileID, _ use: FileUse) throws(Failure)
  /// `nil` is the whole system.
  mutating func fileOrSystem(_ file: inout FileID?) throws(Failure)
  mutating func pageCount(_ pages: inout UInt8, atLeast least: UInt8) throws(Failure)
  mutating func filePages(_ pages: inout PageRange) throws(Failure)

  mutating func slot(_ slot: inout SlotID) throws(Failure)
  mutating func windowPages(_ pages: inout PageRange) throws(Failure)
  mutating func source(_ source: inout MapSource) throws(Failure)
  mutating func sharing(_ sharing: inout Sharing) throws(Failure)
  mutating func protection(_ protection: inout Protection) throws(Failure)
  mutating func options(_ options: inout MapOptions) throws(Failure)
  mutating func duplicate(_ duplicate: inout Bool) throws(Failure)

  mutating func address(_ address: inout Address, _ use: AddressUse) throws(Failure)
  /// Without a label it is written bare.
  mutating func value(_ value: inout UInt32, _ label: StaticString?) throws(Failure)
  mutating func count(_ count: inout Int32, _ label: StaticString) throws(Failure)
  mutating func bitset(_ bitset: inout UInt32) throws(Failure)
  mutating func timeout(_ timeout: inout Timeout) throws(Failure)
  mutating func mode(_ mode: inout FutexMode, _ rule: ModeRule) throws(Failure)
  mutating func wakeOperation(_ operation: inout WakeOperation) throws(Failure)
  mutating func newWaiter(_ waiter: inout WaiterID) throws(Failure)
  mutating func waiter(_ waiter: inout WaiterID) throws(Failure)
  mutating func waitWords(_ words: inout [WaitWord]) throws(Failure)
  mutating func keyWords(_ words: inout [ActorAddress]) throws(Failure)
  mutating func isPrivate(_ isPrivate: inout Bool) throws(Failure)
  mutating func hashSlots(_ slots: inout UInt8) throws(Failure)
}

/// What an operation needs of its file.
package enum FileUse: Sendable {
  /// A descriptor: `FileKind.hasDescriptor`.
  case descriptor
  /// A name: `FileKind.hasName`.
  case name
}

/// What is done at an address.
package enum AddressUse: Sendable {
  /// A futex call: any address will do, each has its answer.
  case futex
  /// An aligned load or store, where the value is the scenario's own.
  case access
}

/// Which flags a futex call takes.
package enum ModeRule: Sendable {
  case any
  /// `futex(2)` alone.
  case legacy
  /// futex2 alone.
  case futex2

  func allows(_ mode: FutexMode) -> Bool {
    if mode.interface == .legacy {
      return self != .futex2 && mode.size == .u32 && !mode.numa && !mode.mpol
    }
    return self != .legacy
  }
}

extension OperandVisitor {
  package mutating func newActor(_ actor: inout ActorID) throws(Failure) {}
  package mutating func newFile(_ file: inout FileID) throws(Failure) {}
  package mutating func fileKind(_ kind: inout FileKind) throws(Failure) {}
  package mutating func file(_ file: inout FileID, _ use: FileUse) throws(Failure) {}
  package mutating func fileOrSystem(_ file: inout FileID?) throws(Failure) {}
  package mutating func pageCount(_ pages: inout UInt8, atLeast least: UInt8) throws(Failure) {}
  package mutating func filePages(_ pages: inout PageRange) throws(Failure) {}
  package mutating func slot(_ slot: inout SlotID) throws(Failure) {}
  package mutating func windowPages(_ pages: inout PageRange) throws(Failure) {}
  package mutating func source(_ source: inout MapSource) throws(Failure) {}
  package mutating func sharing(_ sharing: inout Sharing) throws(Failure) {}
  package mutating func protection(_ protection: inout Protection) throws(Failure) {}
  package mutating func options(_ options: inout MapOptions) throws(Failure) {}
  package mutating func duplicate(_ duplicate: inout Bool) throws(Failure) {}
  package mutating func address(_ address: inout Address, _ use: AddressUse) throws(Failure) {}
  package mutating func value(_ value: inout UInt32, _ label: StaticString?) throws(Failure) {}
  package mutating func count(_ count: inout Int32, _ label: StaticString) throws(Failure) {}
  package mutating func bitset(_ bitset: inout UInt32) throws(Failure) {}
  package mutating func timeout(_ timeout: inout Timeout) throws(Failure) {}
  package mutating func mode(_ mode: inout FutexMode, _ rule: ModeRule) throws(Failure) {}
  package mutating func wakeOperation(_ operation: inout WakeOperation) throws(Failure) {}
  package mutating func newWaiter(_ waiter: inout WaiterID) throws(Failure) {}
  package mutating func waiter(_ waiter: inout WaiterID) throws(Failure) {}
  package mutating func waitWords(_ words: inout [WaitWord]) throws(Failure) {}
  package mutating func keyWords(_ words: inout [ActorAddress]) throws(Failure) {}
  package mutating func isPrivate(_ isPrivate: inout Bool) throws(Failure) {}
  package mutating func hashSlots(_ slots: inout UInt8) throws(Failure) {}
}
