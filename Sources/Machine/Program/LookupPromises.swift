/// What a reverse-map lookup that gives an anon_vma promises its callers; checked at its end, and at the end of the walk.
public struct LookupPromises: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The anon_vma is in use, and is the one whose address was read.
  public static let alive = LookupPromises(rawValue: 1)
  /// The lock that is held is of the tree that was the page's, mapped, at some instant of the call.
  public static let tree = LookupPromises(rawValue: 2)
  /// The page is still in that tree, or is not mapped any more, when the call returns.
  public static let stays = LookupPromises(rawValue: 4)
  /// No page is missed that stays mapped from the start of the call to the end of the walk.
  public static let complete = LookupPromises(rawValue: 8)

  /// As a program's heading writes them, in order.
  public static let words = ["alive", "tree", "stays", "complete"]
  static let named: [String: LookupPromises] = [
    "alive": .alive, "tree": .tree, "stays": .stays, "complete": .complete,
  ]
  /// The words for what is promised.
  public var words: [String] { Self.words.filter { Self.named[$0].map(contains) ?? false } }
}
