import Scenario

/// What a planted kernel does wrong.
enum PlantedFault: String, CaseIterable {
  case losesWakes, losesWakesAfterPageout, losesWakesOfOthers, losesWakesAfterRemap, losesWakesAfterPunch
  case forgetsTheEnd, wrongError, ignoresBitset, ignoresPageIndex, confusesPrivateAndShared, childSharesPrivate
  case requeueCountsTooMany, keepsDiscarded, losesTheThird, threadsCannotWake, wakesUnasked, hangsAfterProtect
  case keysDiffer, cancelFails, wakeOpWithAdd, waitvSecondWord, futex2Missing, storesAreLate, exitLeavesWaiters
  case growsStale, timesOutWrong, oddAddress

  func hangs(_ operation: Operation, _ promised: Observation, _ past: PlantedPast) -> Bool {
    self == .hangsAfterProtect && operation.kind == .wake && !promised.woken.isEmpty && past.did(.protect)
  }

  /// What is seen instead of what is promised; `nil` when the fault does not show.
  func distort(_ operation: Operation, _ promised: Observation, _ past: PlantedPast) -> Observation? {
    let wakes = operation.kind == .wake && !promised.woken.isEmpty
    let nothing = Observation(.value(0))
    switch self {
    case .losesWakes: return wakes ? nothing : nil
    case .losesWakesAfterPageout: return wakes && past.did(.pageout) ? nothing : nil
    case .losesWakesAfterRemap: return wakes && past.did(.remap) ? nothing : nil
    case .losesWakesAfterPunch: return wakes && past.did(.punch) ? nothing : nil
    case .losesWakesOfOthers:
      let others = promised.woken.contains { past.sleeper($0)?.process != past.process(operation) }
      return wakes && others ? nothing : nil
    case .forgetsTheEnd:
      return operation.kind == .wake && promised.result == .error(.EFAULT) ? nothing : nil
    case .wrongError:
      return operation.kind == .wait && promised.result == .error(.EINVAL) ? Observation(.error(.EFAULT)) : nil
    case .ignoresBitset, .ignoresPageIndex, .confusesPrivateAndShared, .childSharesPrivate:
      return wakesWrongly(operation, promised, past)
    case .requeueCountsTooMany:
      guard operation.kind == .requeue, case .value(let count) = promised.result, count > 0 else { return nil }
      return Observation(.value(count + 1), ended: promised.ended)
    case .keepsDiscarded:
      guard case .load(let address) = operation.action, promised.result == .value(0), past.did(.dontneed),
        let value = past.stored(at: address), value != 0
      else { return nil }
      return Observation(.value(Int64(value)))
    case .losesTheThird:
      guard wakes, promised.woken.count >= 3 else { return nil }
      return Observation(.value(2), ended: Array(promised.ended.prefix(2)))
    case .threadsCannotWake:
      return wakes && operation.actor.map(past.population.isThread) == true ? nothing : nil
    case .wakesUnasked:
      guard operation.kind == .load, let last = past.sleepers.last else { return nil }
      return Observation(promised.result, ended: [EndedWaiter(last.waiter, .woken)])
    case .keysDiffer:
      guard case .keys(let words, _) = operation.action, Set(words.map(\.actor)).count > 1,
        case .partition(let classes) = promised.result, classes.contains(.key(0)),
        classes.count(where: { $0 == .key(0) }) > 1
      else { return nil }
      return Observation(.partition(classes.indices.map { .key(UInt8($0)) }), ended: promised.ended)
    case .cancelFails:
      return operation.kind == .cancel && promised.result == .value(1) ? nothing : nil
    case .wakeOpWithAdd:
      guard case .wakeOp(_, _, _, _, let change, _) = operation.action, change.modifier == .add,
        !promised.woken.isEmpty
      else { return nil }
      return nothing
    case .waitvSecondWord:
      guard case .wake(let address, _, _, _) = operation.action, let first = promised.woken.first,
        let sleeper = past.sleeper(first), sleeper.words.count > 1, sleeper.words[0] != address
      else { return nil }
      return nothing
    case .futex2Missing:
      guard case .wait(_, _, _, _, _, let mode) = operation.action, mode.interface == .futex2,
        promised.result == .waiting
      else { return nil }
      return Observation(.error(.ENOSYS))
    case .storesAreLate:
      guard operation.kind == .load, case .value(let value) = promised.result, value != 0,
        past.done.contains(where: {
          guard case .store(_, let stored) = $0.action, Int64(stored) == value else { return false }
          return past.process($0) != past.process(operation)
        })
      else { return nil }
      return nothing
    case .exitLeavesWaiters: return operation.kind == .exit && !promised.ended.isEmpty ? nothing : nil
    case .growsStale:
      guard case .load(let address) = operation.action, promised.result == .value(0), past.did(.truncate),
        let value = past.stored(at: address), value != 0
      else { return nil }
      return Observation(.value(Int64(value)))
    case .timesOutWrong: return promised.result == .error(.ETIMEDOUT) ? Observation(.error(.EAGAIN)) : nil
    case .oddAddress:
      guard case .wake(let address, _, _, _) = operation.action, address.offset % 4 != 0 else { return nil }
      return nothing
    case .hangsAfterProtect: return nil
    }
  }

  /// A wake that finds a waiter it must not find.
  private func wakesWrongly(_ operation: Operation, _ promised: Observation, _ past: PlantedPast) -> Observation? {
    guard case .wake(let address, let count, let bitset, let mode) = operation.action, count > 0,
      promised == Observation(.value(0))
    else { return nil }
    let found = past.sleepers.first { sleeper in
      let isOwn = sleeper.process == past.process(operation)
      let isSame = isOwn && sleeper.address == address
      return switch self {
      case .ignoresBitset: isSame && sleeper.bitset & bitset == 0 && sleeper.isPrivate == mode.isPrivate
      case .ignoresPageIndex:
        isOwn && sleeper.address != address && sleeper.address.base == address.base
          && sleeper.address.offset % 4096 == address.offset % 4096
      case .confusesPrivateAndShared: isSame && sleeper.isPrivate != mode.isPrivate
      default: past.parents[past.process(operation)] == sleeper.process && sleeper.address == address
      }
    }
    return found.map { Observation(.value(1), ended: [EndedWaiter($0.waiter, .woken)]) }
  }
}
