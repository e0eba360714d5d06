/// The names of one kind that a text has mentioned so far, in the order of their numbers.
struct NameTable<ID: Identifier> {
  private(set) var names: [String] = []

  subscript(name: String) -> ID? { names.firstIndex(of: name).map { ID(UInt8($0)) } }
  var next: ID { ID(UInt8(names.count)) }
  var isFull: Bool { names.count >= ID.limit }
  mutating func append(_ name: String) { names.append(name) }
  var list: String { names.isEmpty ? "there is none so far" : names.joined(separator: ", ") }
}
