import ArgumentParser
import CrossCheck
import Explorer
import Machine

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Shows how a version breaks a rule: the interleaving with the fewest context switches, step by step.")

  @Argument(help: "A .litmus file or folder.")
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
    let report = ExhaustiveSearch.run(built, stopsAtFirst: true)
    guard var finding = report.findings.first else {
      Stream.output.line("\(litmus.name) on \(built.versions): no interleaving breaks a rule (\(report.states) states)")
      return
    }
    // The shortest way switches often; the one with the fewest switches reads better.
    if finding.cycle == 0, let schedule = FewestSwitches.schedule(built, for: finding) { finding.schedule = schedule }
    let explanation = Explanation(built, finding)
    if let html {
      try Corpus.write(Array(explanation.html().utf8), to: html)
      Stream.output.line("\(litmus.name) on \(built.versions): \(html)")
    } else {
      Stream.output.line(explanation.text())
    }
  }
}
