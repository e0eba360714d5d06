import SystemPackage

/// Finds the control group that a process is in, on the mounted file systems. Source: cgroups(7), proc_pid_mountinfo(5).
enum ControlGroupPath {
  /// The folder of the memory controller's group, for version 1 or 2 of control groups; nil when not mounted.
  /// - Parameters:
  ///   - mounts: text of `/proc/self/mountinfo`.
  ///   - memberships: text of `/proc/self/cgroup`.
  static func memory(version: Int, mounts: String, memberships: String) -> FilePath? {
    let type = version == 2 ? "cgroup2" : "cgroup"
    for line in mounts.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count > 6, let dash = words.firstIndex(of: "-"), words.count > dash + 3, words[dash + 1] == type
      else {
        continue
      }
      let options = words[dash + 3].split(separator: ",")
      guard version == 2 || options.contains("memory") else { continue }
      guard let group = membership(version: version, memberships) else { return nil }
      // The mount may show only a part of the hierarchy, from its root (word 3) on.
      let root = words[3] == "/" ? "" : String(words[3])
      let relative = group.hasPrefix(root) ? String(group.dropFirst(root.count)) : group
      return FilePath(String(words[4]) + (relative == "/" ? "" : relative))
    }
    return nil
  }

  /// Lines are `ID:CONTROLLERS:PATH`; version 2 has no controllers.
  private static func membership(version: Int, _ text: String) -> String? {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isMemory = version == 2 ? parts[0] == "0" : parts[1].split(separator: ",").contains("memory")
      if isMemory { return String(parts[2]) }
    }
    return nil
  }
}
