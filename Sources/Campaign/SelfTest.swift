import Foundation

/// Before a campaign works: a version of the kernel's code that is known to be bad, and a kernel that lies, must be
/// caught by the same programs and in the same way as a finding would be.
struct SelfTest {
  let settings: CampaignSettings
  let maker: CommandMaker

  /// Linux 3.11 takes a reference of an inode that is being evicted (mended by 65d8fc777f6d, 4.6).
  private static let badVersion = "3.11"
  private static let race = """
    litmus evicted-under-the-lookup
      about The inode is evicted while its key is derived.
      file f size=1
      process a
      map a 0 f 0 shared rw
      do a: env.touch(a, 0.0, WRITE)
      lane deriver a: futex.key(0.0, READ)
      lane evictor a: env.evict(f)
    end

    """

  /// - Returns: what was caught, in words.
  /// - Throws: when something was not: the campaign would be blind.
  func run(shouldStop: () -> String?) throws(CampaignError) -> String {
    let folder = settings.folder.selfTest
    CampaignFolder.remove(folder)
    try CampaignFolder.make(folder)
    defer { CampaignFolder.remove(folder) }
    var caught: [String] = []
    let file = "\(folder)/known-bad.litmus"
    guard (try? Self.race.write(toFile: file, atomically: true, encoding: .utf8)) != nil else {
      throw CampaignError("cannot write \(file)")
    }
    let version = try Self.run(
      maker.tool(["explore", file, "--variant", Self.badVersion], limit: 120), shouldStop)
    guard let version else { return "stopped" }
    guard version.exitCode == 1 else {
      throw Self.blind("the derivation of Linux \(Self.badVersion) passed", version)
    }
    caught.append("the derivation of Linux \(Self.badVersion) breaks a rule")
    if settings.kinds.contains(where: \.isLive) {
      let lie = try Self.run(
        maker.tool(
          ["fuzz", "--lying-kernel", "--json", "--runs", "4", "--seed", "1", "--findings", "\(folder)/findings"]
            + settings.liveArguments, limit: 120), shouldStop)
      guard let lie else { return "stopped" }
      guard lie.exitCode == 1, !CampaignFolder.names("\(folder)/findings").isEmpty else {
        throw Self.blind("a kernel that hides a wake passed", lie)
      }
      caught.append("a kernel that hides wakes is found out")
    }
    return caught.joined(separator: "; ")
  }

  private static func blind(_ what: String, _ worker: WorkerProcess) -> CampaignError {
    // Its own arguments are wrong, and these are the campaign's.
    if worker.exitCode == 2 {
      let words = worker.errors.lastLines(1).joined()
      return CampaignError(words.hasPrefix("keywake: ") ? String(words.dropFirst(9)) : words, isUsage: true)
    }
    let end = worker.exitCode.map { "exit code \($0)" } ?? "signal \(worker.signal ?? 0)"
    let words = (worker.errors.lastLines(3) + worker.output.lastLines(3)).joined(separator: "\n  ")
    return CampaignError(
      "the self-test failed: \(what) (\(end)). A campaign would find nothing here.\n  \(worker.command.text)\n  \(words)"
    )
  }

  /// `nil` when it was stopped.
  private static func run(_ command: Command, _ shouldStop: () -> String?) throws(CampaignError) -> WorkerProcess? {
    let worker = try WorkerProcess(command)
    while worker.status == nil {
      if shouldStop() != nil {
        worker.destroy()
        return nil
      }
      if worker.seconds > command.limit { worker.destroy() }
      WorkerProcess.wait(for: [worker], milliseconds: 100)
      worker.look()
    }
    return worker
  }
}
