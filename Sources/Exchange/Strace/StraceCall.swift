/// One system call of an strace log: who, what, with which arguments, and what came of it.
struct StraceCall {
  /// 1-based number of the line on which it began.
  var line: Int
  var pid: Int
  var name: Substring
  var arguments: [Substring]
  /// What stands after `=`: `0`, `-1 EAGAIN (...)`, `0x7f...`, `?`; `nil` for a call that is not over.
  var result: Substring?
  /// It was still going on when the next line was written.
  var isUnfinished = false

  /// The result as a number, `nil` for an error or none.
  var value: UInt64? {
    guard let word = result?.split(separator: " ").first, !word.hasPrefix("-") else { return nil }
    return StraceText.number(word)
  }
  /// Addresses of a futex call's words.
  var words: [UInt64] { [0, 4].compactMap { $0 < arguments.count ? StraceText.number(arguments[$0]) : nil } }
  /// `EAGAIN` and the like.
  var error: Substring? {
    guard let result, result.hasPrefix("-1 ") else { return nil }
    return result.dropFirst(3).prefix { $0 != " " }
  }
}

/// A line of an strace log that is no call.
enum StraceLine {
  case call(StraceCall)
  /// `<... futex resumed>) = 0`
  case resumed(pid: Int, name: Substring, rest: Substring)
  case exited(pid: Int)
  case signal
  case unknown
}

/// Reads the lines that `strace -f` writes, with or without `-o`, times (`-t`, `-r`) and descriptors' paths (`-y`).
enum StraceText {
  static func number(_ word: Substring) -> UInt64? {
    word.hasPrefix("0x") ? UInt64(word.dropFirst(2), radix: 16) : UInt64(word)
  }

  static func line(_ text: Substring, number: Int) -> StraceLine {
    var rest = text
    var pid = 0
    if rest.hasPrefix("[pid ") {
      pid = Int(rest.dropFirst(5).prefix { $0 != "]" }.filter { $0 != " " }) ?? 0
      rest = rest.drop { $0 != "]" }.dropFirst()
    } else if let word = rest.split(separator: " ", maxSplits: 1).first, let number = Int(word) {
      pid = number
      rest = rest.dropFirst(word.count)
    }
    rest = rest.drop { $0 == " " }
    // A time in front: digits, colons and a point.
    if let word = rest.split(separator: " ", maxSplits: 1).first, word.contains(where: { $0 == ":" || $0 == "." }),
      word.allSatisfy({ $0.isNumber || $0 == ":" || $0 == "." })
    {
      rest = rest.dropFirst(word.count).drop { $0 == " " }
    }
    if rest.hasPrefix("+++") { return .exited(pid: pid) }
    if rest.hasPrefix("---") { return .signal }
    if rest.hasPrefix("<... ") {
      let name = rest.dropFirst(5).prefix { $0 != " " }
      guard let end = rest.firstIndex(of: ">") else { return .unknown }
      return .resumed(pid: pid, name: name, rest: rest[rest.index(after: end)...])
    }
    guard let open = rest.firstIndex(of: "("),
      // `???` is the call of a thread that was killed in it.
      rest[..<open].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "?" }),
      open > rest.startIndex
    else { return .unknown }
    var call = StraceCall(
      line: number, pid: pid, name: rest[..<open], arguments: [], result: nil)
    var body = rest[rest.index(after: open)...]
    if let mark = body.firstRange(of: "<unfinished ...>") {
      call.isUnfinished = true
      body = body[..<mark.lowerBound]
      (call.arguments, _) = arguments(body)
      return .call(call)
    }
    let (list, after) = arguments(body)
    call.arguments = list
    call.result = result(after)
    return .call(call)
  }

  /// What stands after `=`.
  static func result(_ text: Substring) -> Substring? {
    guard let mark = text.firstRange(of: "= ") else { return nil }
    return text[mark.upperBound...]
  }

  /// The arguments up to the closing parenthesis, and what follows it.
  static func arguments(_ text: Substring) -> (list: [Substring], rest: Substring) {
    var list: [Substring] = []
    var depth = 0
    var start = text.startIndex
    var inString = false
    var index = text.startIndex
    func add(_ end: Substring.Index) {
      let word = text[start..<end].drop { $0 == " " }
      let trimmed = word.lastIndex { $0 != " " }.map { word[...$0] } ?? ""
      if !trimmed.isEmpty { list.append(trimmed) }
    }
    while index < text.endIndex {
      let character = text[index]
      if inString {
        if character == "\\" { index = text.index(after: index) }
        if index < text.endIndex, text[index] == "\"" { inString = false }
      } else {
        switch character {
        case "\"": inString = true
        case "(", "[", "{": depth += 1
        case ")" where depth == 0:
          add(index)
          return (list, text[text.index(after: index)...])
        case ")", "]", "}": depth -= 1
        case "," where depth == 0:
          add(index)
          start = text.index(after: index)
        default: break
        }
      }
      if index < text.endIndex { index = text.index(after: index) }
    }
    add(text.endIndex)
    return (list, "")
  }
}
