extension Generator {
  /// Which part of the language generated scenarios use.
  public enum Profile: String, CaseIterable, Sendable {
    /// What each Linux machine with a futex can run: base pages, files, `futex(2)` without time-outs.
    case liveBasic = "live-basic"
    /// Everything that a live kernel can be asked for.
    case live
    /// The whole language: races and what only the Machine can do included.
    case all

    public func allows(_ kind: OperationKind) -> Bool {
      switch kind {
      case .evict, .reuse, .umount, .migrate, .rmapWalk: self == .all
      case .thread, .collapse, .split, .merge, .lockMemory, .waitv, .wakeOp, .lockPI, .tryLockPI, .unlockPI, .robust,
        .clearTID, .hashSlots:
        self != .liveBasic
      default: true
      }
    }
    public func allows(_ kind: FileKind) -> Bool {
      switch kind {
      case .memfd, .tmpfs, .disk, .anonymousShared: true
      case .memfdHugetlb, .memfdTHP, .sysv: self != .liveBasic
      }
    }
    /// Huge pages, futex2, time-outs, foreign addresses and duplicating `remap`.
    var hasEverything: Bool { self != .liveBasic }
    var hasRaces: Bool { self == .all }
  }
}
