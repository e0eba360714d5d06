import CrossCheck
import Foundation
import XMLCoder

/// The verdicts of a replay in JUnit's XML form, one test case a scenario and waiter kind.
struct JUnitReport: Encodable, DynamicNodeEncoding {
  var name = "keywake replay"
  var tests: Int
  var failures: Int
  var errors: Int
  var skipped: Int
  var time: String
  var testcase: [Case]

  struct Case: Encodable, DynamicNodeEncoding {
    var name: String
    var classname: String
    var time: String
    var failure: Message?
    var error: Message?
    var skipped: Message?

    static func nodeEncoding(for key: any CodingKey) -> XMLEncoder.NodeEncoding {
      ["name", "classname", "time"].contains(key.stringValue) ? .attribute : .element
    }

    init(name: String, classname: String, seconds: Double, verdict: Verdict) {
      self.name = name
      self.classname = classname
      time = JUnitReport.text(seconds)
      switch verdict {
      case .agree: break
      case .known(let names): skipped = Message(message: "known issue: \(names.joined(separator: ", "))", text: "")
      case .disagree(let divergence):
        failure = Message(
          message: "\(divergence.rule): operation \(divergence.position + 1) (\(divergence.operation))",
          text: "promised: \(divergence.promised)\nseen: \(divergence.seen)")
      case .harnessFault(let reason): error = Message(message: reason, text: "")
      case .skipped(let reason), .undecided(let reason): skipped = Message(message: reason, text: "")
      }
    }
    init(name: String, classname: String, unreadable: String) {
      self.name = name
      self.classname = classname
      time = JUnitReport.text(0)
      error = Message(message: "unreadable", text: unreadable)
    }
  }

  struct Message: Encodable, DynamicNodeEncoding {
    var message: String
    var text: String
    enum CodingKeys: String, CodingKey {
      case message
      case text = ""
    }
    static func nodeEncoding(for key: any CodingKey) -> XMLEncoder.NodeEncoding {
      key.stringValue == "message" ? .attribute : .element
    }
  }

  static func nodeEncoding(for key: any CodingKey) -> XMLEncoder.NodeEncoding {
    key.stringValue == "testcase" ? .element : .attribute
  }

  init(cases: [Case], seconds: Double) {
    testcase = cases
    tests = cases.count
    failures = cases.filter { $0.failure != nil }.count
    errors = cases.filter { $0.error != nil }.count
    skipped = cases.filter { $0.skipped != nil }.count
    time = Self.text(seconds)
  }

  fileprivate static func text(_ seconds: Double) -> String {
    String(format: "%.3f", locale: Locale(identifier: "en_US_POSIX"), seconds)
  }

  func xml() throws -> Data {
    let encoder = XMLEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return try encoder.encode(self, withRootKey: "testsuite", header: XMLHeader(version: 1.0, encoding: "UTF-8"))
  }
}
