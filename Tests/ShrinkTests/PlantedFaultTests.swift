import Contract
import CrossCheck
import LiveKernel
import Scenario
import Shrink
import Testing

/// What else happens around a fault: operations of a process, a file and windows of their own.
private let noise = """
  process z
  file g disk pages=4
  z map n1 g pages=0..3 shared rw
  z map n2 anonymous pages=3 private rw populate
  z store n1+0x20 7
  z fork y
  z load n1+0x20
  z wait n1+0x40 value=0 bitset=0xff -> v
  y store n1+0x2024 1
  y wake n1+0x80 count=3
  z lock-memory n2
  z store n2+0x1000 5
  z load n2+0x1000
  y map n3 anonymous pages=2 shared rw
  y store n3+4 9
  y load n3+4
  z swapin n1
  z wake n2+8 count=0x7fffffff private
  y exit
  z grow g pages=6
  z load n1+0x24
  z unmap n2
  z wait n1+0x44 value=3 -> u
  z requeue n1+0x60 n1+0x64 wake=1 move=2
  z load n1+0x20
  z close g
  z store n1+0x100 1
  z load n1+0x100
  z wake n1+0x104 count=1
  z load n1+0x108
  z store n1+0x110 4
  z dontneed n1 pages=0..0
  z load n1+0x110
  z wake n1+0x114 count=2 bitset=0xf
  z swapin n1 pages=1..1
  z load n1+0x118
  z store n1+0x11c 3
  """

/// A finding of 40 operations, made of the fault's own and of noise around and between them.
private func finding(_ core: String) throws -> Scenario {
  let own = core.split(separator: "\n").map(String.init)
  let others = noise.split(separator: "\n").map(String.init).prefix(40 - own.count)
  var lines = ["keywake 1"]
  var taken = 0
  for (index, line) in own.enumerated() {
    let until = (index + 1) * (others.count - 2) / own.count
    lines += others[taken..<until]
    taken = until
    lines.append(line)
  }
  lines += others[taken...]
  return try ScenarioParser.parse(lines.joined(separator: "\n"), file: "finding")
}

private func examiner(_ fault: PlantedFault, everyNth: Int = 1) -> KernelExaminer {
  KernelExaminer(
    PlantedKernel(fault, everyNth: everyNth), judge: Judge(release: KernelRelease(6, 18)), waiters: .ring,
    isFresh: false)
}

@Suite struct PlantedFaultTests {
  @Test(arguments: PlantedCase.all)
  func theMinimalScenarioIsExact(_ planted: PlantedCase) throws {
    let original = try finding(planted.core)
    #expect(original.operations.count == 40)
    let reduction = try Minimizer(confirmations: 1).minimize(original, examiners: [examiner(planted.fault)])
    #expect(ScenarioPrinter.print(reduction.minimal) == "keywake 1\n" + planted.minimal + "\n", "\(planted.fault)")
    #expect(reduction.isComplete)
    #expect(reduction.minimal.isValid)
    #expect(reduction.candidates < 200, "\(planted.fault): \(reduction.candidates)")
  }

  @Test func everyFaultIsPlanted() {
    #expect(PlantedCase.all.map(\.fault.rawValue).sorted() == PlantedFault.allCases.map(\.rawValue).sorted())
  }

  @Test(arguments: [PlantedFault.losesWakesOfOthers, .ignoresPageIndex, .waitvSecondWord])
  func severalExaminersComeToTheSame(_ fault: PlantedFault) throws {
    let planted = try #require(PlantedCase.all.first { $0.fault == fault })
    let original = try finding(planted.core)
    let one = try Minimizer(confirmations: 1).minimize(original, examiners: [examiner(fault)])
    let four = try Minimizer(confirmations: 1).minimize(original, examiners: (0..<4).map { _ in examiner(fault) })
    #expect(one.minimal == four.minimal)
  }

  @Test func aFlakyFaultIsMinimisedByRepetition() throws {
    let planted = try #require(PlantedCase.all.first { $0.fault == .losesWakes })
    let reduction = try Minimizer(confirmations: 12).minimize(
      try finding(planted.core), examiners: [examiner(.losesWakes, everyNth: 3)])
    #expect(reduction.before == Reduction.Rate(reproduced: 4, attempts: 12))
    #expect(reduction.patience.hits == 2 && reduction.patience.confidence >= 0.95)
    #expect(ScenarioPrinter.print(reduction.minimal) == "keywake 1\n" + planted.minimal + "\n")
    #expect(reduction.after == Reduction.Rate(reproduced: 4, attempts: 12))
  }

  @Test func itGoesOnWhereItWasStopped() throws {
    let planted = try #require(PlantedCase.all.first { $0.fault == .ignoresPageIndex })
    let original = try finding(planted.core)
    let whole = try Minimizer(confirmations: 1).minimize(original, examiners: [examiner(planted.fault)])
    var left = 15
    let begun = try Minimizer(confirmations: 1).minimize(
      original, examiners: [examiner(planted.fault)],
      shouldStop: {
        left -= 1
        return left < 0 ? "enough" : nil
      })
    #expect(!begun.isComplete && begun.stopped == "enough" && begun.candidates <= 15)
    let record = begun.record
    #expect(record.isOf(original))
    let again = try Minimizer(confirmations: 1).minimize(
      original, resuming: record, examiners: [examiner(planted.fault)])
    #expect(again.isComplete && again.minimal == whole.minimal)
    #expect(again.candidates < whole.candidates)
  }

  @Test func anotherSignatureIsNotTaken() throws {
    let planted = try #require(PlantedCase.all.first { $0.fault == .losesWakes })
    let original = try finding(planted.core)
    #expect(throws: Minimizer.Failure.self) {
      try Minimizer(confirmations: 2).minimize(original, signature: "another", examiners: [examiner(.losesWakes)])
    }
    #expect(throws: Minimizer.Failure.self) {
      try Minimizer(confirmations: 2).minimize(original, examiners: [examiner(.cancelFails)])
    }
  }
}
