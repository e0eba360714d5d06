/// The byte that starts a record of the byte form.
enum ByteTag: Hashable {
  case operation(OperationKind)
  case race
  case lane
  case end
  case name
  /// The operation that follows has a stated result behind its operands.
  case stated

  static let raceByte: UInt8 = 46
  static let laneByte: UInt8 = 47
  static let endByte: UInt8 = 48
  static let nameByte: UInt8 = 49
  static let statedByte: UInt8 = 50

  init(_ byte: UInt8) {
    self = Self.table[Int(byte)]
  }

  private static let table: [ByteTag] = (UInt8.min...UInt8.max).map { byte in
    switch byte {
    case raceByte: .race
    case laneByte: .lane
    case endByte: .end
    case nameByte: .name
    case statedByte: .stated
    default:
      OperationKind(rawValue: byte).map(ByteTag.operation) ?? common[Int(byte) % common.count]
    }
  }

  /// What the bytes above the assigned ones stand for, so that bytes of chance make scenarios that do something.
  private static let common: [ByteTag] =
    [
      (.operation(.wait), 26), (.operation(.wake), 34), (.operation(.map), 14), (.operation(.store), 8),
      (.operation(.load), 4), (.operation(.truncate), 6), (.operation(.grow), 3), (.operation(.punch), 4),
      (.operation(.pageout), 8), (.operation(.swapin), 3), (.operation(.dontneed), 4), (.operation(.remove), 4),
      (.operation(.requeue), 8), (.operation(.compareRequeue), 6), (.operation(.keys), 10), (.operation(.fork), 5),
      (.operation(.process), 2), (.operation(.exit), 1), (.operation(.unmap), 4), (.operation(.remap), 5),
      (.operation(.protect), 5), (.operation(.cancel), 4), (.operation(.close), 2), (.operation(.reopen), 2),
      (.operation(.file), 4), (.operation(.waitv), 4), (.operation(.wakeOp), 4), (.operation(.dropCaches), 2),
      (.operation(.collapse), 2), (.operation(.split), 2), (.operation(.merge), 1), (.race, 5), (.lane, 8), (.end, 3),
    ].flatMap { tag, weight in Array(repeating: tag, count: weight) }
}
