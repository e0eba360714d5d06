/// The operations that a byte form's first byte stands for, so that bytes of chance start with something to act on.
/// Encoding never uses it: the operations stand there by themselves then.
enum Prelude {
  static func elements(_ byte: UInt8) -> [Scenario.Element] {
    guard byte != 0 else { return [] }
    let kind = FileKind.allCases[Int(byte >> 1) % FileKind.allCases.count]
    let processes = 2 + (byte & 1)
    var operations: [Operation] = (0..<processes).map { Operation(nil, .process(ActorID($0))) }
    operations.append(Operation(nil, .file(FileID(0), kind, pages: 4)))
    for index in 0..<processes {
      let actor = ActorID(index)
      // The second process sees the file through another window and another offset.
      let first: UInt8 = byte & 0x20 != 0 && kind != .sysv ? index & 1 : 0
      let slot = SlotID(byte & 0x40 != 0 ? index : 0)
      operations.append(
        Operation(actor, .map(slot, .file(FileID(0), PageRange(first, 3)), .shared, .readWrite, [])))
    }
    let sharing: Sharing = byte & 0x80 != 0 ? .shared : .private
    operations.append(
      Operation(ActorID(0), .map(SlotID(3), .anonymous(pages: 2), sharing, .readWrite, [])))
    return operations.map(Scenario.Element.operation)
  }
}
