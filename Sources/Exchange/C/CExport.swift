import Contract
import CrossCheck
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
    let promises = Contract.predict(scenario, release: release)
    for (index, element) in scenario.elements.enumerated() {
      guard case .operation(let operation) = element else {
        throw NotExportable(operation: 0, text: "", reason: "it has a race, whose outcomes one run cannot show")
      }
      try writer.add(operation, at: index, promise: promises[index])
    }
    return assemble(writer, scenario, title)
  }

  private func assemble(_ writer: CWriter, _ scenario: Scenario, _ title: [String]) -> String {
    let sections = RuntimeSections()
    var wanted = writer.sections.union(["actors", style == .program ? "report-program" : "report-kselftest"])
    wanted.insert(writer.waitCases.isEmpty ? "collect-none" : "collect")
    var text = "// SPDX-License-Identifier: \(style == .kselftest ? "GPL-2.0" : "Apache-2.0")\n"
    text += comment(title + ["", "The scenario, in Keywake's words:", ""] + scenarioLines(scenario) + ["", usage])
    text += sections.text(of: wanted)
    text += "\n" + writer.enumerations() + "\n" + writer.performFunction() + "\n"
    if !writer.waitCases.isEmpty { text += writer.waitFunction() + "\n" }
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
