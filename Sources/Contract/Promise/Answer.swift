/// What was asked for, or why it cannot be had. As `Result`, but an error number or a signal need not be a Swift error.
public enum Answer<Success, Failure> {
  case success(Success)
  case failure(Failure)

  func map<Other>(_ transform: (Success) -> Other) -> Answer<Other, Failure> {
    switch self {
    case .success(let value): .success(transform(value))
    case .failure(let failure): .failure(failure)
    }
  }
  var isSuccess: Bool {
    if case .success = self { true } else { false }
  }
}

extension Answer: Equatable where Success: Equatable, Failure: Equatable {}
extension Answer: Sendable where Success: Sendable, Failure: Sendable {}
