import CFuzz
import Contract
import FileReplay
import Glibc
import Machine
import Scenario

/// The rate that libFuzzer itself allows: the target does nothing with its input. `keywake bench campaign` holds the
/// others against it.
///
/// With `KEYWAKE_EMPTY` set to `contract`, `machine` or `both` each execution runs one scenario of 20 operations there,
/// whatever the input is.
enum Empty {
  private static let scenario = """
    keywake 1
    process a
    process b
    file f memfd pages=2
    a map x f pages=0..1 shared rw
    b map y f pages=0..1 shared rw
    a store x+0x10 1
    a wait x+0x10 value=1 -> first
    b wake y+0x10 count=1
    a load x+0x10
    b store y+0x10 2
    b wait y+0x10 value=2 -> second
    a wake x+0x10 count=1
    a wait x+0x10 value=9 -> refused
    a wake x+0x1010 count=1
    a store x+0x1010 3
    b load y+0x1010
    b wait y+0x1010 value=3 -> third
    a wake x+0x1010 count=2
    a store x+0x10 4
    b load y+0x10
    a wait x+0x10 value=4 -> fourth
    b wake y+0x10 count=1
    a load x+0x10

    """

  private struct Work {
    var onContract = false
    var onMachine = false
    var operations: [Operation] = []
    var observed: [Observation] = []
    var machine: ScenarioRunner?

    init() {
      guard let mode = getenv("KEYWAKE_EMPTY").map({ String(cString: $0) }) else { return }
      onContract = mode == "contract" || mode == "both"
      onMachine = mode == "machine" || mode == "both"
      guard onContract || onMachine else {
        keywake_crash("harness-fault: KEYWAKE_EMPTY: expected contract, machine or both, found '\(mode)'\n")
      }
      do {
        operations = try ScenarioParser.parse(Array(Empty.scenario.utf8), file: "Empty").operations
        let start = try ScenarioRunner(variant: "derive.current", library: .builtIn())
        machine = start
        // What the Contract is told.
        var runner = start
        for operation in operations { observed.append(try runner.perform(operation)) }
      } catch {
        keywake_crash("harness-fault: \(error)\n")
      }
    }
  }
  // libFuzzer calls from one thread.
  nonisolated(unsafe) private static let work = Work()

  static func test(_ input: UnsafeBufferPointer<UInt8>) {
    let work = work
    do {
      if work.onContract {
        var contract = Contract(release: .newest)
        for (operation, observed) in zip(work.operations, work.observed) {
          try contract.step(operation, observed: observed)
        }
      }
      if work.onMachine, var machine = work.machine {
        for operation in work.operations { _ = try machine.perform(operation) }
      }
    } catch {
      keywake_crash("disagree: \(error)\n")
    }
  }
}

#if Fuzzing
  @_cdecl("LLVMFuzzerTestOneInput")
  public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Empty.test(UnsafeBufferPointer(start: data, count: size))
    return 0
  }
#else
  @main
  struct Main {
    static func main() { FileReplay.run(Empty.test) }
  }
#endif
