import Scenario

extension Unsupported {
  /// Why these lanes cannot run at once, or `nil`.
  func reason(race lanes: [Scenario.Lane], threads: Set<ActorID>) -> String? {
    guard options.races else { return "a race: keywake litmus runs it" }
    if Set(lanes.map(\.actor)).count < lanes.count { return "two lanes of one actor" }
    for lane in lanes {
      for operation in lane.operations {
        if let reason = reason(operation, of: lane, isThread: threads.contains(lane.actor)) { return reason }
      }
    }
    return nil
  }

  private func reason(_ operation: Operation, of lane: Scenario.Lane, isThread: Bool) -> String? {
    if let actor = operation.actor, actor != lane.actor { return "another's operation in a lane" }
    switch operation.action {
    case .wait(_, _, value: _, bitset: _, let timeout, _):
      if timeout.endsByItself { return "a wait that ends by itself inside a race" }
      return isThread && options.waiters == .ring ? "a ring's wait by a further thread inside a race" : nil
    case .waitv:
      return options.waiters == .thread || isThread ? "a thread's waitv inside a race" : nil
    case .wake, .requeue, .compareRequeue, .wakeOp, .lockPI, .tryLockPI, .unlockPI, .truncate, .grow, .punch,
      .dropCaches, .close, .unlink, .unmap, .protect, .remove, .dontneed, .pageout, .swapin, .collapse,
      .split, .lockMemory, .store, .load, .fork:
      return nil
    default: return "\(operation.kind.keyword) inside a race on the live kernel"
    }
  }
}
