/// Barriers taken away, for finding out what each is needed for.
extension Program {
  /// Nothing but a barrier: where memory is sequentially consistent nobody can tell whether it is there.
  public func isBarrier(_ line: Int) -> Bool {
    guard lines.indices.contains(line), case .perform(.call(let name, _)) = lines[line].statement else { return false }
    return [.fullBarrier, .readBarrier, .writeBarrier, .barrierAfterAtomic].contains(Primitive.byName[name])
  }
  /// It tells the checks what a call is about, and stands for nothing in the kernel.
  public func isAnnotation(_ line: Int) -> Bool {
    guard lines.indices.contains(line), case .perform(.call(let name, _)) = lines[line].statement else { return false }
    return [.promiseWait, .promiseWake, .promiseKept].contains(Primitive.byName[name])
  }
  /// Lines whose operation is a full barrier by the kernel's rules: `smp_mb`, and atomic operations that return a value.
  public var fullBarriers: [Int] {
    lines.indices.filter { line in
      lines[line].statement.primitives.contains {
        switch $0 {
        case .fullBarrier, .barrierAfterAtomic, .tryGetPage, .putPage, .atomicIncReturn, .atomicIncNotZero,
          .atomicDecAndTest, .compareExchange, .lockPage, .unlockPage:
          true
        default: false
        }
      }
    }
  }
  /// The program without the order that any of its lines gives, but for one line; `range`: only these lines are touched.
  public func relaxed(butFor kept: Int?, in range: Range<Int>) -> Program {
    var copy = self
    for line in range where line != kept && lines.indices.contains(line) {
      copy.lines[line].isRelaxed = true
      switch lines[line].statement.primitives.first {
      case .fullBarrier, .barrierAfterAtomic:
        copy.lines[line].statement = .perform(.call(Primitive.warnOn.rawValue, [.number(0)]))
      default: break
      }
    }
    return copy
  }

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
