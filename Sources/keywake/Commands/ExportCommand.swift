import ArgumentParser
import Contract
import CrossCheck
import Exchange
import Foundation
import Scenario

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a scenario as a program for somebody who does not have Keywake.",
    discussion: """
      c: one C file that needs libc alone. kselftest: the same in the conventions of the kernel's self-tests. \
      syz: a program for syzkaller, where it has the operations.
      """)

  enum Form: String, ExpressibleByArgument, CaseIterable {
    case c
    case kselftest
    case syz
  }

  @Argument(
    help: "A scenario file. The promise is the Contract's; what a finding.json beside it says was seen is added.")
  var file: String
  @Option(name: .customLong("as"), help: "c, kselftest or syz.")
  var form: Form
  @Option(help: "Where it goes. Default: standard output.")
  var output: String?
  @Option(help: "The release whose promises hold. Default: this kernel's.")
  var release: KernelRelease?

  func run() throws {
    let text = try ScenarioFiles.readText(file)
    let scenario = text.scenario
    let release = self.release ?? KernelRelease(uname: KernelName.running) ?? .newest
    let finding = try Self.finding(beside: file)
    let isSame = finding.map { (try? ScenarioParser.parse($0.scenario, file: "finding")) == scenario } ?? false
    let seen = isSame ? finding.map(Self.seen) ?? [:] : [:]
    var title = text.header.isEmpty ? [(file as NSString).lastPathComponent] : text.header
    if let finding, isSame { title += ["Seen on Linux \(finding.kernel) with \(finding.waiters) waiters."] }
    let program: String
    do throws(NotExportable) {
      switch form {
      case .c: program = try CExport(release: release, style: .program).text(scenario, title: title, seen: seen)
      case .kselftest:
        program = try CExport(release: release, style: .kselftest).text(scenario, title: title, seen: seen)
      case .syz: program = try SyzExport().text(scenario, title: title)
      }
    } catch {
      throw CommandFailure.usage("\(file): cannot be exported as \(form.rawValue): \(error)")
    }
    guard let output else { return Stream.output.write(program) }
    do {
      try program.write(toFile: output, atomically: true, encoding: .utf8)
    } catch {
      throw CommandFailure.fault("cannot write \(output): \(error.localizedDescription)")
    }
  }

  private static func finding(beside file: String) throws -> Finding? {
    let path = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent(FindingStore.recordName)
    guard let data = try? Data(contentsOf: path) else { return nil }
    return try? JSONDecoder().decode(Finding.self, from: data)
  }
  private static func seen(_ finding: Finding) -> [Int: String] {
    Dictionary(uniqueKeysWithValues: finding.comparison.enumerated().map { ($0.offset, $0.element.seen) })
  }
}
