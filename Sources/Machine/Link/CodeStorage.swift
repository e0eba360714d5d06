/// The code of a race's lanes in plain memory, so that a step touches no reference count.
///
/// Unchecked: everything is written in `init` and only read afterwards.
final class CodeStorage: @unchecked Sendable {
  let instructions: UnsafeMutablePointer<Instruction>
  let lines: UnsafeMutablePointer<LinkedLine>
  /// Where each lane's instructions and lines start.
  let instructionStarts: UnsafeMutablePointer<Int>
  let lineStarts: UnsafeMutablePointer<Int>
  private let instructionCount: Int
  private let lineCount: Int
  private let laneCount: Int

  init(_ lanes: [LaneCode]) {
    instructionCount = lanes.reduce(0) { $0 + $1.instructions.count }
    lineCount = lanes.reduce(0) { $0 + $1.lines.count }
    laneCount = lanes.count
    instructions = .allocate(capacity: max(1, instructionCount))
    lines = .allocate(capacity: max(1, lineCount))
    instructionStarts = .allocate(capacity: max(1, laneCount))
    lineStarts = .allocate(capacity: max(1, laneCount))
    var instruction = 0
    var line = 0
    for (index, lane) in lanes.enumerated() {
      (instructionStarts + index).initialize(to: instruction)
      (lineStarts + index).initialize(to: line)
      for each in lane.instructions {
        (instructions + instruction).initialize(to: each)
        instruction += 1
      }
      for each in lane.lines {
        (lines + line).initialize(to: each)
        line += 1
      }
    }
  }

  deinit {
    instructions.deinitialize(count: instructionCount)
    lines.deinitialize(count: lineCount)
    instructionStarts.deinitialize(count: laneCount)
    lineStarts.deinitialize(count: laneCount)
    instructions.deallocate()
    lines.deallocate()
    instructionStarts.deallocate()
    lineStarts.deallocate()
  }
}
