import Scenario

/// A position in an address space's windows: slot times `Limits.windowBytes`, and the offset in the window.
public typealias Position = UInt32

/// A mapping: a range of positions with one backing, protection and set of flags (a vm_area_struct).
public struct Region: Hashable, Sendable {
  public enum Backing: Hashable, Sendable {
    /// Private anonymous memory: all of its pages are private ones.
    case anonymous
    /// Position `p` is the object's byte `p + shift`, modulo 2^32.
    case object(ObjectID, shift: UInt32)
  }
  public var range: Range<Position>
  public var backing: Backing
  public var sharing: Sharing
  public var protection: Protection
  public var isHugetlb = false
  /// `VM_LOCKED`.
  public var isLocked = false
  /// `VM_MAYWRITE`: may be made writable. Not so for a SysV segment attached with `SHM_RDONLY`; `nil` where it is
  /// not known whether it was.
  public var mayWrite: Bool? = true

  /// The object's byte at a position.
  func offset(at position: Position) -> (object: ObjectID, offset: UInt32)? {
    if case .object(let object, let shift) = backing { return (object, position &+ shift) }
    return nil
  }
  var isPrivate: Bool { sharing == .private }
  var isAnonymous: Bool { backing == .anonymous }
}
