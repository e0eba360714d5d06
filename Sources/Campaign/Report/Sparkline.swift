/// A row of blocks, as high as the values.
public enum Sparkline {
  private static let blocks = Array("▁▂▃▄▅▆▇█")

  /// - Parameter width: how many blocks; the newest values are at the right.
  public static func text(_ values: [Double], width: Int) -> String {
    guard width > 0, let highest = values.max(), highest > 0 else { return "" }
    let count = min(width, values.count)
    return String(
      (0..<count).map { index in
        // The mean of what falls into this block.
        let from = index * values.count / count
        let to = max(from + 1, (index + 1) * values.count / count)
        let mean = values[from..<to].reduce(0, +) / Double(to - from)
        return blocks[min(blocks.count - 1, Int(mean / highest * Double(blocks.count - 1) + 0.5))]
      })
  }
}
