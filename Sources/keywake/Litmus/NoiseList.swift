import ArgumentParser
import LiveKernel

/// `reclaim,hog`, or `none`.
struct NoiseList: ExpressibleByArgument {
  var noises: Set<Noise>

  init(noises: Set<Noise>) { self.noises = noises }
  init?(argument: String) {
    noises = []
    if argument == "none" { return }
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let noise = Noise(rawValue: String(word)) else { return nil }
      noises.insert(noise)
    }
  }

  var defaultValueDescription: String { text }
  static var allValueStrings: [String] { ["none"] + Noise.allCases.map(\.rawValue) }

  var text: String {
    noises.isEmpty ? "none" : Noise.allCases.filter(noises.contains).map(\.rawValue).joined(separator: ",")
  }
}
