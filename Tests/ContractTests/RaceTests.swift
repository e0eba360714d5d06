import Contract
import Scenario
import Testing

/// The outcomes that a race may have: all interleavings, each operation atomic.
struct RaceTests {
  private func play() -> Play {
    var play = Play.two()
    play.run(a, .map(x, f))
    play.run(b, .map(y, f))
    return play
  }
  private func lane(_ actor: ActorID, _ actions: Action...) -> Scenario.Lane {
    Scenario.Lane(actor, actions.map { Operation(actor, $0) })
  }
  private func exactly(_ lanes: [[OperationResult]], _ woken: WaiterID...) -> RaceOutcome {
    RaceOutcome(results: lanes.map { $0.map { .exactly($0) } }, ended: woken.map { EndedWaiter($0, .woken) })
  }

  /// The promise of a futex: who waits sees the store, or is woken.
  @Test func noLostWake() {
    let play = play()
    let race = play.contract.allowedOutcomes(of: [
      lane(a, .wait(0, x + 0)), lane(b, .store(y + 0, 1), .wake(y + 0)),
    ])
    #expect(race.unsupported == nil)
    #expect(
      Set(race.allowed.map(\.outcome)) == [
        exactly([[.waiting], [.value(0), .value(1)]], w(0)), exactly([[.error(.EAGAIN)], [.value(0), .value(0)]]),
      ])
    #expect(race.allowed.allSatisfy { !$0.hasSpuriousFault })
    #expect(!race.allows(results: [[.waiting], [.value(0), .value(0)]], ended: []))
    #expect(race.allows(results: [[.waiting], [.value(0), .value(1)]], ended: [EndedWaiter(w(0), .woken)]))
  }

  /// Two lanes of two and one operations on different words: 3 interleavings, 7 nodes after the start, 1 outcome.
  @Test func interleavingsAreCounted() {
    let play = play()
    let race = play.contract.allowedOutcomes(of: [
      lane(a, .store(x + 0, 1), .store(x + 4, 1)), lane(b, .store(y + 8, 1)),
    ])
    // After one operation: a1, b1. After two: a1a2, a1b1. After three: the end.
    #expect(race.nodes == 2 + 2 + 1)
    #expect(race.allowed.count == 1)
  }

  @Test func spuriousFaultsAreMarked() {
    let play = play()
    let race = play.contract.allowedOutcomes(of: [
      lane(a, .wake(x + 0)), lane(b, .punch(f, PageRange(0, 0))),
    ])
    let fault = race.allowed.filter { $0.outcome == exactly([[.error(.EFAULT)], [.value(0)]]) }
    #expect(fault.map(\.hasSpuriousFault) == [true])
    #expect(race.allowed.contains { $0.outcome == exactly([[.value(0)], [.value(0)]]) && !$0.hasSpuriousFault })
    let reclaim = play.contract.allowedOutcomes(of: [lane(a, .wake(x + 0)), lane(b, .pageout(y, .all))])
    #expect(reclaim.allowed.map(\.outcome) == [exactly([[.value(0)], [.value(0)]])])
    let other = play.contract.allowedOutcomes(of: [
      lane(a, .wake(x + 0, 1, .private)), lane(b, .punch(f, PageRange(0, 0))),
    ])
    #expect(other.allowed.count == 1)
    let cut = play.contract.allowedOutcomes(of: [lane(a, .wake(x + 0)), lane(b, .truncate(f, pages: 0))])
    #expect(cut.allowed.contains { $0.outcome == exactly([[.error(.EFAULT)], [.value(0)]]) && !$0.hasSpuriousFault })
  }

  @Test func theRaceIsFollowedByItsStates() {
    var play = play()
    play.contract.step(race: [lane(a, .store(x + 0, 1)), lane(b, .store(y + 0, 2))])
    #expect(play.contract.states.count == 2)
    #expect(Set(play.results(a, .load(x + 0))) == [.exactly(.value(1)), .exactly(.value(2))])
    play.observe(a, .load(x + 0), .value(2))
    play.expect(b, .load(y + 0), 2)
  }

  @Test func tooManyInterleavingsAreUndecided() {
    let play = play()
    let many = (0..<20).map { Action.store(x + UInt32($0) * 4, 1) }
    let loads = (0..<20).map { Action.load(y + UInt32($0) * 4) }
    let race = play.contract.allowedOutcomes(of: [
      Scenario.Lane(a, many.map { Operation(a, $0) }), Scenario.Lane(b, loads.map { Operation(b, $0) }),
    ])
    #expect(race.unsupported != nil && race.allowed.isEmpty)
  }

  @Test func prediction() {
    let scenario = Scenario([
      .operation(Operation(nil, .process(a))), .operation(Operation(a, .anonymous(x))),
      .race([lane(a, .store(x + 0, 1))]), .operation(Operation(a, .load(x + 0))),
      .operation(Operation(a, .migrate(x, .all))), .operation(Operation(a, .load(x + 0))),
    ])
    let promises = Contract.predict(scenario, release: Play.newest)
    #expect(promises.count == scenario.operations.count)
    #expect(promises[2].unsupported == "inside a race")
    #expect(promises[3].only == Observation(.value(1)))
    #expect(promises[4].unsupported != nil)
    #expect(promises[5].only == Observation(.value(1)))
  }

  @Test func disagreementNamesTheRule() {
    var play = play()
    play.run(a, .wait(0, x + 0))
    let wake = Operation(b, .wake(y + 0))
    do {
      var contract = play.contract
      try contract.step(wake, observed: Observation(.value(0)))
      Issue.record("a lost wake was allowed")
    } catch {
      #expect(error.rule == .wakeFindsKey)
      #expect(error.aspect == .result)
      #expect(error.promise.only == Observation(.value(1), ended: [EndedWaiter(w(0), .woken)]))
    }
    do {
      var contract = play.contract
      try contract.step(wake, observed: Observation(.value(1)))
      Issue.record("a wake of nobody was allowed")
    } catch {
      #expect(error.aspect == .waiters)
    }
  }

  /// A waiter that was woken and whose process ends beside that: nobody can tell whether it died or came back first.
  @Test func aWokenWaiterMayEndWithItsProcess() throws {
    let promise = try Self.outcomes(
      """
      process a
      process b
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      b map x f pages=0..0 shared rw
      a wait x+0 value=0 -> w
      race
        lane a: exit
        lane b: wake x+0 count=1
      end
      """)
    let w = WaiterID(0)
    #expect(promise.allows(results: [[.value(0)], [.value(1)]], ended: [EndedWaiter(w, .woken)]))
    #expect(promise.allows(results: [[.value(0)], [.value(1)]], ended: [EndedWaiter(w, .died)]))
    #expect(promise.allows(results: [[.value(0)], [.value(0)]], ended: [EndedWaiter(w, .died)]))
    #expect(!promise.allows(results: [[.value(0)], [.value(0)]], ended: [EndedWaiter(w, .woken)]))
    #expect(!promise.allows(results: [[.value(0)], [.value(1)]], ended: []))
  }

  /// Pages go one after the other: nothing is promised to a lane that looks at two of them meanwhile.
  @Test func pagesThatGoOneByOneAreNotJudged() throws {
    func text(_ words: String) -> String {
      """
      process a
      process b
      file f memfd pages=2
      a map x f pages=0..1 shared rw
      b map x f pages=0..1 shared rw
      race
        lane a: truncate f pages=0
        lane b: \(words)
      end
      """
    }
    #expect(try Self.outcomes(text("wake x+0 count=1 ; wake x+0x1000 count=1")).unsupported != nil)
    #expect(try Self.outcomes(text("wake x+0 count=1 ; wake x+0x10 count=1")).unsupported == nil)
  }

  private static func outcomes(_ text: String) throws -> RacePromise {
    let scenario = try ScenarioParser.parse("keywake 1\n" + text, file: "test")
    var contract = Contract(release: .newest)
    for element in scenario.elements {
      switch element {
      case .operation(let operation): contract.step(operation)
      case .race(let lanes): return contract.allowedOutcomes(of: lanes)
      }
    }
    throw ParseErrorOfTest.noRace
  }
  private enum ParseErrorOfTest: Error { case noRace }
}
