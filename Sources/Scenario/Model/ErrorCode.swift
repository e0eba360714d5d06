/// A Linux error number. Values are those of x86-64 and arm64.
public struct ErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  public static let EPERM = ErrorCode(rawValue: 1)
  public static let ENOENT = ErrorCode(rawValue: 2)
  public static let ESRCH = ErrorCode(rawValue: 3)
  public static let EINTR = ErrorCode(rawValue: 4)
  public static let EBADF = ErrorCode(rawValue: 9)
  public static let EAGAIN = ErrorCode(rawValue: 11)
  public static let ENOMEM = ErrorCode(rawValue: 12)
  public static let EACCES = ErrorCode(rawValue: 13)
  public static let EFAULT = ErrorCode(rawValue: 14)
  public static let EBUSY = ErrorCode(rawValue: 16)
  public static let EEXIST = ErrorCode(rawValue: 17)
  public static let ENODEV = ErrorCode(rawValue: 19)
  public static let EINVAL = ErrorCode(rawValue: 22)
  public static let ENOSPC = ErrorCode(rawValue: 28)
  public static let EDEADLK = ErrorCode(rawValue: 35)
  public static let ENOSYS = ErrorCode(rawValue: 38)
  public static let EOPNOTSUPP = ErrorCode(rawValue: 95)
  public static let ETIMEDOUT = ErrorCode(rawValue: 110)
  public static let ECANCELED = ErrorCode(rawValue: 125)
  public static let EHWPOISON = ErrorCode(rawValue: 133)

  /// The codes that have a name in the text form; any other is written `errno:N`.
  public static let named: [(ErrorCode, String)] = [
    (EPERM, "EPERM"), (ENOENT, "ENOENT"), (ESRCH, "ESRCH"), (EINTR, "EINTR"), (EBADF, "EBADF"), (EAGAIN, "EAGAIN"),
    (ENOMEM, "ENOMEM"), (EACCES, "EACCES"), (EFAULT, "EFAULT"), (EBUSY, "EBUSY"), (EEXIST, "EEXIST"),
    (ENODEV, "ENODEV"), (EINVAL, "EINVAL"), (ENOSPC, "ENOSPC"), (EDEADLK, "EDEADLK"), (ENOSYS, "ENOSYS"),
    (EOPNOTSUPP, "EOPNOTSUPP"), (ETIMEDOUT, "ETIMEDOUT"), (ECANCELED, "ECANCELED"), (EHWPOISON, "EHWPOISON"),
  ]

  public var description: String {
    Self.named.first { $0.0 == self }?.1 ?? "errno:\(rawValue)"
  }
}
