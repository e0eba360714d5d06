/// How a waiter sleeps on the live kernel.
public enum WaiterKind: String, CaseIterable, Sendable {
  /// An io_uring request (`IORING_OP_FUTEX_WAIT`, Linux 6.7): queued when its submission returns, without a thread.
  case ring
  /// A thread in `futex(2)`, asleep when `/proc` proves it.
  case thread
}
