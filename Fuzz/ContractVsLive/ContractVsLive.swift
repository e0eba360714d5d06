import CFuzz
import Contract
import CrossCheck
import FileReplay
import Glibc
import LiveKernel
import Scenario

/// The input as a scenario on this kernel, held against the Contract. A disagreement is kept as a finding, and crashes.
///
/// Environment: `KEYWAKE_FINDINGS` is the findings folder (default `findings`), `KEYWAKE_AGENT` the agent program.
enum ContractVsLive {
  private final class Session {
    let judge: Judge
    let kernel: LiveKernelUnderTest
    let kernelName: String
    /// `nil` where it may not be read.
    let log = (try? KernelLog()).map { KernelLogWatch($0) }
    var recent: [RecentRun] = []
    /// Kept: what it holds is undone when this process ends, however that happens.
    let journal: HostJournal

    init() {
      var name = utsname()
      kernelName =
        uname(&name) == 0
        ? withUnsafeBytes(of: name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) } : ""
      guard let release = KernelRelease(uname: kernelName) else { keywake_crash("cannot read the kernel's release\n") }
      do throws(KnownIssueReader.Failure) {
        judge = Judge(release: release, knownIssues: try KnownIssueFolder.read(KnownIssueFolder.standardPath()))
      } catch {
        keywake_crash("\(error)\n")
      }
      var options = LiveOptions()
      options.agent = getenv("KEYWAKE_AGENT").map { .init(String(cString: $0)) }
      do throws(HostError) {
        let journal = try HostJournal()
        for failure in options.useFolders(of: journal) { print(failure) }
        self.journal = journal
      } catch {
        keywake_crash("cannot begin the undo journal: \(error)\n")
      }
      kernel = LiveKernelUnderTest(release: release, options: options)
    }
  }
  // libFuzzer calls from one thread.
  nonisolated(unsafe) private static let session = Session()

  static func test(_ input: UnsafeBufferPointer<UInt8>) {
    var scenario = ScenarioDecoder.decode(Array(input))
    // What is stated in bytes was stated by nobody.
    scenario = scenario.withoutStated()
    let session = session
    let kind: WaiterKind = input.count % 8 == 7 ? .thread : .ring
    let report = session.kernel.run(scenario, waiters: kind)
    Behaviour.count(scenario, report)
    session.recent.append(RecentRun(scenario, kind, report))
    if session.recent.count > RecentRun.kept { session.recent.removeFirst() }
    for event in session.log?.look() ?? []
    where session.judge.knownIssue(of: Divergence(event, after: scenario), in: scenario, waiters: kind) == nil {
      keep(event)
    }
    switch session.judge.judge(scenario, report, waiters: kind) {
    case .agree, .known, .skipped, .undecided: break
    case .harnessFault(let reason): keywake_crash("harness-fault: \(reason)\n")
    case .disagree(let divergence): keep(scenario, report, divergence, kind)
    }
  }

  private static func keep(_ event: KernelEvent) {
    let finding = FindingMaker.finding(
      event, recent: session.recent, kernel: session.kernel, judge: session.judge, origin: "ContractVsLive")
    guard let finding else { return }
    record(finding)
    keywake_crash("disagree: \(finding.report)\n")
  }

  /// On disk before anything else happens to it.
  @discardableResult private static func record(_ finding: Finding) -> FindingStore? {
    let folder = getenv("KEYWAKE_FINDINGS").map { String(cString: $0) } ?? "findings"
    var finding = finding
    finding.kernel = session.kernelName
    finding.foundAt = Int64(Glibc.time(nil))
    do throws(FindingStore.Failure) {
      let store = try FindingStore(folder: .init(folder))
      _ = try store.record(finding)
      return store
    } catch {
      print(error.withFinding(finding))
      return nil
    }
  }

  private static func keep(_ scenario: Scenario, _ report: RunReport, _ divergence: Divergence, _ kind: WaiterKind) {
    let finding = FindingMaker.finding(
      scenario, report, divergence, kind, kernel: session.kernel, judge: session.judge, origin: "ContractVsLive")
    if let store = record(finding) {
      let again = Reproducer.reproduce(
        scenario, signature: finding.signature, kernel: session.kernel, judge: session.judge,
        runs: FuzzRun.reproductionRuns)
      do throws(FindingStore.Failure) {
        try store.update(finding.signature) { $0.reproduction = again }
      } catch {
        print(error)
      }
    }
    keywake_crash("disagree: \(finding.report)\n")
  }
}

/// What a run did, as libFuzzer sees coverage: operation, memory kind, result, and what came before.
private enum Behaviour {
  static func count(_ scenario: Scenario, _ report: RunReport) {
    var memory = MemoryMap()
    var before: UInt32 = 0
    for (operation, observation) in zip(scenario.operations, report.observations) {
      var hash = FNV()
      hash.add(UInt32(operation.kind.rawValue))
      for byte in memory.touched(by: operation).utf8 { hash.add(UInt32(byte)) }
      hash.add(observation.result)
      hash.add(UInt32(min(observation.ended.count, 3)))
      keywake_count_behaviour(hash.value)
      var pair = hash
      pair.add(before)
      keywake_count_behaviour(pair.value)
      before = hash.value
      memory.perform(operation)
    }
  }

  private struct FNV {
    private var state: UInt32 = 2_166_136_261
    var value: UInt32 { state ^ state >> 16 }
    mutating func add(_ number: UInt32) { state = (state ^ number) &* 16_777_619 }
    mutating func add(_ result: OperationResult) {
      switch result {
      case .value(let value): add(UInt32(clamping: min(value, 4)))
      case .error(let code): add(0x100 | UInt32(bitPattern: code.rawValue))
      case .signal(let signal): add(0x200 | UInt32(signal.rawValue))
      case .waiting: add(0x300)
      case .partition(let classes):
        for keyClass in classes {
          if case .key(let number) = keyClass { add(0x400 | UInt32(number)) } else { add(0x500) }
        }
      }
    }
  }
}

#if Fuzzing
  @_cdecl("LLVMFuzzerInitialize")
  public func initialize(_ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
    keywake_default_signals()
    return 0
  }

  @_cdecl("LLVMFuzzerTestOneInput")
  public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    ContractVsLive.test(UnsafeBufferPointer(start: data, count: size))
    return 0
  }

  private let mutator = ScenarioMutator(Generator(.live))

  @_cdecl("LLVMFuzzerCustomMutator")
  public func mutate(_ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ limit: Int, _ seed: CUnsignedInt) -> Int {
    guard let data else { return 0 }
    var generator = SplitMix64(seed: UInt64(seed))
    let scenario = ScenarioDecoder.decode(Array(UnsafeBufferPointer(start: data, count: size)))
    return put(mutator.mutate(scenario, using: &generator), into: data, limit)
  }

  @_cdecl("LLVMFuzzerCustomCrossOver")
  public func crossOver(
    _ first: UnsafePointer<UInt8>?, _ firstSize: Int, _ second: UnsafePointer<UInt8>?, _ secondSize: Int,
    _ output: UnsafeMutablePointer<UInt8>?, _ limit: Int, _ seed: CUnsignedInt
  ) -> Int {
    guard let output else { return 0 }
    var generator = SplitMix64(seed: UInt64(seed))
    let left = ScenarioDecoder.decode(Array(UnsafeBufferPointer(start: first, count: firstSize)))
    let right = ScenarioDecoder.decode(Array(UnsafeBufferPointer(start: second, count: secondSize)))
    return put(ScenarioMutator.crossover(left, right, using: &generator), into: output, limit)
  }

  private func put(_ scenario: Scenario, into output: UnsafeMutablePointer<UInt8>, _ limit: Int) -> Int {
    let bytes = ScenarioEncoder.encode(scenario).prefix(limit)
    for (index, byte) in bytes.enumerated() { output[index] = byte }
    return bytes.count
  }
#else
  @main
  struct Main {
    static func main() { FileReplay.run(ContractVsLive.test) }
  }
#endif
