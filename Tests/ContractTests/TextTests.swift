import Contract
import Scenario
import Testing

/// Scenarios in text form: what their authors state must be what is promised.
struct TextTests {
  private func check(_ text: String, _ location: SourceLocation = #_sourceLocation) throws {
    let scenario = try ScenarioParser.parse("keywake 1\n" + text, file: "test.kw")
    var contract = Contract(release: Play.newest)
    for element in scenario.elements {
      switch element {
      case .race(let lanes): contract.step(race: lanes)
      case .operation(let operation):
        let promise = contract.step(operation)
        #expect(promise.unsupported == nil, sourceLocation: location)
        guard let stated = operation.stated else { continue }
        let line = ScenarioPrinter().line(operation, scenario.names)
        #expect(promise.ways.contains { $0.agrees(with: stated) }, "\(line)", sourceLocation: location)
        #expect(promise.ways.count == 1, "\(line)", sourceLocation: location)
      }
    }
  }

  /// The example of the page that describes the language.
  @Test func example() throws {
    try check(
      """
      process a
      process b
      file f memfd pages=2
      a map x f pages=0..1 shared rw
      b map y f pages=0..1 shared rw
      a wait x+0x10 value=0 -> w            => waits
      a pageout x
      b wake y+0x10 count=1                 => 1 wakes w
      a truncate f pages=0
      b wake y+0x10 count=1                 => EFAULT
      """)
  }

  /// A condition variable across processes: requeue from the condition to the mutex.
  @Test func condition() throws {
    try check(
      """
      process a
      process b
      process c
      file f tmpfs pages=1
      a map x f pages=0..0 shared rw
      b map x f pages=0..0 shared rw
      c map y f pages=0..0 shared rw
      a wait x+0x0 value=0 -> v  => waits
      b wait x+0x0 value=0 -> w  => waits
      c cmp-requeue y+0x0 y+0x8 wake=1 move=9 value=1  => EAGAIN
      c cmp-requeue y+0x0 y+0x8 wake=1 move=9 value=0  => 2 wakes v
      c wake y+0x0 count=9  => 0 wakes nobody
      a wake x+0x8 count=1  => 1 wakes w
      keys a.x+0x0 b.x+0x0 c.y+0x0 c.y+0x8 b.x+0x8  => keys 0 0 0 1 1
      """)
  }

  /// After a race only what holds in each interleaving is certain.
  @Test func afterARace() throws {
    try check(
      """
      process a
      process b
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      b map y f pages=0..0 shared rw
      race
        lane a: wait x+0 value=0 -> w
        lane b: store y+0 1 ; wake y+0 count=1
      end
      b wake y+0 count=9  => 0 wakes nobody
      a load x+0  => 1
      """)
  }
}
