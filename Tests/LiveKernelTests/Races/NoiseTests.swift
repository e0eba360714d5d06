import Glibc
import Scenario
import SystemPackage
import Testing

@testable import LiveKernel

/// Noises that act on nobody but the agents: each is made, and the runs beside it come to their ends.
@Suite(.serialized) struct NoiseTests {
  private static let race = """
    process a
    process b
    file f memfd pages=2
    a map x f pages=0..1 shared rw
    b map y f pages=0..1 shared rw
    race
      lane a: store x+0x1010 1 ; wake x+0x1010 count=1
      lane b: wait y+0x1010 value=0 -> w
    end
    a wake x+0x1010 count=1
    """

  /// Sweeps until each noise was made, and what the runs gave.
  private static func sweeps(_ noise: Noise, _ group: MemoryGroup?) throws -> [LiveRun] {
    let kernel = try LiveTest.kernel(.ring) {
      $0.races = true
      $0.oneProcessor = false
      $0.noise = [noise]
      $0.memoryGroup = group
    }
    defer { kernel.shutDown() }
    let scenario = try LiveTest.scenario(race)
    var runs: [LiveRun] = []
    for _ in 0..<2000 {
      runs += kernel.sweep(scenario, runs: 50)
      if kernel.noiseRounds.allSatisfy({ $0.rounds > 0 }) { break }
    }
    #expect(kernel.noiseRounds.count == 1)
    #expect(kernel.noiseRounds.allSatisfy { $0.rounds > 0 })
    return runs
  }

  @Test(arguments: [Noise.reclaim, .hog]) func isMadeBesideRuns(_ noise: Noise) throws {
    for run in try Self.sweeps(noise, nil) { #expect(run.verdict == .complete) }
  }

  @Test(.enabled(if: HostSupport.capabilities.has(.memoryControlGroup), HostSupport.lacks(.memoryControlGroup)))
  func aGroupGoesWithTheJournal() throws {
    try HostSupport.withPlaces { place, _ in
      let journal = try HostJournal(folder: place, guardian: false)
      // A host may give groups without a memory controller.
      guard let group = try? MemoryGroup.make(journal: journal) else {
        #expect(journal.finish() == [])
        return
      }
      for run in try Self.sweeps(.memoryGroup, group) { #expect(run.verdict == .complete) }
      #expect(journal.finish() == [])
      #expect(access(group.path.string, F_OK) != 0)
    }
  }
}
