import Explorer
import Machine
import Scenario

/// A scenario, given as text, on the Machine with one version, each interleaving of its race explored.
func explored(_ text: String, on version: String = "current") throws -> ScenarioExploration {
  let scenario = try ScenarioParser.parse(Array(text.utf8), file: "text.kw")
  return try ScenarioExploration.run(
    scenario, file: "text.kw", variant: "derive.\(version)", library: .builtIn(),
    search: { ExhaustiveSearch.run($0) })
}
