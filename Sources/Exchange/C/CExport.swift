import Contract
import CrossCheck
import LiveKernel
import Scenario

/// A scenario as one C program that needs nothing but libc and a Linux kernel.
///
/// Processes are forked and directed by pipes; waiters are threads whose sleep /proc proves. What is promised comes
/// from the Contract of one release. The program ends with 0 when each step is as promised, with 1 at the first that is
/// not, and with 2 (4 in the self-test's form) where it cannot run.
public struct CExport: Sendable {
  public enum Style: Sendable {
    case program
    /// The conventions of the kernel's self-tests: TAP, and their exit codes.
    case kselftest
  }
  public let release: KernelRelease
  public let style: Style

  public init(release: KernelRelease, style: Style) {
    self.release = release
    self.style = style
  }

  /// - Parameters:
  ///   - title: what the program is about, for its head.
  ///   - seen: by index of the operation, what was seen when it was found.
  /// - Throws: when the scenario cannot be such a program.
  public func text(_ scenario: Scenario, title: [String], seen: [Int: String] = [:]) throws(NotExportable) -> String {
    var writer = CWriter(scenario, seen: seen, isTAP: style == .kselftest)
    if scenario.hasRace, let reason = LiveKernel.reasonAgainstRaces(in: scenario) {
      throw NotExportable(operation: 0, text: "", reason: reason)
    }
    // One, and behind a race one for each of its outcomes.
    var contracts = [Contract(release: release)]
    var index = 0
    for element in scenario.elements {
      switch element {
      case .operation(let operation):
        try writer.add(operation, at: index, promises: contracts.indices.map { contracts[$0].step(operation) })
        index += 1
      case .race(let lanes):
        let promise = contracts[0].allowedOutcomes(of: lanes)
        try writer.add(race: lanes, at: index, promise: promise)
        contracts = promise.allowed.map { allowed in
          var contract = contracts[0]
          let results = allowed.outcome.results.map { $0.map(Self.example) }
          _ = contract.step(race: lanes, results: results, ended: allowed.outcome.ended)
          return contract
        }
        index += lanes.reduce(0) { $0 + $1.operations.count }
      }
    }
    return assemble(writer, scenario, title)
  }

  /// A result that is as promised.
  private static func example(_ promised: PromisedResult) -> OperationResult {
    if case .exactly(let result) = promised { result } else { .value(0) }
  }

  private func assemble(_ writer: CWriter, _ scenario: Scenario, _ title: [String]) -> String {
    let sections = RuntimeSections()
    var wanted = writer.sections.union([
      "actors", "report-" + (writer.race == nil ? "" : "rounds-") + (style == .program ? "program" : "kselftest"),
    ])
    wanted.insert(writer.waitCases.isEmpty ? "collect-none" : "collect")
    var text = "// SPDX-License-Identifier: \(style == .kselftest ? "GPL-2.0" : "Apache-2.0")\n"
    text += comment(title + ["", "The scenario, in Keywake's words:", ""] + scenarioLines(scenario) + ["", usage])
    text += sections.text(of: wanted)
    text += "\n" + writer.enumerations() + "\n"
    if let race = writer.race { text += writer.raceFunctions(race) }
    text += writer.performFunction() + "\n"
    if !writer.waitCases.isEmpty { text += writer.waitFunction() + "\n" }
    if let race = writer.race { text += writer.outcomeFunctions(race) }
    text += writer.tail()
    return text
  }

  private var usage: String {
    switch style {
    case .program:
      "Promises are those of Linux \(release). Exit code: 0 as promised, 1 not as promised, 2 cannot run here. "
        + "Build: cc -O2 -pthread"
    case .kselftest:
      "Promises are those of Linux \(release). TAP; exit code 0 pass, 1 fail, 4 skip. Builds in the kernel's tree "
        + "(tools/testing/selftests/futex/functional) and outside: cc -O2 -pthread"
    }
  }
  private func scenarioLines(_ scenario: Scenario) -> [String] {
    ScenarioPrinter.print(scenario.withoutStated()).split(separator: "\n").dropFirst().map { "  " + $0 }
  }
  private func comment(_ lines: [String]) -> String {
    "/*\n" + lines.map { $0.isEmpty ? " *\n" : " * " + $0.replacing("*/", with: "* /") + "\n" }.joined() + " */\n"
  }
}
