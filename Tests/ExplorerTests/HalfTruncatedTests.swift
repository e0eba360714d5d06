import Explorer
import Machine
import Scenario
import Testing

@Suite struct HalfTruncatedTests {
  /// A fault that looked at the size before truncate changed it maps the page again behind truncate's first pass. Until
  /// the second pass the word has its old key, through a shared mapping and a private one that cannot be written alike.
  @Test(arguments: ["shared rw", "private r"]) func aWordMayStillHaveItsKeyWhileTruncateIsHalfDone(_ mapping: String)
    throws
  {
    let text = """
      keywake 1
      process a
      process b
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      b map y f pages=0..0 \(mapping)
      a pageout x
      a wait x+0 value=0 -> w0
      race
        lane a: truncate f pages=0
        lane b: wake y+0 count=2 ; wake y+0 count=1
      end

      """
    let result = try explored(text)
    #expect(result.verdict == .agree)
    // Both answers are reached.
    let outcomes = result.explored?.outcomes.filter(\.isReached).map(\.text) ?? []
    #expect(outcomes.contains { $0.contains("wakes w0") })
    #expect(outcomes.contains { $0.contains("EFAULT") })
  }
}
