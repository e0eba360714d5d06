import CKeywakeHost
import Glibc
import SystemPackage

/// A child process in a process group of its own, its output read through pipes and bounded. It dies with the thread
/// that started it, and its group is killed when it has ended.
final class WorkerProcess {
  let pid: pid_t
  let command: Command
  let started = MonotonicClock.now
  private(set) var output = BoundedOutput(limit: 4 << 20)
  private(set) var errors = BoundedOutput(limit: 64 << 10)
  private(set) var status: CInt?
  /// KiB, of the process itself.
  private(set) var peakMemory: Int64 = 0
  private var descriptors: [CInt]
  /// One that writes more is ended.
  static let mostOutput = 64 << 20

  init(_ command: Command) throws(CampaignError) {
    self.command = command
    var (output, errors): ([CInt], [CInt]) = ([-1, -1], [-1, -1])
    let first = kwh_pipe(&output)
    guard first == 0 else { throw Self.failure("make a pipe", -first) }
    let second = kwh_pipe(&errors)
    guard second == 0 else {
      output.forEach { close($0) }
      throw Self.failure("make a pipe", -second)
    }
    var variables: [String] = []
    var entry = environ
    while let variable = entry.pointee {
      let text = String(cString: variable)
      let name = String(text.prefix { $0 != "=" })
      if command.environment[name] == nil { variables.append(text) }
      entry += 1
    }
    variables += command.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    var arguments = ([command.program] + command.arguments).map { strdup($0) } + [nil]
    var environment = variables.map { strdup($0) } + [nil]
    defer { for pointer in arguments + environment { free(pointer) } }
    let child = kwh_worker_start(command.program, &arguments, &environment, output[1], errors[1])
    close(output[1])
    close(errors[1])
    descriptors = [output[0], errors[0]]
    pid = child
    guard child > 0 else {
      descriptors.forEach { close($0) }
      throw Self.failure("start \(command.program)", -child)
    }
  }

  private static func failure(_ what: String, _ error: CInt) -> CampaignError {
    CampaignError("cannot \(what): \(Errno(rawValue: error))")
  }

  deinit {
    if status == nil {
      kill(-pid, SIGKILL)
      var ignored: CInt = 0
      while waitpid(pid, &ignored, 0) < 0 && errno == EINTR {}
    }
    for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
  }

  var seconds: Double { MonotonicClock.now - started }

  /// Waits up to so many milliseconds until one of them has written something.
  static func wait(for workers: [WorkerProcess], milliseconds: CInt) {
    var polls = workers.flatMap(\.descriptors).filter { $0 >= 0 }.map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    poll(&polls, nfds_t(polls.count), milliseconds)
  }

  /// Reads what it has written, and whether it has ended.
  func look() {
    read()
    guard status == nil else { return }
    var got: CInt = 0
    if waitpid(pid, &got, WNOHANG) == pid { finish(got) }
  }

  /// Reads so much at one time that a flood does not keep the campaign from its work.
  private func read() {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    for index in descriptors.indices where descriptors[index] >= 0 {
      for _ in 0..<64 {
        let count = Glibc.read(descriptors[index], &buffer, buffer.count)
        if count > 0 {
          if index == 0 { output.append(buffer[..<count]) } else { errors.append(buffer[..<count]) }
          continue
        }
        if count == 0 {
          close(descriptors[index])
          descriptors[index] = -1
        }
        break
      }
    }
  }

  private func finish(_ status: CInt) {
    self.status = status
    // Whoever it has left behind in its group.
    kill(-pid, SIGKILL)
    read()
  }

  func measureMemory() {
    if let now = ProcessMemory.resident(of: pid) { peakMemory = max(peakMemory, now) }
  }

  /// Asks it to end in order.
  func terminate() { if status == nil { kill(pid, SIGTERM) } }

  /// Ends it and all of its group, and waits for that.
  func destroy() {
    guard status == nil else { return }
    kill(-pid, SIGKILL)
    var got: CInt = 0
    while waitpid(pid, &got, 0) < 0 && errno == EINTR {}
    finish(got)
  }

  /// The exit code; `nil` when a signal ended it.
  var exitCode: CInt? { status.flatMap { $0 & 0x7F == 0 ? ($0 >> 8) & 0xFF : nil } }
  var signal: CInt? { status.flatMap { $0 & 0x7F == 0 ? nil : $0 & 0x7F } }
  var hasFlooded: Bool { output.total + errors.total > Self.mostOutput || !output.isWhole }
}
