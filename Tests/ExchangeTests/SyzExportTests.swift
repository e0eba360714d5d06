import Exchange
import Scenario
import Testing

@Suite struct SyzExportTests {
  private func program(_ text: String) throws -> [Substring] {
    let scenario = try ScenarioParser.parse("keywake 1\n" + text, file: "test")
    return try SyzExport().text(scenario, title: []).split(separator: "\n").filter { !$0.hasPrefix("#") }
  }

  @Test func callsAreWhatTheOperationsStandFor() throws {
    let lines = try program(
      """
      process a
      file f memfd pages=2
      a map x f pages=0..1 shared rw
      a thread t
      a wait x+0x1010 value=0 bitset=3 -> w
      a pageout x
      t wake x+0x1010 count=1 private
      a punch f pages=1..1
      a remap x y
      """)
    #expect(
      lines == [
        "r0 = memfd_create(&(0x7f0000000000)='f0\\x00', 0x0)", "ftruncate(r0, 0x2000)",
        "mmap(&(0x7f0000100000/0x2000)=nil, 0x2000, 0x3, 0x11, r0, 0x0)",
        "futex(&(0x7f0000101010), 0x9, 0x0, 0x0, 0x0, 0x3) (async)",
        "madvise(&(0x7f0000100000/0x2000)=nil, 0x2000, 0x15)",
        "futex(&(0x7f0000101010), 0x8a, 0x1, 0x0, 0x0, 0xffffffff)", "fallocate(r0, 0x3, 0x1000, 0x1000)",
        "mremap(&(0x7f0000100000/0x1000)=nil, 0x1000, 0x1000, 0x3, &(0x7f0000110000/0x1000)=nil)",
        "mremap(&(0x7f0000101000/0x1000)=nil, 0x1000, 0x1000, 0x3, &(0x7f0000111000/0x1000)=nil)",
      ])
  }

  @Test(arguments: [
    ("process a\nprocess b", "operation 2, 'process b'"),
    ("process a\na map x anonymous pages=1 shared rw\na store x+0 1", "operation 3, 'a store x+0 1'"),
    ("process a\na map x anonymous pages=1 shared rw huge", "huge pages"),
  ])
  func whatIsNotThereIsNamed(_ text: String, _ expected: String) throws {
    #expect { try program(text) } throws: { "\($0)".contains(expected) }
  }
}
