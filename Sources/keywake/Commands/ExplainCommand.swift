import ArgumentParser
import CrossCheck
import Explorer
import Machine
import Scenario

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Shows how a version breaks a rule: the interleaving with the fewest context switches, step by step.",
    discussion: """
      A race is one of a .litmus file or folder, or that of a .kw scenario: there an outcome that the Contract forbids \
      is shown, too. Where several rules are broken it is the one that a schedule kept in the scenario's file breaks, \
      else the first that no known deviation explains.
      """)

  @Argument(help: "A .litmus file or folder, or a .kw scenario.")
  var path: String
  @Option(help: "The race's name, if there are several.")
  var race: String?
  @Option(help: "A version such as 4.6. Default: the newest, or the one that went with --wake.")
  var variant: String?
  @Option(help: "A form of the reverse-map lookup such as 6.8.")
  var rmap = "current"
  @Option(help: "How memory orders: sc, tso or weak.")
  var memory = "sc"
  @Option(help: "How threads wait and wake, such as 3.14. Default: what went with the version.")
  var wake: String?
  @Option(help: "A file with programs of your own.")
  var program: String?
  @Option(help: "Write one self-contained HTML page to this file instead.")
  var html: String?
  @Option(help: "Write the steps as text to this file instead.")
  var text: String?

  func run() throws {
    let library = try MachineFiles.library(adding: program)
    let era = try wake.flatMap { try MachineFiles.wakes($0, library).first }
    if wake == "all" { throw CommandFailure.usage("--wake: expected one era") }
    let wanted = variant ?? era.flatMap { library[$0]?.companions["derive"] } ?? "current"
    guard let version = try MachineFiles.variants(wanted, library).first, variant != "all" else {
      throw CommandFailure.usage("--variant: expected one version")
    }
    guard let lookup = try MachineFiles.reverseMaps(rmap, library).first, rmap != "all" else {
      throw CommandFailure.usage("--rmap: expected one form")
    }
    guard let model = try MachineFiles.memories(memory).first, !memory.contains(",") else {
      throw CommandFailure.usage("--memory: expected one of sc, tso and weak")
    }
    StopRequest.listen()
    if path.hasSuffix(".kw") {
      guard race == nil, rmap == "current", model == .sc, era == nil else {
        throw CommandFailure.usage(
          "--race, --rmap, --memory and --wake are for .litmus files: a scenario has one race, on today's memory")
      }
      return try explainScenario(version, library)
    }
    let races = try MachineFiles.races([path]).filter { race == nil || $0.name == race }
    guard let litmus = races.first, races.count == 1 else {
      throw CommandFailure.usage(
        races.isEmpty ? "no race '\(race ?? "")' in \(path)" : "several races in \(path): name one with --race")
    }
    let built: Race
    do throws(ProgramError) {
      built = try Race(litmus, variant: version, rmap: lookup, library: library, memory: model, wake: era)
    } catch {
      throw CommandFailure.usage("\(error)")
    }
    let report = ExhaustiveSearch.run(built, limits: Self.limits, stopsAtFirst: true)
    try show(built, report.findings.first, report)
  }

  private static var limits: SearchLimits { SearchLimits(isStopped: { StopRequest.isPending }) }

  private func explainScenario(_ version: String, _ library: ProgramLibrary) throws {
    let text = try ScenarioFiles.readText(path)
    let result: ScenarioExploration
    do throws(ProgramError) {
      result = try ScenarioExploration.run(text.scenario, file: path, variant: version, library: library) {
        ExhaustiveSearch.run($0, limits: Self.limits)
      }
    } catch {
      throw CommandFailure.usage("\(error)")
    }
    guard let explored = result.explored else {
      let reason = result.verdict.detail ?? "it has no race"
      if case .skipped = result.verdict {
        throw CommandFailure(message: "\(path): does not run on the Machine: \(reason)", code: .nothingExecuted)
      }
      let line = "\(path) on \(Program.version(version)): \(reason)"
      if let html {
        let page = Explanation.page(title: line, text: ScenarioPrinter.print(text.scenario))
        try Corpus.write(Array(page.utf8), to: html)
      }
      if let file = self.text { try Corpus.write(Array((line + "\n").utf8), to: file) }
      Stream.output.line(line)
      return
    }
    let recorded = text.schedules.first { $0.variant == Program.version(version) }
      .flatMap { (try? Recording.replay($0, on: explored.race))?.finding?.kind }
    let finding =
      explored.report.findings.first { $0.kind == recorded } ?? result.unexplained.first ?? explored.finding
    let outcome = finding?.kind == .forbiddenOutcome ? explored.forbidden : nil
    try show(explored.race, finding, explored.report, outcome)
  }

  /// - Parameter outcome: what the race comes to, where that is what is wrong.
  private func show(
    _ race: Race, _ finding: Explorer.Finding?, _ report: SearchReport, _ outcome: RaceOutcomeRow? = nil
  ) throws {
    guard var finding else {
      let seen = report.bound.map { "in what was seen before the bound (\($0.rawValue)): " } ?? ""
      Stream.output.line(
        "\(race.litmus.name) on \(race.versions): \(seen)no interleaving breaks a rule (\(report.states) states)")
      return
    }
    // The shortest way switches often; the one with the fewest switches reads better.
    let limits = Self.limits
    if finding.cycle == 0,
      let schedule = FewestSwitches.schedule(race, for: finding, final: outcome?.final, limits: limits)
    {
      finding.schedule = schedule
    }
    let explanation = Explanation(race, finding, outcome: outcome?.text)
    let files = [(html, { explanation.html() }), (text, { explanation.text() })]
    for case (let file?, let content) in files {
      try Corpus.write(Array(content().utf8), to: file)
      Stream.output.line("\(race.litmus.name) on \(race.versions): \(file)")
    }
    if html == nil, text == nil { Stream.output.line(explanation.text()) }
  }
}
