import Foundation
import LiveKernel

/// What is on the host, for tests of what a run leaves behind.
enum HostLook {
  static let isRoot = geteuid() == 0
  static let capabilities = CapabilityReport.probe()

  /// The folder of the tool's undo journals, for this user.
  static var journals: [String] { JournalFolder.candidates.map(\.path.string) }

  /// All that is left of the run of a process: files, swap, control groups, mounts, journal, leases, processes.
  static func leftovers(of process: Int32) -> [String] {
    let mark = "keywake-\(process)-"
    var left: [String] = []
    let folders = [capabilities.tmpfsFolder, capabilities.diskFolder].compactMap { $0 }
    for folder in folders { left += names(folder).filter { $0.hasPrefix(mark) }.map { "\(folder)/\($0)" } }
    for file in ["/proc/swaps", "/proc/self/mountinfo"] {
      left += text(file).split(separator: "\n").filter { $0.contains(mark) }.map { "\(file): \($0)" }
    }
    let group = capabilities[.memoryControlGroup].text.drop { $0 != "/" }
    left += names(String(group)).filter { $0.hasPrefix(mark) }.map { "\(group)/\($0)" }
    for journal in journals {
      left += names("\(journal)/runs").filter { $0.drop { $0 == "." }.hasPrefix("\(process)-") }
        .map { "\(journal)/runs/\($0)" }
      for settings in names(journal).filter({ $0.hasPrefix("settings-") }) {
        for setting in names("\(journal)/\(settings)") {
          left += names("\(journal)/\(settings)/\(setting)").filter { $0.hasPrefix("\(process)-") }
            .map { "lease \(setting) \($0)" }
        }
      }
    }
    left += processes { $0.contains(mark) }.map { "process \($0)" }
    return left
  }

  /// Processes whose program's path fits.
  static func processes(_ fits: (String) -> Bool) -> [Int32] {
    names("/proc").compactMap { Int32($0) }.filter { process in
      guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe") else {
        return false
      }
      return fits(program)
    }
  }

  /// The guardian of a run: it holds the journal.
  static func guardian(of process: Int32) -> Int32? {
    names("/proc").compactMap { Int32($0) }.first { other in
      guard other != process, text("/proc/\(other)/comm") == "keywake-guard\n" else { return false }
      return names("/proc/\(other)/fd").contains { number in
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(other)/fd/\(number)")
        return target?.contains("/runs/") == true
          && target?.split(separator: "/").last?.drop { $0 == "." }.hasPrefix("\(process)-") == true
      }
    }
  }

  /// System V segments that nobody has attached and whose maker is gone.
  static func abandonedSegments() -> [String] {
    text("/proc/sysvipc/shm").split(separator: "\n").dropFirst().compactMap { line in
      // key shmid perms size cpid lpid nattch ...
      let words = line.split(separator: " ")
      guard words.count > 6, words[6] == "0", let maker = Int32(words[4]), kill(maker, 0) != 0 else { return nil }
      return String(words[1])
    }
  }

  /// Waits until neither the run nor its guardian holds the journal. Blocks in flock(2).
  static func waitForTheGuardian(of process: Int32) {
    for journal in journals {
      for name in names("\(journal)/runs") where name.drop(while: { $0 == "." }).hasPrefix("\(process)-") {
        let descriptor = open("\(journal)/runs/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { continue }
        flock(descriptor, LOCK_EX)
        close(descriptor)
      }
    }
  }

  static func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }
  static func text(_ file: String) -> String {
    guard let handle = FileHandle(forReadingAtPath: file) else { return "" }
    defer { try? handle.close() }
    return String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
  }
}
