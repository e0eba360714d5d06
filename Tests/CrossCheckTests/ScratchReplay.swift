import Contract
import CrossCheck
import Foundation
import LiveKernel
import Scenario
import Testing

@Test func scratchReplay() throws {
  let root = ProcessInfo.processInfo.environment["KW_CORPUS"] ?? "Corpus"
  let release = KernelRelease(6, 18)
  var options = LiveOptions()
  options.agent = .init("\(FileManager.default.currentDirectoryPath)/.build/debug/keywake-agent")
  let kernel = LiveKernelUnderTest(release: release, options: options)
  var counts = VerdictCounts()
  for case let name as String in FileManager.default.enumerator(atPath: root)! where name.hasSuffix(".kw") {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(name)")))
    let scenario: Scenario
    do { scenario = try ScenarioParser.parse(bytes, file: name) } catch { print(error); continue }
    let report = kernel.run(scenario, waiters: .ring)
    let verdict = Judge.judge(scenario, report, release: release)
    counts.add(verdict)
    switch verdict {
    case .disagree, .harnessFault:
      print("== \(name) \(verdict)")
      for row in Finding.table(Judge.comparison(scenario, report, release: release)) { print(row) }
      for note in report.notes { print("note", note) }
    default: break
    }
  }
  kernel.renew()
  print(counts)
}
