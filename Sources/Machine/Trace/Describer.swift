/// Names the bytes of a state for a reader.
struct Describer {
  let race: Race
  private let files: [Int: String]
  private let processes: [Int: String]

  init(race: Race) {
    self.race = race
    files = Dictionary(race.litmus.world.files.map { (Int($0.value), $0.key) }) { first, _ in first }
    processes = Dictionary(race.litmus.world.processes.map { (Int($0.value), $0.key) }) { first, _ in first }
  }

  func processName(_ mm: Int) -> String { processes[mm] ?? "?" }

  /// A line that has just run.
  func line(_ thread: Int, _ index: Int, _ state: StateRef) -> TraceStep.Line? {
    guard let (program, line) = race.line(thread, index), let origin = race.interpreter.lanes[thread].origin(of: index)
    else { return nil }
    if case .goto = line.statement { return nil }
    var saw: String?
    if case .assign(.variable(let name), _) = line.statement, let type = program.variable(name)?.type, type != .key {
      let frames = race.interpreter.lanes[thread].frames
      if frames.indices.contains(origin.frame), let register = frames[origin.frame][name], register < Layout.registers {
        let value = state.thread(thread)[ThreadField.registers + Int(register)]
        // A register that nobody reads later was set to zero.
        if value != 0 { saw = "\(name) = \(text(value, type))" }
      }
    }
    return TraceStep.Line(
      program: program.name, line: origin.line ?? 0, number: line.number, text: line.text, citation: line.citation,
      depth: origin.depth, saw: saw)
  }

  func text(_ value: UInt8, _ type: ValueType) -> String {
    switch type {
    case .int, .key: return value & Layout.errorBit != 0 ? "-" + (Constants.errorName(value) ?? "?") : String(value)
    case .page: return value == 0 ? "NULL" : value == Layout.zeroPage ? "ZERO_PAGE" : "page \(value)"
    case .inode, .mapping:
      if value == 0 { return "NULL" }
      if value & Layout.anonBit != 0 { return Self.anonVMA(value) }
      return inode(Int(value & 0x0f), life: value >> 4 & 3)
    case .mm: return value == 0 ? "NULL" : "mm of \(processes[Int(value & 0x0f)] ?? "?")"
    case .pte:
      if value == 0 { return "none" }
      if value & Layout.pteSwap != 0 { return "swap entry \(value & 0x0f)" }
      if value & Layout.pteMigration != 0 { return "migration of page \(value & 0x0f)" }
      return "\(text(value & 0x0f, .page))\(value & Layout.pteWrite != 0 ? " rw" : " r")"
    case .anonVMA: return value == 0 ? "NULL" : Self.anonVMA(value)
    case .task:
      let lane = Int(value) - 1
      return race.litmus.lanes.indices.contains(lane) ? race.litmus.lanes[lane].name : "NULL"
    case .swapEntry: return value == 0 ? "none" : "swap entry \(value)"
    }
  }
  private func inode(_ number: Int, life: UInt8) -> String {
    let name = files[number] ?? "\(number)"
    return life == 0 ? "inode \(name)" : "inode in \(name)'s old memory (\(life))"
  }

  private static let pageFields: [(String, ValueType)] = [
    ("mapping", .mapping), ("index", .int), ("refcount", .int), ("mapcount", .int), ("lock", .int),
    ("swapcache", .int), ("private", .swapEntry), ("dirty", .int), ("writeback", .int), ("head", .page),
    ("state", .int), ("value", .int),
  ]
  private static let inodeFields: [String] = [
    "i_state", "i_count", "i_sequence", "i_lock", "i_size", "i_nlink", "host", "i_mapping", "life", "unsettled",
    "i_pages", "readers", "slot[0]", "slot[1]", "slot[2]", "slot[3]", "fds", "kind", "exiting", "i_rwsem",
  ]
  private static let states = ["free", "live", "I_FREEING", "I_CLEAR", "waits for RCU"]

  func changes(from old: StateRef, to new: StateRef) -> [String] {
    var result: [String] = []
    for page in 1...Layout.pages {
      if old[page: page, PageField.state] != 0, new[page: page, PageField.state] == 0 {
        result.append("page \(page) freed")
        continue
      }
      for (field, (name, type)) in Self.pageFields.enumerated() {
        let (left, right) = (old[page: page, field], new[page: page, field])
        guard left != right, name != "state" else { continue }
        if name == "lock" {
          result.append("page \(page): \(right == 0 ? "unlocked" : "locked")")
        } else {
          result.append("page \(page): \(name) \(text(left, type)) -> \(text(right, type))")
        }
      }
    }
    for number in 1...Layout.inodes {
      for field in 0..<Layout.inodeStride {
        let (left, right) = (old[inode: number, field], new[inode: number, field])
        guard left != right, field != InodeField.host, field != InodeField.mapping else { continue }
        result.append(
          "\(inode(number, life: new[inode: number, InodeField.life])): \(Self.inodeFields[field]) "
            + "\(inodeValue(left, field)) -> \(inodeValue(right, field))")
      }
    }
    for mm in 1...Layout.mms {
      for page in 0..<Layout.virtualPages {
        let field = MMField.ptes + page
        if old[mm: mm, field] != new[mm: mm, field] {
          result.append(
            "\(processes[mm] ?? "?"): pte \(page) \(text(old[mm: mm, field], .pte)) -> \(text(new[mm: mm, field], .pte))"
          )
        }
        if old[mm: mm, MMField.flags + page] != new[mm: mm, MMField.flags + page] {
          result.append("\(processes[mm] ?? "?"): VMA of page \(page) changed")
        }
      }
    }
    result += anonVMAChanges(from: old, to: new)
    for waiter in 0..<Layout.waiters
    where old[waiter: waiter, WaiterField.state] != new[waiter: waiter, WaiterField.state] {
      let thread = max(old[waiter: waiter, WaiterField.thread], new[waiter: waiter, WaiterField.thread])
      let name = race.litmus.lanes.indices.contains(Int(thread)) ? race.litmus.lanes[Int(thread)].name : "?"
      result.append(new[waiter: waiter, WaiterField.state] == 1 ? "\(name) is queued" : "\(name) is woken")
    }
    for thread in 0..<race.interpreter.laneCount {
      let (left, right) = (old.thread(thread), new.thread(thread))
      for (field, name) in [
        (TaskField.state, "state"), (TaskField.lockPointer, "q_lock_ptr"), (TaskField.list, "q_list"),
      ]
      where left[field] != right[field] {
        result.append("\(race.litmus.lanes[thread].name): \(name) \(left[field]) -> \(right[field])")
      }
    }
    for (field, name) in [(GlobalField.waiting, "hb_waiters"), (GlobalField.bucketLock, "hb_lock")]
    where old.global(field) != new.global(field) {
      result.append("\(name) \(old.global(field)) -> \(new.global(field))")
    }
    return result
  }

  private func inodeValue(_ value: UInt8, _ field: Int) -> String {
    switch field {
    case InodeField.state: return value < 5 ? Self.states[Int(value)] : "?"
    case InodeField.slots..<InodeField.slots + 4:
      if value & 0x80 != 0 { return "swap entry \(value & 0x0f)" }
      return value == 0 ? "empty" : "page \(value)"
    default: return String(value)
    }
  }
}
