import CKeywakeHost
import Glibc
import SystemPackage

extension Errno {
  /// The symbol and the meaning: `EPERM, Operation not permitted`.
  var name: String { "\(symbol), \(self)" }

  /// The symbol of errno(3): `EPERM`; the number when the C library has no name for it.
  public var symbol: String {
    guard let symbol = kwh_errno_name(rawValue) else { return "errno \(rawValue)" }
    return String(cString: symbol)
  }

  /// The last error of a C library call of this thread.
  static var last: Errno { Errno(rawValue: Glibc.errno) }
}
