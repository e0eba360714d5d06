/// Executions a second over time, from totals.
enum Rates {
  /// Each point is the mean over a fiftieth of the time, and over 5 seconds at least: workers report in lumps.
  static func over(_ samples: [SampleRow]) -> [(x: Double, y: Double)] {
    guard let first = samples.first, let last = samples.last else { return [] }
    let window = max(5, (last.worked - first.worked) / 50)
    var points: [(x: Double, y: Double)] = []
    var from = 0
    for (index, sample) in samples.enumerated() {
      while from + 1 < index, samples[from + 1].worked <= sample.worked - window { from += 1 }
      let seconds = sample.worked - samples[from].worked
      if seconds > 0 {
        points.append((sample.worked, Double(max(0, sample.executions - samples[from].executions)) / seconds))
      }
    }
    return points
  }
}
