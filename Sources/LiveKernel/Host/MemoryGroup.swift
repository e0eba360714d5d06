import Glibc
import SystemPackage

/// A control group in which agents run, so that their memory can be reclaimed as a group's is. Source: cgroups(7),
/// Documentation/admin-guide/cgroup-v1/memory.rst and cgroup-v2.rst.
public struct MemoryGroup: Sendable {
  /// Of control groups: 1 or 2.
  public let version: Int
  public var path: FilePath { group.path }
  private let group: ControlGroup

  /// Makes the group below the one that this process is in, or beside it.
  ///
  /// In version 2 a group with processes in it passes no controller on: there it is made beside.
  ///
  /// - Throws: `HostError`: no such hierarchy is mounted, or no group with memory of its own can be made in it.
  public static func make(journal: HostJournal) throws(HostError) -> MemoryGroup {
    let mounts = (try? HostFiles.read("/proc/self/mountinfo")) ?? ""
    let memberships = (try? HostFiles.read("/proc/self/cgroup")) ?? ""
    var failure = HostError(
      "find a memory control group", nil, nil, advice: "mount -t cgroup2 none /sys/fs/cgroup, as root")
    for version in [2, 1] {
      guard let own = ControlGroupPath.memory(version: version, mounts: mounts, memberships: memberships) else {
        continue
      }
      for parent in version == 2 ? [own, own.removingLastComponent()] : [own] {
        do throws(HostError) {
          let group = try ControlGroup.make(in: parent, journal: journal)
          let file = group.path.appending(version == 2 ? "memory.high" : "memory.force_empty")
          if access(file.string, W_OK) == 0 { return MemoryGroup(version: version, group: group) }
          failure = HostError(
            "reclaim through", file, .last, advice: "the group above it has no memory controller to pass on")
          try group.remove()
        } catch {
          failure = error
        }
      }
    }
    throw failure
  }

  func add(process: Int32) throws(HostError) { try group.add(process: process) }
}
