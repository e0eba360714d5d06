/// Reads the byte form (see the page "The byte form"): each byte string is a valid scenario.
public enum ScenarioDecoder {
  /// Records that are read at most; those behind them are ignored. A valid scenario has fewer.
  public static let maximumRecords = 1024

  public static func decode(_ bytes: some Sequence<UInt8>) -> Scenario { decode(Array(bytes)) }
  public static func decode(_ bytes: [UInt8]) -> Scenario { decodeUnrepaired(bytes).repaired() }

  /// The scenario as the bytes say it, which is hardly ever valid.
  static func decodeUnrepaired(_ bytes: [UInt8]) -> Scenario {
    var reader = ByteReader(bytes)
    var elements = Prelude.elements(reader.byte())
    var names = Names()
    var lanes: [Scenario.Lane]?
    var records = 0
    while !reader.isAtEnd, records < maximumRecords {
      records += 1
      var tag = ByteTag(reader.byte())
      let isStated = tag == .stated
      if isStated { tag = ByteTag(reader.byte()) }
      switch tag {
      case .operation(let kind):
        let operation = operation(kind, isStated: isStated, &reader)
        if let last = lanes?.indices.last {
          lanes?[last].operations.append(operation)
        } else {
          elements.append(.operation(operation))
        }
      case .race:
        if lanes == nil { lanes = [] }
      case .lane:
        let actor = ActorID(reader.byte())
        lanes?.append(Scenario.Lane(actor, []))
      case .end:
        if let race = lanes { elements.append(.race(race)) }
        lanes = nil
      case .name: name(&names, &reader)
      case .stated: break
      }
    }
    if let race = lanes { elements.append(.race(race)) }
    return Scenario(elements, names: names)
  }

  private static func operation(_ kind: OperationKind, isStated: Bool, _ reader: inout ByteReader) -> Operation {
    var operation = Operation(nil, .blank(kind))
    if !kind.hasNoActor { operation.actor = ActorID(reader.byte()) }
    operation.action.visitOperands(&reader)
    if isStated { operation.stated = reader.stated() }
    return operation
  }

  private static func name(_ names: inout Names, _ reader: inout ByteReader) {
    let space = reader.byte() % 4
    let index = reader.byte()
    let count = Int(reader.byte()) % (Limits.nameLength + 1)
    let name = String(decoding: (0..<count).map { _ in reader.byte() }, as: UTF8.self)
    switch space {
    case 0: names[ActorID(index)] = name
    case 1: names[FileID(index)] = name
    case 2: names[SlotID(index)] = name
    default: names[WaiterID(index)] = name
    }
  }
}
