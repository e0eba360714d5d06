import Scenario

/// Reads litmus files.
public enum LitmusParser {
  /// - Throws: ``ProgramError`` with file, line and column.
  public static func litmus(_ text: String, file: String) throws(ProgramError) -> [Litmus] {
    var reader = LitmusReader(file: file)
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      try reader.read(line, number: number)
    }
    guard reader.current == nil else { throw reader.error("the litmus test has no \"end\"") }
    return reader.finished
  }
}

private struct LitmusReader {
  let file: String
  var finished: [Litmus] = []
  var current: Litmus?
  private var number = 0
  private var words: [Substring] = []

  init(file: String) { self.file = file }

  func error(_ message: String, _ column: Int = 1) -> ProgramError {
    ProgramError(file: file, place: SourcePlace(line: max(1, number), column: column), message: message)
  }

  mutating func read(_ whole: Substring, number: Int) throws(ProgramError) {
    self.number = number
    var text = whole
    if let hash = text.firstIndex(of: "#") { text = text[..<hash] }
    words = text.split { $0 == " " || $0 == "\t" || $0 == "\r" }
    guard let first = words.first else { return }
    if first == "litmus" {
      guard current == nil, words.count == 2 else {
        throw error("expected \"litmus NAME\", after the \"end\" of the one before")
      }
      current = Litmus(
        name: String(words[1]), about: "", file: file, world: World(), preparations: [], lanes: [], gate: true,
        witnesses: [])
      return
    }
    guard current != nil else { throw error("expected \"litmus NAME\"") }
    switch first {
    case "about": current?.about = words.dropFirst().joined(separator: " ")
    case "file": try fileLine()
    case "process":
      guard words.count == 2, current?.world.process(String(words[1])) == true else {
        throw error("expected \"process NAME\", at most \(Layout.mms)")
      }
    case "map": try mapLine()
    case "huge":
      guard words.count == 4, let inode = inode(words[1]), let page = UInt8(words[2]),
        words[3] == "hugetlb" || words[3] == "transparent",
        current?.world.huge(inode, page, hugetlb: words[3] == "hugetlb") == true
      else { throw error("expected \"huge FILE PAGE hugetlb|transparent\", an even page") }
    case "gate":
      guard words.count == 2, words[1] == "off" || words[1] == "on" else { throw error("expected \"gate on|off\"") }
      current?.gate = words[1] == "on"
    case "witness":
      for word in words.dropFirst() {
        guard let witness = Witness(rawValue: String(word)) else { throw error("no witness is called \"\(word)\"") }
        current?.witnesses.append(witness)
      }
    case "do", "lane": try laneLine(text)
    case "schedule":
      do throws(StoredSchedule.Complaint) {
        let schedule = try StoredSchedule(words: words.dropFirst().map(String.init), line: number, element: 0)
        current?.schedules.append(schedule)
      } catch {
        let at = error.word + 1
        let column = at < words.count ? text.distance(from: text.startIndex, to: words[at].startIndex) : text.count
        throw self.error(
          "expected \(error.expected), found \(at < words.count ? "'\(words[at])'" : "the end of the line")", column + 1
        )
      }
    case "end":
      guard let litmus = current, !litmus.lanes.isEmpty else { throw error("a litmus test needs a lane") }
      finished.append(litmus)
      current = nil
    default:
      throw error("expected file, process, map, huge, gate, witness, do, lane, schedule or end, found \"\(first)\"")
    }
  }

  private func inode(_ word: Substring) -> UInt8? { current?.world.files[String(word)] }
  private func mm(_ word: Substring) -> UInt8? { current?.world.processes[String(word)] }

  /// `file f size=2 [unlinked]`
  private mutating func fileLine() throws(ProgramError) {
    guard words.count >= 3, words[2].hasPrefix("size="), let size = UInt8(words[2].dropFirst(5)),
      words.count == 3 || words[3] == "unlinked",
      current?.world.file(String(words[1]), size: size, named: words.count == 3) == true
    else {
      throw error("expected \"file NAME size=N [unlinked]\", at most \(Layout.inodes) files of \(Layout.filePages)")
    }
  }

  /// `map a 0 f 0 shared rw`, `map a 1 anonymous private rw`, `map a 2 special`, `map a 3 io`
  private mutating func mapLine() throws(ProgramError) {
    guard words.count >= 4, let mm = mm(words[1]), let page = Int(words[2]), (0..<Layout.virtualPages).contains(page)
    else { throw error("expected \"map PROCESS PAGE FILE|anonymous|special|io ...\"") }
    if words[3] == "special" || words[3] == "io" {
      guard current?.world.special(mm, page, io: words[3] == "io") == true else { throw error("no page is left") }
      return
    }
    var rest = words[4...]
    var file: UInt8?
    var offset: UInt8 = 0
    if words[3] != "anonymous" {
      guard let known = inode(words[3]), let first = rest.popFirst(), let number = UInt8(first),
        number < Layout.filePages
      else { throw error("expected \"map PROCESS PAGE FILE PAGE shared|private r|w|rw|none\"") }
      (file, offset) = (known, number)
    }
    guard rest.count == 2, let flags = LitmusWords.flags(Array(rest)) else {
      throw error("expected shared|private and r|w|rw|none")
    }
    current?.world.map(mm, page, flags: flags, file: file, offset: offset)
  }

  /// `do a: env.touch(a, 0.0, WRITE)`, `lane one a: futex.key(0.0, READ); env.munmap(a, 0)`
  private mutating func laneLine(_ text: Substring) throws(ProgramError) {
    guard let colon = text.firstIndex(of: ":") else { throw error("expected \":\"") }
    let head = text[..<colon].split { $0 == " " || $0 == "\t" }
    let isLane = head[0] == "lane"
    guard head.count == (isLane ? 3 : 2), let actor = head.last, let mm = mm(actor) else {
      throw error(isLane ? "expected \"lane NAME PROCESS: ...\"" : "expected \"do PROCESS: ...\"")
    }
    var operations: [LaneOperation] = []
    for part in text[text.index(after: colon)...].split(separator: ";") {
      operations.append(try operation(part))
    }
    guard !operations.isEmpty else { throw error("expected an operation") }
    if isLane {
      guard current?.lanes.count ?? 0 < Layout.threads else { throw error("at most \(Layout.threads) lanes") }
      current?.lanes.append(Litmus.Lane(name: String(head[1]), mm: mm, operations: operations))
    } else {
      for operation in operations {
        current?.preparations.append(
          Litmus.Preparation(mm: mm, operation: operation, place: SourcePlace(line: number, column: 1)))
      }
    }
  }

  private func operation(_ text: Substring) throws(ProgramError) -> LaneOperation {
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else {
      throw error("expected PROGRAM(ARGUMENTS)")
    }
    let name = text[..<open].split { $0 == " " || $0 == "\t" }.first.map(String.init) ?? ""
    var arguments: [UInt8] = []
    for part in text[text.index(after: open)..<close].split(separator: ",") {
      let word = part.split { $0 == " " || $0 == "\t" }
      guard let only = word.first, let value = value(only, word) else {
        throw error("\"\(part)\" is no number, address, process, file or flag")
      }
      arguments.append(value)
    }
    let shown = text.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
    return LaneOperation(name, arguments, text: shown)
  }

  private func value(_ word: Substring, _ words: [Substring]) -> UInt8? {
    if words.count == 2 { return LitmusWords.flags(words) }
    if let file = inode(word) { return file }
    if let process = mm(word) { return process }
    switch word {
    case "READ": return 0
    case "WRITE": return 1
    case "PRIVATE": return 2
    case "@kernel": return 16
    default: break
    }
    let parts = word.split(separator: ".")
    if parts.count == 2, let page = UInt8(parts[0]), let offset = UInt8(parts[1]), page < 4, offset < 4 {
      return page * 4 + offset
    }
    return UInt8(word).flatMap { $0 < 128 ? $0 : nil }
  }
}

enum LitmusWords {
  /// `shared rw` as VM flags.
  static func flags(_ words: [Substring]) -> UInt8? {
    guard words.count == 2, words[0] == "shared" || words[0] == "private" else { return nil }
    let sharing = words[0] == "shared" ? VMFlag.shared : 0
    switch words[1] {
    case "r": return VMFlag.present | VMFlag.read | sharing
    case "w": return VMFlag.present | VMFlag.write | sharing
    case "rw": return VMFlag.present | VMFlag.read | VMFlag.write | sharing
    case "none": return VMFlag.present | sharing
    default: return nil
    }
  }
}
