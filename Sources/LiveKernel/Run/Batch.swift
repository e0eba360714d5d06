import Scenario

/// Scenarios that agents run one after the other without asking the host.
struct Batch {
  struct Written {
    var scenario: Scenario
    var table: Int
    var spans: [Range<Int>]
    var commands: Range<Int>
    /// Files with names, by number.
    var files: [(UInt8, WrittenFile)]
    var races: [(position: Int, lastOperation: Int)]
    /// The run's number in the schedule of races.
    var number: UInt64
  }
  var start: Int
  var end = 0
  /// It is one scenario, with agents that ran nothing before.
  var isFresh = false
  var scenarios: [Written] = []
  /// Seats of actors that the scenario itself starts.
  var forkSeats: [UInt8] = []
  var threadSeats: [UInt8] = []

  init(start: Int) { self.start = start }
}
