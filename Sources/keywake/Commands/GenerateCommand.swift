import ArgumentParser
import Scenario

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Prints random scenarios, or statistics of them, without running any.")

  @Option(help: "How many scenarios. Default: 1, with --statistics 10000.")
  var count: UInt64?
  @Option(help: "Seed of the scenarios. Default: a new one each time, printed.")
  var seed: UInt64?
  @Option(help: "Number of the first scenario, as findings name it.")
  var number: UInt64 = 0
  @Option(help: "Which part of the language: live-basic, live, all.")
  var profile: Generator.Profile = .live
  @Flag(
    help: "Print how the scenarios are made up: operation kinds by memory kinds, wakes that find a waiter, aliases.")
  var statistics = false
  @Option(name: .shortAndLong, help: "Write each scenario to a file of this folder instead of printing it.")
  var output: String?

  func run() throws {
    if count == 0 { throw CommandFailure.usage("--count: expected at least 1, found 0") }
    let seed = self.seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
    let count = self.count ?? (statistics ? 10_000 : 1)
    if statistics {
      var all = ScenarioStatistics()
      for index in 0..<count { all.add(Generated.scenario(number: number + index, seed: seed, profile: profile)) }
      Stream.output.line("seed \(seed), profile \(profile.rawValue)")
      Stream.output.write(all.rendered())
      return
    }
    if let output { try Corpus.makeFolder(output) }
    for index in 0..<count {
      let number = number + index
      let scenario = Generated.scenario(number: number, seed: seed, profile: profile)
      let text = ScenarioPrinter(header: ["Scenario \(number) of seed \(seed), profile \(profile.rawValue)"]).print(
        scenario)
      if let output {
        try Corpus.write(Array(text.utf8), to: "\(output)/\(seed)-\(number).kw")
      } else {
        if index > 0 { Stream.output.line() }
        Stream.output.write(text)
      }
    }
  }
}

extension Generator.Profile: ExpressibleByArgument {}

/// Scenarios by seed and number.
enum Generated {
  /// The same for the same three, on each machine.
  static func scenario(number: UInt64, seed: UInt64, profile: Generator.Profile) -> Scenario {
    var mixer = SplitMix64(seed: seed)
    var random = SplitMix64(seed: mixer.next() ^ (number &* 0x9E37_79B9_7F4A_7C15))
    return Generator(profile).generate(using: &random)
  }

  /// The same, of which so many in a hundred have a race in them that a live kernel can run.
  static func scenario(number: UInt64, seed: UInt64, profile: Generator.Profile, racesInHundred: Int) -> Scenario {
    var random = SplitMix64(seed: seed ^ (number &* 0xD1B5_4A32_D192_ED03) ^ 0x7261_6365)
    guard Int(random.next() % 100) < racesInHundred else {
      return scenario(number: number, seed: seed, profile: profile)
    }
    var generator = Generator(profile)
    generator.makesLiveRaces = true
    generator.length = 4...14
    return generator.generate(using: &random)
  }
}
