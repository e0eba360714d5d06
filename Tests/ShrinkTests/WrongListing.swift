import Foundation
import Machine
import Testing

/// The newest derivation, wrong in one line: what a finding of it comes to.
struct WrongListing: CustomStringConvertible, Sendable {
  var description: String
  /// Text of the line that is left out or replaced, and from which line on it is looked for.
  var behind: String
  var line: String
  var replacement: String?
  var signature: String
  var minimal: String

  static let unmapBesideWake = """
    process z
    file f memfd pages=1
    z thread t
    t map x f pages=0..0 shared rw
    t close f
    race
      lane t: wake x+0 count=1
      lane z: unmap x
    end
    """
  static let all = [
    WrongListing(
      description: "does not look whether the page still has its mapping", behind: "file:",
      line: "if (mapping2 != mapping) goto changed",
      signature: "use-after-free_unmap-wake-against-wake-wake_memfd-shared_machine-mine", minimal: unmapBesideWake),
    WrongListing(
      description: "tries again inside RCU", behind: "changed:", line: "rcu_read_unlock()",
      signature: "sleeping-in-atomic_unmap-wake-against-wake-wake_memfd-shared_machine-mine", minimal: unmapBesideWake),
    WrongListing(
      description: "keeps the page", behind: "key.pgoff = n ", line: "put_page(page)",
      signature: "leaked-page_wait_tmpfs-shared_machine-mine",
      minimal: """
        process z
        file g tmpfs pages=1
        z map n g pages=0..0 shared rw
        z wait n+0 value=0 -> v
        """),
    WrongListing(
      description: "takes every page for the first", behind: "file:", line: "key.pgoff = n ",
      replacement: "  key.pgoff = 0",
      signature: "wrong-key_wake_tmpfs-shared_machine-mine",
      minimal: """
        process z
        file g tmpfs pages=2
        z map n g pages=0..1 shared rw
        z wake n+0x1000 count=1
        """),
  ]

  /// The built-in programs and `derive.mine`.
  func library() throws -> ProgramLibrary {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/Machine/Programs/derive.kwp").standardized
    let listings = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(listings.range(of: "program derive.current"))
    let end = try #require(listings.range(of: "\nend\n", range: start.lowerBound..<listings.endIndex))
    var lines = listings[start.lowerBound..<end.upperBound].replacing("derive.current", with: "derive.mine")
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let from = try #require(lines.firstIndex { $0.contains(behind) })
    let index = try #require(lines[from...].firstIndex { $0.contains(line) })
    lines.replaceSubrange(index...index, with: replacement.map { [$0] } ?? [])
    var library = try ProgramLibrary.builtIn()
    try library.add(text: lines.joined(separator: "\n"), file: "mine.kwp")
    return library
  }
}
