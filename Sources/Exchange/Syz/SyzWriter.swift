import Scenario

/// Writes the calls of a syzkaller program.
struct SyzWriter {
  let scenario: Scenario
  private(set) var lines: [String] = []
  private var population = Population()
  private var files: [FileID: SyzFile] = [:]
  private var resources = 0
  /// Pages mapped in each window.
  private var mapped = [UInt8](repeating: 0, count: Limits.slots)

  private struct SyzFile {
    var resource: String
    var kind: FileKind
    var name = 0
  }

  init(_ scenario: Scenario) { self.scenario = scenario }

  /// Where syzkaller's data area begins, a page for names in it, and a window's room.
  private static let base: UInt32 = 0
  private static let windows: UInt32 = 0x10_0000
  private static let windowBytes: UInt32 = 0x1_0000

  private func hex(_ number: some BinaryInteger) -> String { "0x" + String(number, radix: 16) }
  private func pointer(_ offset: UInt32) -> String { "&(0x7f00" + Self.padded(offset) + ")" }
  private static func padded(_ offset: UInt32) -> String {
    let digits = String(offset, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
  private func start(_ slot: SlotID) -> UInt32 { Self.windows + UInt32(slot.index) * Self.windowBytes }
  private func area(_ slot: SlotID, _ first: Int, _ count: Int) -> String {
    let bytes = UInt32(count) * Limits.pageBytes
    let offset = start(slot) + UInt32(first) * Limits.pageBytes
    return "&(0x7f00" + Self.padded(offset) + "/" + hex(bytes) + ")=nil, " + hex(bytes)
  }

  /// Adds one operation.
  /// - Returns: why it cannot be there; `nil` when it can.
  mutating func add(_ operation: Operation) -> String? {
    var action = operation.action
    lines.append("# " + ScenarioPrinter().line(Operation(operation.actor, action), scenario.names))
    defer { population.perform(operation) }
    switch action {
    case .process:
      return population.actorCount == 0 ? nil : "a syzkaller program has one address space"
    case .thread: return nil
    case .file(let file, let kind, let pages): return add(file, kind, pages)
    case .map(let slot, let source, let sharing, let protection, let options):
      return map(slot, source, sharing, protection, options)
    case .truncate(let file, let pages): return call("ftruncate", file, hex(Int(pages) * 4096))
    case .grow(let file, let pages): return call("fallocate", file, "0x0, 0x0, " + hex(Int(pages) * 4096))
    case .punch(let file, let pages):
      return call("fallocate", file, "0x3, " + hex(Int(pages.first) * 4096) + ", " + hex(pages.count * 4096))
    case .close(let file): return call("close", file, nil)
    case .unlink(let file):
      lines.append("unlink(\(name(file, 0)))")
      return nil
    case .rename(let file):
      let old = name(file, 0)
      files[file]?.name += 1
      lines.append("rename(\(old), \(name(file, 0x80)))")
      return nil
    case .unmap(let slot, let pages):
      let reason = advise("munmap", slot, pages, "")
      if pages == .all { mapped[Int(slot.index)] = 0 } else { clear(slot, pages) }
      return reason
    case .protect(let slot, let protection, let pages):
      return advise("mprotect", slot, pages, ", " + hex(protection.rawValue))
    case .remove(let slot, let pages): return advise("madvise", slot, pages, ", 0x9")
    case .dontneed(let slot, let pages): return advise("madvise", slot, pages, ", 0x4")
    case .pageout(let slot, let pages): return advise("madvise", slot, pages, ", 0x15")
    case .swapin(let slot, let pages): return advise("madvise", slot, pages, ", 0x16")
    case .lockMemory(let slot, let pages): return advise("mlock", slot, pages, "")
    case .remap(let from, let to, let duplicate): return remap(from, to, duplicate)
    default:
      _ = action
      return futex(&action)
    }
  }

  // MARK: Files and memory

  private mutating func resource() -> String {
    resources += 1
    return "r\(resources - 1)"
  }

  private mutating func add(_ file: FileID, _ kind: FileKind, _ pages: UInt8) -> String? {
    let made = SyzFile(resource: resource(), kind: kind)
    switch kind {
    case .memfd:
      lines.append("\(made.resource) = memfd_create(\(pointer(Self.base))='f\(file.index)\\x00', 0x0)")
    case .tmpfs, .disk:
      files[file] = made
      lines.append("\(made.resource) = openat(0xffffffffffffff9c, \(name(file, 0)), 0x42, 0x1ff)")
    default: return "a file of kind \(kind.keyword) is not there"
    }
    files[file] = made
    lines.append("ftruncate(\(made.resource), \(hex(Int(pages) * 4096)))")
    return nil
  }
  private func name(_ file: FileID, _ place: UInt32) -> String {
    "\(pointer(Self.base + place))='./file\(file.index)-\(files[file]?.name ?? 0)\\x00'"
  }
  private mutating func call(_ name: String, _ file: FileID, _ arguments: String?) -> String? {
    guard let file = files[file] else { return "its file is not there" }
    lines.append("\(name)(\(file.resource)\(arguments.map { ", " + $0 } ?? ""))")
    return nil
  }

  private mutating func map(
    _ slot: SlotID, _ source: MapSource, _ sharing: Sharing, _ protection: Protection, _ options: MapOptions
  ) -> String? {
    if !options.isDisjoint(with: [.huge, .hugetlb]) { return "huge pages do not fit syzkaller's memory" }
    // MAP_FIXED, MAP_SHARED or MAP_PRIVATE, MAP_ANONYMOUS, MAP_POPULATE
    var flags = 0x10 | (sharing == .shared ? 1 : 2)
    if options.contains(.populate) { flags |= 0x8000 }
    let count: Int
    var rest = "0xffffffffffffffff, 0x0"
    switch source {
    case .anonymous(let pages):
      flags |= 0x20
      count = Int(pages)
    case .file(let file, let pages):
      guard let file = files[file] else { return "its file is not there" }
      count = pages.count
      rest = "\(file.resource), \(hex(Int(pages.first) * 4096))"
    }
    if mapped[Int(slot.index)] != 0 { lines.append("munmap(\(area(slot, 0, Limits.pages)))") }
    lines.append("mmap(\(area(slot, 0, count)), \(hex(protection.rawValue)), \(hex(flags)), \(rest))")
    mapped[Int(slot.index)] = UInt8((1 << count) - 1)
    return nil
  }
  private mutating func clear(_ slot: SlotID, _ pages: PageRange) {
    for page in pages.first...pages.last { mapped[Int(slot.index)] &= ~(1 << page) }
  }
  private mutating func advise(_ call: String, _ slot: SlotID, _ pages: PageRange, _ rest: String) -> String? {
    var pages = pages
    if pages == .all {
      let bits = mapped[Int(slot.index)]
      pages =
        bits == 0 ? PageRange(0, 0) : PageRange(UInt8(bits.trailingZeroBitCount), 7 - UInt8(bits.leadingZeroBitCount))
    }
    lines.append("\(call)(\(area(slot, Int(pages.first), pages.count))\(rest))")
    return nil
  }
  private mutating func remap(_ from: SlotID, _ to: SlotID, _ duplicate: Bool) -> String? {
    for page in 0..<Limits.pages where mapped[Int(from.index)] >> page & 1 != 0 {
      let target = "&(0x7f00" + Self.padded(start(to) + UInt32(page) * 4096) + "/0x1000)=nil"
      let source = area(from, page, 1).split(separator: ",")[0]
      lines.append("mremap(\(source), \(duplicate ? "0x0" : "0x1000"), 0x1000, 0x3, \(target))")
      mapped[Int(to.index)] |= 1 << page
      if !duplicate { mapped[Int(from.index)] &= ~(1 << page) }
    }
    return nil
  }

  // MARK: Futexes

  private func place(_ address: Address) -> String? {
    guard let slot = address.slot, address.offset < Self.windowBytes else { return nil }
    return pointer(start(slot) + address.offset)
  }

  private mutating func futex(_ action: inout Action) -> String? {
    func flag(_ mode: FutexMode) -> Int { mode.isPrivate ? 128 : 0 }
    let outside = "an address outside syzkaller's memory"
    switch action {
    case .wait(_, let address, let value, let bitset, let timeout, let mode):
      guard mode.interface == .legacy else { return "futex_wait is not there" }
      guard value == 0 else { return "a value other than 0 cannot be in the word" }
      guard timeout == .none else { return "a time-out needs the clock's present value" }
      guard let place = place(address) else { return outside }
      lines.append("futex(\(place), \(hex(9 | flag(mode))), 0x0, 0x0, 0x0, \(hex(bitset))) (async)")
    case .waitv(_, let words, let timeout):
      guard timeout == .none else { return "a time-out needs the clock's present value" }
      var elements: [String] = []
      for word in words {
        guard word.value == 0 else { return "a value other than 0 cannot be in the word" }
        guard word.mode.size == .u32, !word.mode.numa, !word.mode.mpol else { return "only words of 32 bits are there" }
        guard let place = place(word.address) else { return outside }
        elements.append("{0x0, \(place), \(hex(2 | flag(word.mode)))}")
      }
      lines.append(
        "futex_waitv(\(pointer(Self.base + 0x800))=[\(elements.joined(separator: ", "))], \(hex(words.count)), 0x0, 0x0, 0x1) (async)"
      )
    case .wake(let address, let count, let bitset, let mode):
      guard mode.interface == .legacy else { return "futex_wake is not there" }
      guard let place = place(address) else { return outside }
      lines.append(
        "futex(\(place), \(hex(10 | flag(mode))), \(hex(UInt32(bitPattern: count))), 0x0, 0x0, \(hex(bitset)))")
    default: return "\(action.kind.keyword) is not there"
    }
    return nil
  }
}
