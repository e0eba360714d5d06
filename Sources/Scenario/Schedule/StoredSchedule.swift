/// A schedule of a race as files keep it, behind the race: `schedule 1 version=4.6 code=0f3a... steps=1*3/2*5`.
///
/// The 1 is the version of this form. `code` names the programs and the state that the schedule was recorded with, so
/// that one which no longer applies is not taken for one that does.
public struct StoredSchedule: Hashable, Sendable {
  /// The version of the derivation.
  public var variant: String
  public var code: UInt64
  /// The lanes that step, from 0.
  public var steps: [UInt8]
  /// Where it stands: line from 1, and the element of the scenario that it belongs to.
  public var line: Int
  public var element: Int

  public init(variant: String, code: UInt64, steps: [UInt8], line: Int = 0, element: Int = 0) {
    self.variant = variant
    self.code = code
    self.steps = steps
    self.line = line
    self.element = element
  }

  /// As a file has it, without a line end.
  public var text: String {
    "schedule 1 version=\(variant) code=\(FNV1a.digits(code)) steps=\(StepList.text(steps))"
  }

  /// What is expected instead of a word, counted from 0 behind `schedule`.
  public struct Complaint: Error, Hashable, Sendable {
    public var word: Int
    public var expected: String
  }

  /// Reads the words behind `schedule`.
  ///
  /// - Throws: ``Complaint`` for the first word that is wrong.
  public init(words: [String], line: Int, element: Int) throws(Complaint) {
    func value(_ index: Int, _ key: String) throws(Complaint) -> String {
      guard words.indices.contains(index), words[index].hasPrefix(key), words[index].utf8.count > key.utf8.count else {
        throw Complaint(word: index, expected: "'\(key)...'")
      }
      return String(words[index].dropFirst(key.count))
    }
    guard words.first == "1" else { throw Complaint(word: 0, expected: "version 1 of the form of schedules") }
    let variant = try value(1, "version=")
    let digits = try value(2, "code=")
    guard digits.utf8.count == 16, digits.first != "+", digits.first != "-", let code = UInt64(digits, radix: 16) else {
      throw Complaint(word: 2, expected: "'code=' and 16 hexadecimal digits")
    }
    guard let steps = StepList.schedule(try value(3, "steps=")) else {
      throw Complaint(word: 3, expected: "'steps=' and lanes such as 1*3/2, at most \(StepList.most) steps")
    }
    guard words.count == 4 else { throw Complaint(word: 4, expected: "the end of the line") }
    self.init(variant: variant, code: code, steps: steps, line: line, element: element)
  }
}
