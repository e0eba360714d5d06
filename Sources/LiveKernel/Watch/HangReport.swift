/// What was seen of a run that hung.
public struct HangReport: Codable, Equatable, Sendable {
  /// A thread's user stack, or why there is none.
  public struct UserStack: Codable, Equatable, Sendable {
    public var process: Int32
    public var thread: Int32
    public var frames: [StackFrame]
    /// Nil when there are frames.
    public var failure: String?
  }

  public var cause: HangCause
  /// As the processes stood at the second look.
  public var processes: [ProcessSample]
  /// Empty when the cause is a slow machine: the run was not disturbed then.
  public var userStacks: [UserStack]

  /// For the finding.
  public var lines: [String] {
    var lines = [cause.description]
    for process in processes {
      lines.append("process \(process.process)" + (process.threads.isEmpty ? ": gone" : ""))
      for thread in process.threads {
        lines += thread.lines.map { "  \($0)" }
        for stack in userStacks where stack.process == process.process && stack.thread == thread.thread {
          lines += stack.frames.enumerated().map { "    user #\($0.offset) \($0.element)" }
          if let failure = stack.failure { lines.append("    user stack: \(failure)") }
        }
      }
    }
    return lines
  }
}
