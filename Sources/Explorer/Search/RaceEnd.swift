import Machine

/// What a state means in which no thread can move.
struct RaceEnd {
  struct Broken {
    var kind: ViolationKind
    var thread: Int
    var line: Int
  }
  var outcome: String
  var violation: Broken?
  /// A thread that waits for a page lock which is held for ever, and never said that it would not.
  var wait: Broken?

  static func of(_ race: Race, _ state: StateRef) -> RaceEnd {
    var texts: [String] = []
    var stuck: [Int] = []
    var stalled = false
    var lost: Int?
    for thread in 0..<race.interpreter.laneCount {
      let status = state.status(ofThread: thread)
      var parts = state.results(ofThread: thread).map { ResultText.of($0) }
      if status == ThreadStatus.stalled { stalled = true }
      if status == ThreadStatus.running {
        let sleeper = state.sleeper(thread)
        let sleeps = sleeper == .legitimate || sleeper == .none && state.isQueued(thread)
        parts.append(sleeper == .lost ? "sleeps for ever" : sleeps ? "sleeps" : "waits for ever")
        if sleeper == .lost {
          lost = lost ?? thread
        } else if !sleeps {
          stuck.append(thread)
        }
      }
      texts.append(parts.isEmpty ? "-" : parts.joined(separator: ","))
    }
    var end = RaceEnd(outcome: texts.joined(separator: " | "), violation: nil, wait: nil)
    if let lost {
      end.violation = Broken(kind: .lostWakeup, thread: lost, line: state.line(ofThread: lost))
      return end
    }
    if race.countsWaiters, !state.countsItsWaiters {
      end.violation = Broken(kind: .referenceCount, thread: 0, line: -1)
      return end
    }
    if stuck.isEmpty {
      if let kind = Audit.violation(state, variant: race.variant) {
        end.violation = Broken(kind: kind, thread: 0, line: -1)
      }
      return end
    }
    for thread in stuck {
      let line = state.line(ofThread: thread)
      guard stalled else {
        end.violation = Broken(kind: .deadlock, thread: thread, line: line)
        return end
      }
      // That fault handling waits for a locked page is right; a derivation that says it does not take the lock must not.
      guard let origin = race.interpreter.lanes[thread].origin(of: line), origin.program.hasPrefix("derive.") else {
        continue
      }
      let broken = Broken(kind: .blockedForEver, thread: thread, line: line)
      if race.variant.claimsNoPageLock, StalledLock.pageHasMapping(state) {
        end.violation = broken
      } else {
        end.wait = broken
      }
    }
    return end
  }
}
