/// The events of an strace log in the order in which calls began: with what came of those that ended later.
struct StraceLog {
  enum Event {
    case call(StraceCall)
    case exited(pid: Int)
  }
  private(set) var events: [Event] = []
  /// Lines that are none that strace writes.
  private(set) var unreadable: [Int] = []

  init(_ text: String) {
    var open: [Int: Int] = [:]
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      if line.allSatisfy({ $0 == " " }) { continue }
      switch StraceText.line(line, number: number) {
      case .call(let call):
        if call.isUnfinished { open[call.pid] = events.count }
        events.append(.call(call))
      case .resumed(let pid, let name, let rest):
        guard let index = open.removeValue(forKey: pid), case .call(var call) = events[index], call.name == name else {
          unreadable.append(number)
          continue
        }
        let (more, after) = StraceText.arguments(rest)
        call.arguments += more
        call.result = StraceText.result(after)
        events[index] = .call(call)
      case .exited(let pid): events.append(.exited(pid: pid))
      case .signal: break
      case .unknown: unreadable.append(number)
      }
    }
  }
}
