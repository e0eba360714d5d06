/// What an address space has mapped, by the log.
struct StraceSpace {
  /// What is behind a mapping.
  enum Backing: Hashable {
    /// A file, by path or by the call that made it: the same for all who opened it.
    case file(String)
    /// A shared anonymous object, or private memory that one `mmap` made; `nil` for memory that the log does not show
    /// being made.
    case memory(Int)
  }
  struct Mapping {
    var start: UInt64
    var end: UInt64
    var offset: UInt64
    var isShared: Bool
    var backing: Backing
    var protection: String
  }
  var mappings: [Mapping] = []
  /// Descriptor to file.
  var files: [Int: String] = [:]

  func mapping(at address: UInt64) -> Mapping? { mappings.last { $0.start <= address && address < $0.end } }

  mutating func add(_ mapping: Mapping) {
    remove(mapping.start, mapping.end)
    mappings.append(mapping)
  }
  /// Takes a range out; what stays on both sides is cut.
  mutating func remove(_ start: UInt64, _ end: UInt64) {
    var kept: [Mapping] = []
    for mapping in mappings {
      if mapping.end <= start || mapping.start >= end {
        kept.append(mapping)
        continue
      }
      if mapping.start < start {
        var left = mapping
        left.end = start
        kept.append(left)
      }
      if mapping.end > end {
        var right = mapping
        right.offset += end - mapping.start
        right.start = end
        kept.append(right)
      }
    }
    mappings = kept
  }
}
