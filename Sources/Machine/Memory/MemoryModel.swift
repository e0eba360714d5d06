/// How memory orders what one thread does, as the others see it.
public enum MemoryModel: String, Sendable, Hashable, CaseIterable {
  /// Sequential consistency: every step is seen by all at once.
  case sc
  /// Total store order, as on x86: plain stores wait in a buffer of the thread's, first in, first out, and the thread
  /// reads its own; locked instructions and full barriers wait until the buffer is empty.
  case tso
  /// Weaker, in the manner of ARM and POWER: besides, stores to different places leave the buffer in any order unless
  /// a barrier or a release stands between; an atomic operation that returns nothing waits in the buffer, too; and a plain
  /// load may be satisfied early, before lines that stand before it, if nothing that orders it lies between.
  case weak
}
