import Contract
import CrossCheck
import Foundation
import LiveKernel
import Scenario
import SystemPackage
import Testing

@Suite struct FuzzRunTests {
  private let scenario: Scenario

  init() throws {
    scenario = try ScenarioParser.parse(
      """
      keywake 1
      process a
      a map x anonymous pages=1 shared rw
      a wait x+0 value=0 -> w
      a wake x+0 count=1
      """, file: "test")
  }

  private func run(_ kernel: FaultyKernel, steps: Int, in folder: TemporaryFindings) throws -> FuzzRun {
    let scenario = scenario
    var fuzz = FuzzRun(
      seed: 1, waiters: [.ring, .thread], judge: Judge(release: KernelRelease(6, 18)), kernel: kernel,
      store: try FindingStore(folder: folder.path), generate: { _ in scenario }, record: { $0.kernel = "9.9.1" })
    for _ in 0..<steps { _ = try fuzz.step() }
    try fuzz.finish()
    return fuzz
  }

  @Test func aFaultIsKeptReproducedAndCounted() throws {
    let folder = TemporaryFindings()
    let kernel = FaultyKernel(.losesWakes)
    let fuzz = try run(kernel, steps: 10, in: folder)
    #expect(fuzz.counts.disagree == 10 && fuzz.counts.exitCode == .finding)
    #expect(fuzz.findings.count == 1)
    let store = try FindingStore(folder: folder.path)
    let signature = try #require(try store.signatures().first)
    let finding = try store.read(signature)
    #expect(finding.occurrences == 10)
    #expect(finding.kernel == "9.9.1" && finding.seed == 1 && finding.run == 0)
    #expect(finding.reproduction.map(\.waiters) == ["ring", "thread"])
    #expect(finding.reproduction.allSatisfy { $0.attempts == 5 && $0.reproduced == 5 })
    let text = try String(
      contentsOfFile: folder.path.appending(signature).appending("scenario.kw").string, encoding: .utf8)
    #expect(try ScenarioParser.parse(text, file: "kept") == scenario)
    #expect(finding.report.contains(">> a wake x+0 count=1"))
  }

  @Test func aFlakyFaultSaysHowOftenItCameBack() throws {
    let folder = TemporaryFindings()
    let fuzz = try run(FaultyKernel(.losesWakes, everyNth: 2), steps: 2, in: folder)
    let again = try #require(fuzz.findings.first).reproduction
    #expect(again.map(\.attempts) == [5, 5])
    #expect(again.map(\.reproduced).reduce(0, +) == 5)
  }

  @Test func agreementLeavesNothing() throws {
    let folder = TemporaryFindings()
    let fuzz = try run(FaultyKernel(.none), steps: 5, in: folder)
    #expect(fuzz.counts.agree == 5 && fuzz.counts.exitCode == .agree)
    #expect(try FindingStore(folder: folder.path).signatures().isEmpty)
  }

  @Test func aLaterRunAddsToWhatIsThere() throws {
    let folder = TemporaryFindings()
    _ = try run(FaultyKernel(.losesWakes), steps: 1, in: folder)
    _ = try run(FaultyKernel(.losesWakes), steps: 2, in: folder)
    let store = try FindingStore(folder: folder.path)
    let signatures = try store.signatures()
    #expect(signatures.count == 1)
    #expect(try store.read(try #require(signatures.first)).occurrences == 3)
  }
}

/// A folder below the system's temporary one, removed with its last reference.
final class TemporaryFindings {
  let path: FilePath
  init() {
    path = FilePath(FileManager.default.temporaryDirectory.path)
      .appending("keywake-test-\(UUID().uuidString)")
  }
  deinit { try? FileManager.default.removeItem(atPath: path.string) }
}
