import Scenario

/// What the scenario's names are called in C.
struct CNames {
  let names: Names

  private static func clean(_ name: String) -> String { name.replacing("-", with: "_") }
  /// Two names may differ in a `-` alone: the number tells them apart.
  private static func unique<ID: Identifier>(_ id: ID, _ prefix: String, _ name: (ID) -> String) -> String {
    let own = clean(name(id))
    let isShared = (0..<UInt8(ID.limit)).contains { $0 != id.index && clean(name(ID($0))) == own }
    return "\(prefix)_\(own)" + (isShared ? "_\(id.index)" : "")
  }

  func actor(_ id: ActorID) -> String { Self.unique(id, "actor") { names[$0] } }
  func file(_ id: FileID) -> String { Self.unique(id, "file") { names[$0] } }
  func window(_ id: SlotID) -> String { Self.unique(id, "window") { names[$0] } }
  func waiter(_ id: WaiterID) -> String { Self.unique(id, "waiter") { names[$0] } }

  /// A string literal.
  static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
  static func hex(_ number: some BinaryInteger) -> String { "0x" + String(number, radix: 16) }
}
