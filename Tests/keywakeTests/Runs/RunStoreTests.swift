import CrossCheck
import Foundation
import LiveKernel
import Scenario
import Testing

/// Findings on disks that fail, and corpora that may not be written.
@Suite struct RunStoreTests {
  /// A scenario whose author states what no kernel does.
  private func wrong(_ folder: TestFolder, _ name: String, offset: Int) throws -> String {
    try folder.scenario(
      "process a\na map x anonymous pages=1 private rw\na store x+\(offset) 7\na load x+\(offset) => 8\n", name)
  }

  @Test(.enabled(if: HostLook.isRoot, RunFaultTests.needsRoot)) func aFullDiskLosesNoFindingThatIsThere() throws {
    let folder = try TestFolder()
    let (scenario, place) = (try wrong(folder, "wrong.kw", offset: 0), try folder.make("small"))
    let other = try folder.scenario(
      "process a\nfile f memfd pages=1\na map x f pages=0..0 shared rw\na load x+0 => 9\n", "other.kw")
    // A file system of 64 KiB: a first finding fits, then it is filled to the last byte.
    let script = """
      mount -t tmpfs -o size=64k none "$1"
      "$0" replay "$2" --waiters thread --findings "$1/findings" && exit 90 || test $? = 1
      cp -r "$1/findings" "$4"
      dd if=/dev/zero of="$1/rest" bs=512 2>/dev/null && exit 91
      status=0; "$0" replay "$3" --waiters thread --findings "$1/findings" || status=$?
      echo "status $status"
      find "$1/findings" -name '*draft*' | sed 's/^/left /'
      diff -r "$1/findings" "$4" && echo intact
      status=0; "$0" replay "$2" --waiters thread --findings "$1/findings" || status=$?
      echo "again $status"
      diff -r "$1/findings" "$4" && echo "still intact"
      """
    let ended = try Tool.run(
      ["-e", "-c", script, Tool.program("keywake"), place, scenario, other, folder.path("copy")],
      wrapper: ["unshare", "--mount", "--propagation", "private"], program: "sh", in: folder)
    #expect(ended.code == 0, "\(ended.all)")
    #expect(ended.output.contains("status 3\nintact\nagain 3\n"), "\(ended.all)")
    #expect(ended.output.contains("still intact"), "\(ended.all)")
    #expect(ended.errors.contains("No space left on device"), "\(ended.all)")
    // What could not be kept is shown.
    #expect(ended.errors.contains("a load x+0"), "\(ended.all)")
  }

  @Test(.enabled(if: HostLook.isRoot, RunFaultTests.needsRoot)) func aReadOnlyCorpusIsReplayed() throws {
    let folder = try TestFolder()
    let corpus = try folder.make("corpus")
    for name in ["wake", "keys"] {
      try FileManager.default.copyItem(
        atPath: "\(RunFaultTests.root)/Corpus/\(name)", toPath: folder.path("corpus/\(name)"))
    }
    let script = """
      mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"
      cd "$1"; touch new 2>/dev/null && exit 90
      "$0" replay . --waiters thread
      "$0" corpus check .
      status=0; "$0" replay . --waiters thread --findings findings || status=$?; echo "status $status"
      """
    let ended = try Tool.run(
      ["-e", "-c", script, Tool.program("keywake"), corpus],
      wrapper: ["unshare", "--mount", "--propagation", "private"], program: "sh", in: folder)
    #expect(ended.code == 0, "\(ended.all)")
    #expect(ended.output.contains(" 0 disagree") && ended.output.contains("0 unreadable, 0 problems"))
    #expect(ended.output.contains("status 2"), "\(ended.all)")
    #expect(ended.errors.contains("Read-only file system"), "\(ended.all)")
  }

  @Test func theSameFindingTwiceIsCounted() throws {
    let folder = try TestFolder()
    let scenario = try wrong(folder, "wrong.kw", offset: 0)
    for _ in 0..<2 {
      let ended = try Tool.run(
        ["replay", scenario, "--waiters", "thread", "--findings", folder.path("f")], in: folder)
      #expect(ended.code == 1, "\(ended.all)")
    }
    let store = try FindingStore(folder: .init(folder.path("f")))
    let signature = try #require(try store.signatures().first)
    #expect(try store.read(signature).occurrences == 2)
    #expect(
      HostLook.names(folder.path("f/\(signature)")) == ["finding.json", "report.txt", "scenario-2.kw", "scenario.kw"])
    // The kept scenario is the same one.
    let kept = folder.path("f/\(signature)/scenario.kw")
    #expect(try Tool.run(["show", kept, "--plain"], in: folder).output.contains("a load x+0"))
  }
}
