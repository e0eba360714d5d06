import Scenario

extension ContractState {
  /// Whether an operation may leave the kernel a choice here. `true` is always safe; `false` must be right.
  func leavesChoice(_ operation: Operation) -> Bool {
    if hasDoubts { return true }
    switch operation.action {
    case .process, .fork, .thread, .file, .truncate, .grow, .punch, .dropCaches, .close, .unlink, .rename, .unmap,
      .protect, .remove, .dontneed, .pageout, .swapin, .merge, .store, .cancel:
      return false
    case .load(let address): return address.slot == nil
    case .wait(_, let address, value: _, bitset: _, _, let mode): return address.slot == nil || mode.numa
    case .wake(_, count: _, bitset: _, let mode): return mode.numa
    case .map(_, .anonymous, _, _, _): return false
    case .map(_, .file(let file, _), _, _, _):
      return operation.actor.flatMap(actor).map { !isOpen(file, in: $0.space) } ?? true
    default: return true
    }
  }
}
