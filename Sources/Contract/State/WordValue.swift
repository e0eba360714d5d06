import Scenario

/// What a 32-bit word holds, as far as a scenario can know it.
public enum WordValue: Hashable, Sendable {
  case known(UInt32)
  /// The thread ID of an actor, with the flag bits of a robust or PI futex (`FUTEX_WAITERS`, `FUTEX_OWNER_DIED`).
  case owner(ActorID, flags: UInt32)
  /// Program text, the vDSO, and what arithmetic made of a thread ID.
  case unknown

  var isKnown: Bool {
    if case .known = self { true } else { false }
  }

  /// `FUTEX_WAITERS`, `FUTEX_OWNER_DIED` and `FUTEX_TID_MASK` of `linux/futex.h`.
  static let waiters: UInt32 = 0x8000_0000
  static let ownerDied: UInt32 = 0x4000_0000
  static let threadMask: UInt32 = 0x3fff_ffff
  /// The largest thread ID that a kernel gives (`PID_MAX_LIMIT`).
  static let largestThread: UInt32 = 4 << 20

  /// Whether the word holds `value`; `nil` when a scenario cannot know.
  func equals(_ value: UInt32) -> Bool? {
    switch self {
    case .known(let known): return known == value
    case .owner(_, let flags):
      let thread = value & Self.threadMask
      if value & ~Self.threadMask != flags || thread == 0 || thread > Self.largestThread { return false }
      return nil
    case .unknown: return nil
    }
  }
}
