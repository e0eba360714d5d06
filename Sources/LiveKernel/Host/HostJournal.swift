import CKeywakeHost
import Glibc
import Synchronization
import SystemPackage

/// The undo journal of one run: each change of the host is written down, durably, before it is made, and undone when
/// the run ends.
///
/// Three lines of defence: `finish()` at the normal end; a *guardian*, a small process in a session of its own that
/// outlives this one's death by any signal, `kill -9` included, and undoes at once; `recover` at the next start, when
/// the guardian died too or the power went. A journal is locked by flock(2) while its run or guardian lives.
public final class HostJournal: Sendable {
  /// `PID-STARTTIME-NUMBER`; the start time in clock ticks after boot, as in proc_pid_stat(5).
  public let run: String
  public let folder: JournalFolder
  /// Why there is no guardian though one was asked for; the other two lines of defence stand.
  public let guardianFailure: Errno?

  private let boot: String
  private let root: FileDescriptor

  private struct State {
    var journal: Int32
    var guardian: Int32?
    var nextSequence = 1
    var isFinished = false
  }
  private let state: Mutex<State>

  private static let runsOfThisProcess = Atomic<Int>(0)

  /// Begins a journal. Best called early: the guardian is a fork of this process.
  /// - Parameter guardian: false leaves the undo after a crash to the next start.
  public init(folder: JournalFolder, guardian: Bool = true) throws(HostError) {
    self.folder = folder
    boot = JournalFolder.bootID
    root = try folder.open(create: true)
    let descriptor: Int32
    do throws(HostError) {
      (run, descriptor) = try Self.makeJournal(folder, boot: boot)
    } catch {
      try? root.close()
      throw error
    }
    var control: Int32?
    var failure: Errno?
    if guardian {
      let answer = kwh_guardian_start(root.rawValue, descriptor, run, boot)
      if answer >= 0 { control = answer } else { failure = Errno(rawValue: -answer) }
    }
    guardianFailure = failure
    state = Mutex(State(journal: descriptor, guardian: control))
  }

  /// Begins a journal in the standard folder.
  public convenience init() throws(HostError) { try self.init(folder: .standard()) }

  deinit { _ = finish() }

  /// Writes the change down, durably. The caller makes it afterwards.
  public func record(_ change: HostChange) throws(HostError) -> HeldChange {
    try record(change.words)
  }

  /// Sets a host setting until this run ends or the change is undone. One lease a run and setting: a second `hold`
  /// replaces the first value.
  /// - Throws: `HostError` with EBUSY when another run holds a different value.
  public func hold(_ setting: HostSetting, value: String) throws(HostError) -> HeldChange {
    let change = try record(.setting(setting.path))
    let answer = kwh_lease_acquire(
      root.rawValue, boot, run, setting.path.string, setting.combination.rawValue, value)
    guard answer == 0 else {
      try? undo(change)
      throw HostError(
        "set \(value) in", setting.path, Errno(rawValue: -answer),
        advice: answer == -EBUSY ? "another run holds a different value" : nil)
    }
    return change
  }

  /// Undoes one change now. Undone already: nothing happens.
  public func undo(_ change: HeldChange) throws(HostError) {
    let answer = state.withLock { state -> Int32 in
      if state.isFinished { return 0 }
      return kwh_undo_one(root.rawValue, state.journal, run, boot, change.sequence)
    }
    if answer != 0 { throw HostError("undo a change of run \(run):", folder.path, Errno(rawValue: -answer)) }
  }

  /// Undoes everything, latest first, and ends the journal. What failed stays in the journal for `recover`.
  public func finish() -> [UndoFailure] {
    state.withLock { state in
      if state.isFinished { return [] }
      state.isFinished = true
      var report = RecoveryReport()
      Self.undoAll(root: root, journal: state.journal, run: run, boot: boot, folder: folder, into: &report)
      if let guardian = state.guardian { kwh_guardian_dismiss(guardian) }
      close(state.journal)
      try? root.close()
      rmdir(folder.path.string)
      return report.failures
    }
  }

  private func record(_ words: [String]) throws(HostError) -> HeldChange {
    let result = state.withLock { state -> Result<HeldChange, Errno> in
      if state.isFinished { return .failure(.badFileDescriptor) }
      let change = HeldChange(sequence: state.nextSequence)
      do throws(Errno) {
        try HostFiles.writeAll(Array(JournalText.record(change.sequence, words).utf8), to: state.journal)
        guard fdatasync(state.journal) == 0 else { throw Errno.last }
      } catch {
        return .failure(error)
      }
      state.nextSequence += 1
      return .success(change)
    }
    do {
      return try result.get()
    } catch {
      throw HostError("write the undo journal in", folder.path, error)
    }
  }
}

extension HostJournal {
  /// Undoes what runs that have ended left behind; runs still going on are left alone.
  /// - Parameter folders: those of this user, in the standard places, when not given.
  public static func recover(in folders: [JournalFolder] = JournalFolder.candidates) -> RecoveryReport {
    var report = RecoveryReport()
    let boot = JournalFolder.bootID
    for folder in folders where access(folder.path.string, F_OK) == 0 {
      do throws(HostError) {
        let root = try folder.open(create: false)
        recover(folder, root: root, boot: boot, into: &report)
        try? root.close()
        rmdir(folder.path.string)
      } catch {
        report.unreadable.append(error.description)
      }
    }
    return report
  }

  private static func recover(
    _ folder: JournalFolder, root: FileDescriptor, boot: String, into report: inout RecoveryReport
  ) {
    let runs = folder.path.appending("runs")
    for name in HostFiles.names(in: runs) ?? [] {
      let path = runs.appending(name)
      let journal = open(path.string, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC)
      guard journal >= 0 else { continue }
      defer { close(journal) }
      let run = String(name.drop { $0 == "." }.prefix { $0 != "." })
      guard flock(journal, LOCK_EX | LOCK_NB) == 0 else {
        report.running.append(run)
        continue
      }
      var status = stat()
      // Ended, or another recovery was here, between the open and the lock.
      guard fstat(journal, &status) == 0, status.st_nlink > 0 else { continue }
      if name.hasSuffix(".journal") {
        report.recovered.append(run)
        undoAll(root: root, journal: journal, run: run, boot: boot, folder: folder, into: &report)
      } else {
        unlink(path.string)
      }
    }
    rmdir(runs.string)
    for name in HostFiles.names(in: folder.path) ?? []
    where name.hasPrefix("settings-") && name != "settings-\(boot)" {
      kwh_remove_tree(folder.path.appending(name).string)
    }
  }

  /// Undoes a journal, and removes it when nothing failed.
  private static func undoAll(
    root: FileDescriptor, journal: Int32, run: String, boot: String, folder: JournalFolder,
    into report: inout RecoveryReport
  ) {
    let path = folder.path.appending("runs").appending("\(run).journal")
    var result = kwh_undo_result()
    let answer = kwh_undo_journal(root.rawValue, journal, run, boot, &result)
    if answer != 0 {
      report.failures.append(UndoFailure(run: run, change: "read the journal", errno: -answer))
      return
    }
    report.undone += Int(result.undone)
    guard result.failed > 0 else {
      unlink(path.string)
      rmdir(path.removingLastComponent().string)
      return
    }
    let text = (try? HostFiles.read(path)) ?? ""
    let listed = Int(min(result.failed, KWH_FAILURES))
    let failures = withUnsafeBytes(of: result.failed_sequence) { sequences in
      withUnsafeBytes(of: result.failed_errno) { errors in
        zip(sequences.bindMemory(to: Int.self), errors.bindMemory(to: Int32.self)).prefix(listed).map {
          UndoFailure(run: run, change: JournalText.describe($0, in: text), errno: $1)
        }
      }
    }
    report.failures += failures
  }

  /// Makes the journal file, locked before it can be seen under its name.
  private static func makeJournal(_ folder: JournalFolder, boot: String) throws(HostError) -> (String, Int32) {
    let runs = folder.path.appending("runs")
    let pid = getpid()
    let stat = (try? HostFiles.read("/proc/self/stat")) ?? ""
    let startTime = HostFiles.statField(22, of: stat) ?? "0"
    for _ in 0..<1000 {
      let run = "\(pid)-\(startTime)-\(runsOfThisProcess.wrappingAdd(1, ordering: .relaxed).newValue)"
      if mkdir(folder.path.string, 0o700) < 0 && Glibc.errno != EEXIST { break }
      if mkdir(runs.string, 0o700) < 0 && Glibc.errno != EEXIST && Glibc.errno != ENOENT { break }
      let new = runs.appending(".\(run).new").string
      let fd = open(new, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
      // ENOENT: a run that ended removed the empty folder; EEXIST: the rest of a run in another PID namespace.
      if fd < 0 && (Glibc.errno == ENOENT || Glibc.errno == EEXIST) { continue }
      guard fd >= 0 else { break }
      do throws(Errno) {
        guard flock(fd, LOCK_EX | LOCK_NB) == 0 else { throw Errno.last }
        try HostFiles.writeAll(Array(JournalText.header(run: run, boot: boot).utf8), to: fd)
        guard fsync(fd) == 0 else { throw Errno.last }
        let linked = link(new, runs.appending("\(run).journal").string)
        let error = Errno.last
        unlink(new)
        if linked == 0 {
          try syncFolder(runs)
          return (run, fd)
        }
        // A recovery took the unlocked file, or somebody has the name: once more.
        guard error == .noSuchFileOrDirectory || error == .fileExists else { throw error }
        close(fd)
      } catch {
        unlink(new)
        close(fd)
        throw HostError("write the undo journal in", runs, error)
      }
    }
    throw HostError("make the undo journal in", runs, .last)
  }

  private static func syncFolder(_ path: FilePath) throws(Errno) {
    let fd = open(path.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard fd >= 0 else { throw Errno.last }
    defer { close(fd) }
    guard fsync(fd) == 0 else { throw Errno.last }
  }
}
