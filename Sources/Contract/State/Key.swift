import Scenario

/// What two calls must have in common to meet: what user space can know of the kernel's `union futex_key`.
public enum Key: Hashable, Sendable {
  /// A private key: the address space and the address; nothing is touched to derive it.
  case privateFlag(space: UInt8, Address)
  /// A shared key of a private page: the address space and the address. Differs from the one with the private flag.
  case privatePage(space: UInt8, Address)
  /// A shared key of an object's page: the same for every mapping of it in every process. Byte offset; `generation`
  /// counts how often the inode was evicted and read again.
  case object(ObjectID, generation: UInt8, offset: UInt32)
  /// The program's own text, which all processes map from one file.
  case text(offset: UInt32)

  var isPrivateFlag: Bool {
    if case .privateFlag = self { true } else { false }
  }
}

/// How a call reaches the word whose key it derives (`FUTEX_READ`, `FUTEX_WRITE`).
public enum KeyAccess: Hashable, Sendable {
  /// wait, wake, requeue: for writing first, and where that gives EFAULT, for reading.
  case read
  /// The second word of wake-op, and PI calls: for writing only.
  case write
}
