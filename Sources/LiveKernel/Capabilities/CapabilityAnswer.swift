import SystemPackage

/// What a probe found: yes, or why not and what helps.
public enum CapabilityAnswer: Equatable, Sendable {
  /// There, with a detail worth knowing ("ext4 at /var/tmp"), perhaps empty.
  case available(String)
  /// Not there, for a known reason, with what the user can do.
  case missing(reason: String, fix: String)
  /// The kernel gave an answer that the probe knows no reason for. Treated as not there.
  case unexpected(call: String, errno: Errno)

  public var isAvailable: Bool {
    if case .available = self { true } else { false }
  }

  /// Why it is not there; nil when it is.
  public var reason: String? {
    switch self {
    case .available: nil
    case .missing(let reason, _): reason
    case .unexpected(let call, let errno): "\(call) gave \(errno.symbol), which the probe does not expect"
    }
  }

  /// What the user can do about it; nil when it is there.
  public var fix: String? {
    switch self {
    case .available: nil
    case .missing(_, let fix): fix
    case .unexpected: "report it, with the kernel release and `keywake doctor --json`"
    }
  }

  /// The detail, or the reason.
  public var text: String {
    if case .available(let detail) = self { return detail }
    return reason ?? ""
  }
}

extension CapabilityAnswer: Codable {
  private enum Key: String, CodingKey {
    case available, detail, reason, fix, call, errno
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    if try values.decode(Bool.self, forKey: .available) {
      self = .available(try values.decodeIfPresent(String.self, forKey: .detail) ?? "")
    } else if let call = try values.decodeIfPresent(String.self, forKey: .call) {
      self = .unexpected(call: call, errno: Errno(rawValue: try values.decode(Int32.self, forKey: .errno)))
    } else {
      self = .missing(
        reason: try values.decode(String.self, forKey: .reason), fix: try values.decode(String.self, forKey: .fix))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(isAvailable, forKey: .available)
    try values.encodeIfPresent(reason, forKey: .reason)
    try values.encodeIfPresent(fix, forKey: .fix)
    switch self {
    case .available(let detail): try values.encode(detail, forKey: .detail)
    case .missing: break
    case .unexpected(let call, let errno):
      try values.encode(call, forKey: .call)
      try values.encode(errno.rawValue, forKey: .errno)
    }
  }
}
