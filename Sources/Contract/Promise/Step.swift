import Scenario

/// One run of an operation's rules: the choices it takes for the kernel, and what it notes on the way.
///
/// A rule that leaves something to the kernel asks `choose`. Running the operation once for each answer gives all
/// the ways that it may go.
struct Step {
  /// The answers to give, in order; further questions are answered with 0.
  private let script: [Int]
  /// The questions asked: how many answers each had, and which was given.
  private(set) var asked: [(rule: Rule, answers: Int, answer: Int)] = []
  /// The rule that decides the result; each rule that comes to bear says so.
  var rule: Rule = .notPredicted
  var ended: [EndedWaiter] = []

  init(script: [Int] = []) { self.script = script }

  /// A choice that is the kernel's: a number below `answers`.
  mutating func choose(_ rule: Rule, _ answers: Int) -> Int {
    let answer = asked.count < script.count ? script[asked.count] : 0
    asked.append((rule, answers, answer))
    return answer
  }
  mutating func chooseWhether(_ rule: Rule) -> Bool { choose(rule, 2) == 1 }

  /// The script of the next way, in depth-first order; `nil` after the last.
  var next: [Int]? {
    var answers = asked.map(\.answer)
    while let last = answers.last {
      if last + 1 < asked[answers.count - 1].answers {
        answers[answers.count - 1] = last + 1
        return answers
      }
      answers.removeLast()
    }
    return nil
  }

  /// Notes the rule and gives the error.
  mutating func fail(_ rule: Rule, _ error: ErrorCode) -> OperationResult {
    self.rule = rule
    return .error(error)
  }
  mutating func succeed(_ rule: Rule, _ value: Int64 = 0) -> OperationResult {
    self.rule = rule
    return .value(value)
  }
}
