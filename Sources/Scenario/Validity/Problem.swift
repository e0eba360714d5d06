/// A rule of the language that a scenario does not keep, and where.
public struct Problem: Hashable, Sendable, CustomStringConvertible {
  /// The operation; `nil` for a problem of the names or of a race.
  public var position: OperationPosition?
  /// The element, also where no operation is to blame.
  public var element: Int?
  public var part: Part
  /// What the language wants there.
  public var expected: String
  /// What stands there.
  public var found: String

  /// The part of an operation, or of a race, that is to blame.
  public enum Part: Hashable, Sendable {
    case whole
    case actor
    /// By ordinal in the text form's order; flags of one call and lists count as one.
    case operand(Int)
    /// An element of the operation's list of words.
    case word(Int)
    case stated
    /// A lane's head.
    case lane(Int)
    case names
  }

  public var description: String {
    var place = ""
    if let position {
      place = "element \(position.element)"
      if let lane = position.lane { place += ", lane \(lane), operation \(position.index)" }
      place += ": "
    } else if let element {
      place = "element \(element): "
    }
    return "\(place)expected \(expected), found \(found)"
  }
}

/// A problem without its place.
struct Complaint: Hashable, Sendable {
  var part: Problem.Part
  var expected: String
  var found: String
}
