import Foundation
import Glibc
import Scenario
import Testing

@testable import Campaign

@Suite struct WorkerTests {
  private func shell(_ script: String) throws -> WorkerProcess {
    try WorkerProcess(
      Command(program: "/bin/sh", arguments: ["-c", script], environment: ["KEYWAKE_TEST": "a b"], limit: 60))
  }

  private func wait(_ worker: WorkerProcess) {
    while worker.status == nil {
      WorkerProcess.wait(for: [worker], milliseconds: 20)
      worker.look()
    }
  }

  @Test func outputAndEndAreKept() throws {
    let worker = try shell("echo out $KEYWAKE_TEST; echo err >&2; exit 7")
    wait(worker)
    #expect(worker.exitCode == 7)
    #expect(worker.signal == nil)
    #expect(worker.output.text == "out a b\n")
    #expect(worker.errors.text == "err\n")
  }

  @Test func aSignalIsNoExitCode() throws {
    let worker = try shell("kill -SEGV $$")
    wait(worker)
    #expect(worker.exitCode == nil)
    #expect(worker.signal == SIGSEGV)
  }

  @Test func aProgramThatIsNotThereIsAnError() {
    let error = #expect(throws: CampaignError.self) {
      try WorkerProcess(Command(program: "/nonexistent", arguments: [], limit: 1))
    }
    #expect(error?.description.contains("No such file") == true)
  }

  /// What it leaves behind in its group ends with it.
  @Test func itsGroupEndsWithIt() throws {
    let worker = try shell("sleep 1000 >/dev/null 2>&1 & echo $!")
    wait(worker)
    let child = try #require(pid_t(worker.output.text.trimmingCharacters(in: .whitespacesAndNewlines)))
    // Killed; whoever adopted it reaps it.
    while kill(child, 0) == 0, !isZombie(child) { usleep(1000) }
  }

  private func isZombie(_ pid: pid_t) -> Bool {
    ((try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? "").contains(") Z ")
  }

  @Test func aFloodIsCountedAndCut() throws {
    let worker = try shell("yes keywake | head -c 90000000")
    while worker.status == nil, !worker.hasFlooded {
      WorkerProcess.wait(for: [worker], milliseconds: 20)
      worker.look()
    }
    #expect(worker.hasFlooded)
    worker.destroy()
    #expect(worker.output.text.utf8.count < 9 << 20)
  }

  @Test func inheritsNothing() throws {
    let worker = try shell("ls /proc/$$/fd | tr '\\n' ' '; ps -o pgid= -p $$; echo $$")
    wait(worker)
    let lines = worker.output.text.split(separator: "\n")
    #expect(lines.first?.hasPrefix("0 1 2 ") == true)
    #expect(worker.output.text.contains("\(worker.pid)"))
  }

  @Test func boundedOutputKeepsBothEnds() {
    var output = BoundedOutput(limit: 10)
    output.append(Array("0123456789".utf8))
    #expect(output.isWhole)
    output.append(Array(repeating: UInt8(ascii: "x"), count: 100))
    output.append(Array("\nlast\n".utf8))
    #expect(!output.isWhole)
    #expect(output.total == 116)
    #expect(output.text.hasPrefix("0123456789\n... "))
    #expect(output.lastLines(1) == ["last"])
  }

  @Test func libFuzzerLogIsRead() {
    let log = LibFuzzerLog(
      """
      INFO: Loaded 1 modules   (9033 inline 8-bit counters): 9033 [0x1, 0x2),
      #2\tINITED cov: 12 ft: 13 corp: 1/1b exec/s: 0 rss: 30Mb
      #1024\tpulse  cov: 345 ft: 900 corp: 30/1Kb lim: 4 exec/s: 512 rss: 31Mb
      Fatal error: Index out of range: file Scenario/Thing.swift, line 12
      ==12== ERROR: libFuzzer: deadly signal
          #0 0x55d5 in __sanitizer_print_stack_trace (/x/ScenarioForms+0x1)
          #1 0x55d6 in $s8Scenario5ThingV (/x/ScenarioForms+0x2)
      stat::number_of_executed_units: 2048
      """)
    #expect(log.isInstrumented)
    #expect(log.executions == 2048)
    #expect(log.coverage == 345)
    #expect(log.complaint == "Fatal error: Index out of range: file Scenario/Thing.swift, line 12")
    #expect(log.frames == ["__sanitizer_print_stack_trace", "$s8Scenario5ThingV"])
    #expect(!LibFuzzerLog("INFO: Loaded 1 modules (0 inline 8-bit counters)").isInstrumented)
  }

  @Test func crashesAreToldApartByTheirPlace() {
    func signature(_ frames: [String], _ complaint: String? = nil) -> String {
      CrashSignature.make(worker: "ScenarioForms", how: "SIGABRT", complaint: complaint, frames: frames)
    }
    #expect(signature(["fuzzer::PrintStack", "a", "b"]) == signature(["a", "b"]))
    #expect(signature(["a"]) != signature(["b"]))
    #expect(signature([], "at 0x12, line 3") == signature([], "at 0x99, line 4"))
    #expect(signature(["a"]).hasPrefix("crash_SIGABRT_ScenarioForms_"))
  }

  /// Of Keywake's own commands the stack is libunwind's.
  @Test func aCrashOfTheToolNamesItsStack() {
    let log = LibFuzzerLog(
      "keywake fuzz\ncrash: Segmentation fault\n    #0 0x7f12 in __poll\n    #1 0x55 in $s7Machine\n")
    #expect(log.complaint == "crash: Segmentation fault")
    #expect(log.frames == ["__poll", "$s7Machine"])
  }

  /// What a target crashed on is shown as that target reads it.
  @Test func inputsAreShownAsTheirTargetReadsThem() throws {
    let scenario = try ScenarioParser.parse(Array("keywake 1\nprocess a\n".utf8), file: "test")
    let bytes = ScenarioEncoder.encode(scenario)
    let text = ScenarioPrinter.print(scenario)
    #expect(CrashInput(target: "ContractVsLive", bytes: bytes, complaint: nil).text == text)
    #expect(CrashInput(target: "ScenarioForms", bytes: [1] + bytes, complaint: nil).text == text)
    let race = CrashInput(
      target: "MachineRaces", bytes: [0, 1, 255], complaint: "disagree: a-race on derive.current: warn; schedule 0 1")
    #expect(
      race.text == """
        # An input of 3 bytes of the target MachineRaces.
        # disagree: a-race on derive.current: warn; schedule 0 1
        # Again: sed -n 's/^# bytes: //p' THIS-FILE | tr -d ' \\n' | basenc --base16 -d >input; MachineRaces input
        # bytes: 00 01 FF

        """)
    let again = CrashInput(target: "ScenarioForms", bytes: Array("0keywake 1".utf8), complaint: nil).text
    #expect(again.contains("# bytes: 30 6B 65"))
  }

  @Test func optionsFilesAreFlags() {
    #expect(
      TargetFiles.flags("[libfuzzer]\nmax_len = 4096\n# no = 1\ntimeout=10\n[asan]\nx = 1\n")
        == ["-max_len=4096", "-timeout=10"])
  }
}
