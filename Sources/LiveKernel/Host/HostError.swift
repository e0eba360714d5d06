import SystemPackage

/// Something on the host that could not be done: what, on what, and why.
public struct HostError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was attempted, in words: "make the swap file".
  public let action: String
  /// The file, folder or setting concerned.
  public let path: FilePath?
  /// The kernel's answer; nil when the host looked wrong without a system call failing.
  public let errno: Errno?
  /// What the user can do about it, or what was found instead.
  public let advice: String?

  public init(_ action: String, _ path: FilePath? = nil, _ errno: Errno? = nil, advice: String? = nil) {
    self.action = action
    self.path = path
    self.errno = errno
    self.advice = advice
  }

  public var description: String {
    var text = "cannot \(action)"
    if let path { text += " \(path)" }
    if let errno { text += ": \(errno.name)" }
    if let advice { text += " (\(advice))" }
    return text
  }
}
