/// A kernel release by number, for behaviour that changed between releases.
public struct KernelRelease: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var major: Int
  public var minor: Int

  /// The newest release whose changes the Contract knows.
  public static let newest = KernelRelease(7, 0)

  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads what `uname -r` prints: `6.18.44-fc`, `5.15.0-91-generic`. `nil` when it does not start with two numbers.
  public init?(uname: some StringProtocol) {
    let parts = uname.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1].prefix { $0.isASCII && $0.isNumber })
    else { return nil }
    self.init(major, minor)
  }

  public static func < (left: Self, right: Self) -> Bool { (left.major, left.minor) < (right.major, right.minor) }
  public var description: String { "\(major).\(minor)" }
}
