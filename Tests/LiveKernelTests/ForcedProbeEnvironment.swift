import LiveKernel
import SystemPackage

/// The real host, but for system calls and files with forced answers.
struct ForcedProbeEnvironment: ProbeEnvironment {
  var calls: [String: Errno] = [:]
  /// By the third argument of madvise(2).
  var advice: [Int: Errno] = [:]
  /// By the beginning of the path.
  var opens: [String: Errno] = [:]
  /// No O_TMPFILE on any file system.
  var refusesNamelessFiles = false
  var texts: [String: Result<String, Errno>] = [:]
  var sleeperTexts: [String: Result<String, Errno>] = [:]
  let real = HostProbeEnvironment()

  func systemCall(_ name: StaticString, _ arguments: [Int]) -> Result<Int, Errno> {
    if let error = calls[name.description] { return .failure(error) }
    if name.description == "madvise", let error = advice[arguments[2]] { return .failure(error) }
    if name.description == "openat", let text = UnsafePointer<CChar>(bitPattern: arguments[1]) {
      let path = String(cString: text)
      if refusesNamelessFiles && arguments[2] & 0o20000000 != 0 { return .failure(.notSupportedOnSocket) }
      if let error = opens.first(where: { path.hasPrefix($0.key) })?.value { return .failure(error) }
    }
    return real.systemCall(name, arguments)
  }

  func readText(_ path: FilePath) -> Result<String, Errno> {
    if let answer = texts[path.string] { return answer }
    if let answer = sleeperTexts[path.lastComponent?.string ?? ""] { return answer }
    return real.readText(path)
  }

  func startSleeper() -> Result<Int32, Errno> { real.startSleeper() }
  func endSleeper(_ child: Int32) { real.endSleeper(child) }
}
