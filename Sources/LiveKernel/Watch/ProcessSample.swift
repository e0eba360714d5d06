import SystemPackage

/// All threads of a process at one moment.
public struct ProcessSample: Codable, Equatable, Sendable {
  public var process: Int32
  /// Empty when the process is gone.
  public var threads: [ThreadSample]

  public init(process: Int32, threads: [ThreadSample]) {
    self.process = process
    self.threads = threads
  }

  /// Reads it; threads in ascending order.
  public init(process: Int32) {
    self.process = process
    let names = HostFiles.names(in: FilePath("/proc/\(process)/task")) ?? []
    threads = names.compactMap { Int32($0) }.sorted().compactMap { ThreadSample(process: process, thread: $0) }
  }

  /// Gone, or a zombie that its parent has not waited for.
  public var isDead: Bool { threads.allSatisfy { $0.state == "Z" || $0.state == "X" } }

  func thread(_ number: Int32) -> ThreadSample? { threads.first { $0.thread == number } }
}
