import Foundation

/// SPIN's verifier on the Promela model that stands beside the benchmark's race.
struct PanBenchmark {
  /// How a verifier is made.
  enum Kind: String, CaseIterable, Encodable {
    /// Every interleaving, every statement a step: what Keywake does, so the number of states is the same.
    case full
    /// Partial-order reduction, and local statements merged into one: as SPIN does by default.
    case reduced

    var spinFlags: [String] { self == .full ? ["-o3", "-a"] : ["-a"] }
    /// Both exact: neither BITSTATE nor hash compaction. SAFETY leaves out what only cycles need.
    var compilerFlags: [String] { ["-O2", "-w", "-DSAFETY", "-DMEMLIM=8192"] + (self == .full ? ["-DNOREDUCE"] : []) }
    var title: String {
      self == .full
        ? "pan (spin -o3; -O2 -DSAFETY -DNOREDUCE)" : "pan with partial-order reduction (-O2 -DSAFETY)"
    }
    /// Keywake's states per second by pan's that the design asks for.
    var target: Double { self == .full ? 3 : 1.5 }
  }

  /// Its hash table has room for twice the states, so that it need not be longer than it has to.
  static let runFlags = ["-m100000", "-w23"]

  struct Run {
    var states: Int
    var transitions: Int
    var seconds: Double
  }

  private let folder: URL
  private let compiler: String

  /// - Throws: ``CommandFailure`` when a tool is missing or does not do its work.
  init(model: [UInt8]) throws(CommandFailure) {
    guard let spin = Self.find("spin") else {
      throw CommandFailure(message: "there is no spin (Debian package spin)", code: .nothingExecuted)
    }
    guard let compiler = Self.find("gcc") ?? Self.find("cc") ?? Self.find("clang") else {
      throw CommandFailure(message: "there is no C compiler", code: .nothingExecuted)
    }
    self.compiler = compiler
    do {
      folder = try FileManager.default.url(
        for: .itemReplacementDirectory, in: .userDomainMask,
        appropriateFor: URL(fileURLWithPath: NSTemporaryDirectory()), create: true)
      try Data(model).write(to: folder.appendingPathComponent("race.pml"))
    } catch {
      throw .fault("cannot write the Promela model: \(error.localizedDescription)")
    }
    for kind in Kind.allCases {
      _ = try run(spin, kind.spinFlags + ["race.pml"])
      _ = try run(compiler, kind.compilerFlags + ["-o", kind.rawValue, "pan.c"])
    }
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// Verifies the model once. Seconds are of CPU time, those of the kernel on its behalf included.
  func measure(_ kind: Kind) throws(CommandFailure) -> Run {
    let before = CPUClock.ofChildren
    let output = try run(folder.appendingPathComponent(kind.rawValue).path, Self.runFlags)
    let seconds = CPUClock.ofChildren - before
    guard output.contains("errors: 0"), let states = Self.number(before: "states, stored", output),
      let transitions = Self.number(before: "transitions (= stored+matched)", output)
    else { throw .fault("pan did not verify its model: \(output.prefix(400))") }
    return Run(states: states, transitions: transitions, seconds: seconds)
  }

  private static func number(before text: String, _ output: String) -> Int? {
    guard let end = output.range(of: text)?.lowerBound else { return nil }
    return output[..<end].split(whereSeparator: { $0 == " " || $0 == "\n" }).last.flatMap { Int($0) }
  }

  private static func find(_ name: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return path.split(separator: ":").map { "\($0)/\(name)" }.first(where: FileManager.default.isExecutableFile)
  }

  private func run(_ program: String, _ arguments: [String]) throws(CommandFailure) -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    do { try process.run() } catch { throw .fault("\(program) cannot be run: \(error.localizedDescription)") }
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw .fault("\(program) ended with \(process.terminationStatus): \(output.prefix(400))")
    }
    return output
  }
}
