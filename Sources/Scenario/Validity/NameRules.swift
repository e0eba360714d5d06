extension Names {
  /// Names with a meaning of their own at the place of an actor, a file or a waiter. Slots have none.
  public static let reservedActors = ["keywake", "process", "file", "keys", "race", "lane", "end", "schedule"]
  public static let reservedFiles = ["anonymous", "system"]
  public static let reservedWaiters = ["nobody"]

  /// A letter, then letters, digits, `_` or `-`; at most `Limits.nameLength` of them.
  public static func isLegal(_ name: some StringProtocol) -> Bool {
    var count = 0
    for byte in name.utf8 {
      let isLetter = (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
      let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
      let isJoint = byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
      guard isLetter || (count > 0 && (isDigit || isJoint)) else { return false }
      count += 1
    }
    return count > 0 && count <= Limits.nameLength
  }

  /// What is wrong with the names, for a scenario that mentions as many identifiers as the population has.
  func complaints(in population: Population) -> [Complaint] {
    guard !isEmpty else { return [] }
    func check<ID: Identifier>(
      _ names: [ID: String], _ count: Int, _ what: String, _ reserved: [String], _ canonical: (ID) -> String
    ) -> [Complaint] {
      guard !names.isEmpty else { return [] }
      let wrong = Self.wrong(names, count, reserved, canonical)
      return wrong.map { id in
        Complaint(
          part: .names, expected: "a legal name for \(what) \(id.index) that nothing else has",
          found: "'\(names[id] ?? "")'")
      }
    }
    return check(actors, population.actorCount, "actor", Self.reservedActors, Self.canonical)
      + check(files, population.fileCount, "file", Self.reservedFiles, Self.canonical)
      + check(slots, population.slotCount, "slot", [], Self.canonical)
      + check(waiters, population.waiterCount, "waiter", Self.reservedWaiters, Self.canonical)
  }

  public var isEmpty: Bool { actors.isEmpty && files.isEmpty && slots.isEmpty && waiters.isEmpty }

  /// The identifiers whose stored name breaks a rule, in ascending order. Of two that share a name, the later is wrong.
  private static func wrong<ID: Identifier>(
    _ names: [ID: String], _ count: Int, _ reserved: [String], _ canonical: (ID) -> String
  ) -> [ID] {
    var wrong: [ID] = []
    var stored: [String] = []
    let unnamed = (0..<UInt8(count)).map { ID($0) }.filter { names[$0] == nil }.map(canonical)
    for (id, name) in names.sorted(by: { $0.key < $1.key }) {
      if Int(id.index) >= count || !isLegal(name) || reserved.contains(name) || stored.contains(name)
        || unnamed.contains(name)
      {
        wrong.append(id)
      }
      stored.append(name)
    }
    return wrong
  }

  /// Without the names that break a rule.
  func repaired(in population: Population) -> Names {
    guard !isEmpty else { return self }
    var names = self
    // Dropping a name brings its identifier's canonical one into use, which may be another's.
    while true {
      let actors = Self.wrong(names.actors, population.actorCount, Self.reservedActors, Self.canonical)
      let files = Self.wrong(names.files, population.fileCount, Self.reservedFiles, Self.canonical)
      let slots = Self.wrong(names.slots, population.slotCount, [], Self.canonical)
      let waiters = Self.wrong(names.waiters, population.waiterCount, Self.reservedWaiters, Self.canonical)
      if actors.isEmpty && files.isEmpty && slots.isEmpty && waiters.isEmpty { return names }
      for actor in actors { names[actor] = Self.canonical(actor) }
      for file in files { names[file] = Self.canonical(file) }
      for slot in slots { names[slot] = Self.canonical(slot) }
      for waiter in waiters { names[waiter] = Self.canonical(waiter) }
    }
  }
}
