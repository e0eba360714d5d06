/// Writes the byte form (see the page "The byte form").
public enum ScenarioEncoder {
  /// The bytes of a scenario, which decode to it again if it is valid.
  public static func encode(_ scenario: Scenario) -> [UInt8] { encodeWithRanges(scenario).bytes }

  /// The bytes, and where each operation's are, in the order of `Scenario.operations`.
  public static func encodeWithRanges(_ scenario: Scenario) -> (bytes: [UInt8], operations: [Range<Int>]) {
    var writer = ByteWriter()
    writer.bytes.reserveCapacity(32 * scenario.elements.count)
    var ranges: [Range<Int>] = []
    writer.put(0)
    for element in scenario.elements {
      switch element {
      case .operation(let operation): encode(operation, &writer, &ranges)
      case .race(let lanes):
        writer.put(ByteTag.raceByte)
        for lane in lanes {
          writer.put(ByteTag.laneByte)
          writer.put(lane.actor.index)
          for operation in lane.operations { encode(operation, &writer, &ranges) }
        }
        writer.put(ByteTag.endByte)
      }
    }
    encode(scenario.names.actors, space: 0, &writer)
    encode(scenario.names.files, space: 1, &writer)
    encode(scenario.names.slots, space: 2, &writer)
    encode(scenario.names.waiters, space: 3, &writer)
    return (writer.bytes, ranges)
  }

  private static func encode(_ operation: Operation, _ writer: inout ByteWriter, _ ranges: inout [Range<Int>]) {
    let start = writer.bytes.count
    if operation.stated != nil { writer.put(ByteTag.statedByte) }
    writer.put(operation.kind.rawValue)
    if !operation.kind.hasNoActor { writer.put(operation.actor?.index ?? 0) }
    var action = operation.action
    action.visitOperands(&writer)
    if let stated = operation.stated { writer.stated(stated) }
    ranges.append(start..<writer.bytes.count)
  }

  private static func encode<ID: Identifier>(_ names: [ID: String], space: UInt8, _ writer: inout ByteWriter) {
    for (id, name) in names.sorted(by: { $0.key < $1.key }) {
      let utf8 = name.utf8.prefix(Limits.nameLength)
      writer.put(ByteTag.nameByte)
      writer.put(space)
      writer.put(id.index)
      writer.put(UInt8(utf8.count))
      writer.bytes.append(contentsOf: utf8)
    }
  }
}
