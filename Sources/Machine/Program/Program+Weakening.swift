/// Barriers taken away, for finding out what each is needed for.
extension Program {
  /// The line without the order that it gives: a barrier is gone, a store or load with an order becomes a plain one.
  /// `nil` for a line that orders nothing by itself.
  public func weakening(_ line: Int) -> Program? {
    guard lines.indices.contains(line), case .perform(.call(let name, let arguments)) = lines[line].statement,
      let primitive = Primitive.byName[name]
    else { return nil }
    var copy = self
    switch primitive {
    case .fullBarrier, .readBarrier, .writeBarrier, .barrierAfterAtomic:
      copy.lines[line].statement = .perform(.call(Primitive.warnOn.rawValue, [.number(0)]))
    case .storeRelease, .storeBarrier:
      guard arguments.count == 2, case .place(let place) = arguments[0] else { return nil }
      copy.lines[line].statement = .assign(place, arguments[1])
    default: return nil
    }
    copy.lines[line].text = "weakened: " + copy.lines[line].text
    return copy
  }
}
