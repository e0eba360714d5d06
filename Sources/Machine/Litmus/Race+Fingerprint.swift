extension Race {
  /// Stands for everything that a search of the race depends on: lanes, initial state, memory, gate, witnesses, and the
  /// text of the programs. 64 bits, the same on every machine.
  public var fingerprint: UInt64 {
    var hash = FNV1a()
    hash.add("\(versions) \(litmus.gate) \(Layout.sharedBytes) \(Layout.threadBytes) \(wake ?? "")")
    for lane in litmus.lanes {
      hash.add("lane \(lane.name) \(lane.mm)")
      for operation in lane.operations { hash.add(operation.text) }
    }
    for witness in litmus.witnesses { hash.add(witness.rawValue) }
    for name in usedPrograms.sorted() {
      guard let program = programs[name] else { continue }
      hash.add("\(name) \(program.keyForm) \(program.keyHoldsReference) \(program.claimsNoPageLock)")
      for line in program.lines { hash.add("\(line.labels) \(line.text) \(line.isRelaxed)") }
    }
    var state = initial
    state.withWords { words in
      for word in 0..<MachineState.wordCount { hash.add(words[word]) }
    }
    return hash.value
  }
}

/// The hash function of that name, 64 bits wide.
private struct FNV1a {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  mutating func add(_ word: UInt64) {
    for shift in 0..<8 { add(UInt8(truncatingIfNeeded: word >> (8 * UInt64(shift)))) }
  }
  /// With an end, so that two texts are not one.
  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    add(UInt8(0xff))
  }
}
