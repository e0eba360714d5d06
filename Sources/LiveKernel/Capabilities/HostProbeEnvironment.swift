import CKeywakeHost
import Glibc
import SystemPackage

/// The real host.
public struct HostProbeEnvironment: ProbeEnvironment, Sendable {
  public init() {}

  public func systemCall(_ name: StaticString, _ arguments: [Int]) -> Result<Int, Errno> {
    let number = kwh_syscall_number(name.description)
    guard number >= 0 else { return .failure(.noFunction) }
    let a = arguments + [Int](repeating: 0, count: 6 - min(6, arguments.count))
    let answer = kwh_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5])
    // The kernel's errors are -4095...-1.
    return (-4095 ... -1).contains(answer) ? .failure(Errno(rawValue: Int32(-answer))) : .success(answer)
  }

  public func readText(_ path: FilePath) -> Result<String, Errno> {
    do throws(Errno) {
      return .success(try HostFiles.read(path))
    } catch {
      return .failure(error)
    }
  }

  public func startSleeper() -> Result<Int32, Errno> {
    let child = kwh_start_sleeper()
    return child > 0 ? .success(child) : .failure(Errno(rawValue: -child))
  }

  public func endSleeper(_ child: Int32) {
    kill(child, SIGKILL)
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && Glibc.errno == EINTR {}
  }
}
