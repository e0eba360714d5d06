/// The constants that programs can name.
enum Constants {
  static func value(_ name: String) -> UInt8? { table[name] }
  /// Error numbers are written `-EFAULT`.
  static func errorNumber(_ name: String) -> UInt8? { errors[name] }
  static func errorName(_ value: UInt8) -> String? { errors.first { $0.value | Layout.errorBit == value }?.key }

  private static let errors: [String: UInt8] = [
    "EPERM": 1, "EINTR": 4, "EAGAIN": 11, "ENOMEM": 12, "EACCES": 13, "EFAULT": 14, "EBUSY": 16, "EINVAL": 22,
    "ENOSYS": 38,
    "ETIMEDOUT": 110,
  ]
  private static let table: [String: UInt8] = [
    "NULL": 0, "READ": 0, "WRITE": 1, "FUTEX_PRIVATE": 2, "FUT_OFF_INODE": 16, "FUT_OFF_MMSHARED": 32,
    "VM_PRESENT": VMFlag.present,
    "VM_READ": VMFlag.read, "VM_WRITE": VMFlag.write, "VM_SHARED": VMFlag.shared, "VM_IO": VMFlag.io,
    "VM_SPECIAL": VMFlag.special, "I_FREE": InodeState.free, "I_LIVE": InodeState.live, "I_FREEING": InodeState.freeing,
    "I_CLEAR": InodeState.clear, "TASK_RUNNING": 0, "TASK_INTERRUPTIBLE": 1,
  ]
}
