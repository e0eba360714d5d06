/// Goes over a log and keeps what concerns futexes: who did what to which word of which mapping.
struct StraceWalk {
  enum Deed {
    case fork(parent: Int, child: Int)
    case thread(parent: Int, child: Int)
    case exec(Int)
    case exit(Int)
    case map(Int, instance: Int)
    case unmap(Int, instance: Int)
    case protect(Int, instance: Int, String)
    case advise(Int, instance: Int, String)
    case futex(StraceCall, [Word])
  }
  /// A word: page and place in it, of what is behind a mapping.
  struct Word: Hashable {
    var instance: Int
    var page: UInt64
    var offset: UInt32
  }
  /// A mapping that one call made, or memory that the log does not show being made. fork copies it.
  struct Instance {
    var mapping: StraceSpace.Mapping
    /// Pages of what is behind it that hold words.
    var pages: Set<UInt64> = []
  }
  var deeds: [Deed] = []
  var instances: [Instance] = []
  /// Calls on memory or futexes that have no place in the scenario, with the reason, by line.
  private(set) var notUnderstood: [String] = []

  private var spaces: [StraceSpace] = []
  /// Mapping's start to instance, by space.
  private var places: [[UInt64: Int]] = []
  private var spaceOf: [Int: Int] = [:]
  /// Process or thread to the process whose thread it is.
  private var leaders: [Int: Int] = [:]
  private var objects = 0
  /// Bytes of SysV segments, by their numbers.
  private var segments: [UInt64: UInt64] = [:]

  init(_ log: StraceLog) {
    for line in log.unreadable { notUnderstood.append("line \(line): not a line of strace") }
    for event in log.events {
      switch event {
      case .exited(let pid): deeds.append(.exit(pid))
      case .call(let call): take(call)
      }
    }
  }

  private mutating func refuse(_ call: StraceCall, _ reason: String) {
    notUnderstood.append("line \(call.line): \(call.name): \(reason)")
  }
  private mutating func space(_ pid: Int) -> Int {
    if let known = spaceOf[pid] { return known }
    return enterNewSpace(pid)
  }
  @discardableResult private mutating func enterNewSpace(_ pid: Int, copying old: Int? = nil) -> Int {
    spaces.append(old.map { spaces[$0] } ?? StraceSpace())
    places.append(old.map { places[$0] } ?? [:])
    spaceOf[pid] = spaces.count - 1
    return spaces.count - 1
  }

  private mutating func take(_ call: StraceCall) {
    switch call.name {
    case "futex": takeFutex(call)
    case "mmap", "mmap2": takeMap(call)
    case "munmap": forRange(call) { walk, space, start, end, call in walk.unmap(space, start, end, call) }
    case "mprotect", "pkey_mprotect", "madvise":
      forRange(call) { walk, space, start, end, call in walk.change(space, start, end, call) }
    case "mremap": takeMove(call)
    case "shmget": takeSegment(call)
    case "shmat": takeAttachment(call)
    case "shmdt": takeDetachment(call)
    case "clone", "clone3", "fork", "vfork": takeClone(call)
    case "execve", "execveat":
      guard call.value == 0 else { return }
      enterNewSpace(call.pid)
      deeds.append(.exec(call.pid))
    case "exit_group": deeds.append(.exit(call.pid))
    case "memfd_create", "open", "openat", "creat", "dup", "dup2", "dup3", "close": takeFile(call)
    case "futex_wait", "futex_wake", "futex_waitv", "futex_requeue", "remap_file_pages",
      "process_madvise", "set_mempolicy", "mbind", "move_pages", "migrate_pages":
      refuse(call, "this call is not taken over")
    default: break
    }
  }

  // MARK: Files and processes

  private func descriptor(_ word: Substring) -> Int? { Int(word.prefix { $0 != "<" }) }
  private func path(_ word: Substring) -> String? {
    guard let open = word.firstIndex(of: "<"), word.hasSuffix(">") else { return nil }
    return String(word[word.index(after: open)...].dropLast())
  }

  private mutating func takeFile(_ call: StraceCall) {
    let space = space(call.pid)
    if call.name == "close" {
      if let fd = call.arguments.first.flatMap(descriptor) { spaces[space].files[fd] = nil }
      return
    }
    guard let result = call.result?.split(separator: " ").first, let fd = descriptor(result), fd >= 0 else { return }
    switch call.name {
    case "memfd_create": spaces[space].files[fd] = "memfd:\(call.line)"
    case "dup", "dup2", "dup3":
      spaces[space].files[fd] = call.arguments.first.flatMap(descriptor).flatMap { spaces[space].files[$0] }
    default:
      let quoted = call.arguments.first { $0.hasPrefix("\"") }
      spaces[space].files[fd] = path(result) ?? quoted.map { String($0.dropFirst().dropLast()) }
    }
  }

  private mutating func takeClone(_ call: StraceCall) {
    guard let child = call.value.map({ Int($0) }), child > 0 else { return }
    let flags = call.arguments.joined(separator: ",")
    let own = space(call.pid)
    if flags.contains("CLONE_THREAD") {
      spaceOf[child] = own
      leaders[child] = leader(call.pid)
      deeds.append(.thread(parent: call.pid, child: child))
    } else if flags.contains("CLONE_VM") || call.name == "vfork" {
      // It borrows the address space until it executes another program: what it does meanwhile is its parent's.
      spaceOf[child] = own
    } else {
      enterNewSpace(child, copying: own)
      deeds.append(.fork(parent: call.pid, child: child))
    }
  }

  /// The process that a thread is one of.
  func leader(_ pid: Int) -> Int { leaders[pid] ?? pid }

  // MARK: Mappings

  private mutating func takeMap(_ call: StraceCall) {
    guard call.arguments.count >= 6, let start = call.value, let bytes = StraceText.number(call.arguments[1]) else {
      return
    }
    let space = space(call.pid)
    let flags = call.arguments[3]
    let offset = StraceText.number(call.arguments[5]) ?? 0
    let isShared = flags.contains("MAP_SHARED")
    let backing: StraceSpace.Backing
    if flags.contains("MAP_ANONYMOUS") {
      objects += 1
      backing = .memory(objects)
    } else {
      let fd = call.arguments[4]
      let name = descriptor(fd).flatMap { spaces[space].files[$0] } ?? path(fd)
      backing = .file(name.map { $0.hasPrefix("memfd:") ? $0 : path(fd) ?? $0 } ?? "fd \(fd) of \(call.pid)")
    }
    let end = start + (bytes + 4095) / 4096 * 4096
    unmap(space, start, end, call)
    add(
      StraceSpace.Mapping(
        start: start, end: end, offset: offset, isShared: isShared, backing: backing,
        protection: String(call.arguments[2])), space, call.pid)
  }
  @discardableResult private mutating func add(_ mapping: StraceSpace.Mapping, _ space: Int, _ pid: Int) -> Int {
    spaces[space].add(mapping)
    instances.append(Instance(mapping: mapping))
    places[space][mapping.start] = instances.count - 1
    deeds.append(.map(pid, instance: instances.count - 1))
    return instances.count - 1
  }

  private mutating func takeSegment(_ call: StraceCall) {
    guard let id = call.value, call.arguments.count >= 2, let bytes = StraceText.number(call.arguments[1]) else {
      return
    }
    segments[id] = max(segments[id] ?? 0, bytes)
  }
  private mutating func takeAttachment(_ call: StraceCall) {
    guard let start = call.value, call.arguments.count >= 3, let id = StraceText.number(call.arguments[0]) else {
      return
    }
    guard let bytes = segments[id], bytes > 0 else {
      return refuse(call, "the log does not show how large the segment is")
    }
    let space = space(call.pid)
    let end = start + (bytes + 4095) / 4096 * 4096
    unmap(space, start, end, call)
    add(
      StraceSpace.Mapping(
        start: start, end: end, offset: 0, isShared: true, backing: .file("sysv:\(id)"),
        protection: call.arguments[2].contains("SHM_RDONLY") ? "PROT_READ" : "PROT_READ|PROT_WRITE"), space, call.pid)
  }
  private mutating func takeDetachment(_ call: StraceCall) {
    guard call.value == 0, let start = call.arguments.first.flatMap(StraceText.number) else { return }
    let space = space(call.pid)
    guard let instance = places[space][start] else { return }
    unmap(space, start, instances[instance].mapping.end, call)
  }

  private mutating func forRange(
    _ call: StraceCall, _ body: (inout StraceWalk, Int, UInt64, UInt64, StraceCall) -> Void
  ) {
    guard call.value == 0, call.arguments.count >= 2, let start = StraceText.number(call.arguments[0]),
      let bytes = StraceText.number(call.arguments[1])
    else { return }
    let space = space(call.pid)
    body(&self, space, start, start + (bytes + 4095) / 4096 * 4096, call)
  }
  /// Instances with a part in the range, and whether it covers them whole.
  private func affected(_ space: Int, _ start: UInt64, _ end: UInt64) -> [(instance: Int, isWhole: Bool)] {
    places[space].values.filter { instances[$0].mapping.start < end && start < instances[$0].mapping.end }
      .sorted { instances[$0].mapping.start < instances[$1].mapping.start }.map { instance in
        let mapping = instances[instance].mapping
        return (instance, start <= mapping.start && mapping.end <= end)
      }
  }
  private mutating func unmap(_ space: Int, _ start: UInt64, _ end: UInt64, _ call: StraceCall) {
    for (instance, isWhole) in affected(space, start, end) {
      if isWhole {
        places[space][instances[instance].mapping.start] = nil
        deeds.append(.unmap(call.pid, instance: instance))
      } else {
        partial.append((instance, "line \(call.line): \(call.name): takes a part of a mapping away"))
      }
    }
    spaces[space].remove(start, end)
  }
  private mutating func change(_ space: Int, _ start: UInt64, _ end: UInt64, _ call: StraceCall) {
    guard call.arguments.count > 2 else { return }
    for (instance, isWhole) in affected(space, start, end) {
      if !isWhole {
        partial.append((instance, "line \(call.line): \(call.name): concerns a part of a mapping"))
      } else if call.name == "madvise" {
        deeds.append(.advise(call.pid, instance: instance, String(call.arguments[2])))
      } else {
        deeds.append(.protect(call.pid, instance: instance, String(call.arguments[2])))
      }
    }
  }
  /// Changes of parts of mappings: told only where the mapping holds words.
  private var partial: [(instance: Int, text: String)] = []
  var partialChanges: [String] { partial.filter { !instances[$0.instance].pages.isEmpty }.map(\.text) }

  private mutating func takeMove(_ call: StraceCall) {
    guard let target = call.value, call.arguments.count >= 3, let start = StraceText.number(call.arguments[0]) else {
      return
    }
    let space = space(call.pid)
    guard let instance = places[space][start] else { return }
    partial.append((instance, "line \(call.line): mremap: the mapping is taken to stay"))
    guard target != start else { return }
    spaces[space].remove(start, instances[instance].mapping.end)
    places[space][start] = nil
    instances[instance].mapping.end = target + (instances[instance].mapping.end - start)
    instances[instance].mapping.start = target
    spaces[space].add(instances[instance].mapping)
    places[space][target] = instance
  }

  // MARK: Futexes

  private mutating func takeFutex(_ call: StraceCall) {
    guard call.arguments.count >= 2, let address = StraceText.number(call.arguments[0]) else {
      return refuse(call, "its word cannot be read")
    }
    let space = space(call.pid)
    var words = [word(address, space, call.pid)]
    if call.arguments[1].contains("REQUEUE") || call.arguments[1].contains("WAKE_OP") {
      guard call.arguments.count >= 5, let second = StraceText.number(call.arguments[4]) else {
        return refuse(call, "its second word cannot be read")
      }
      words.append(word(second, space, call.pid))
    }
    deeds.append(.futex(call, words))
  }

  private mutating func word(_ address: UInt64, _ space: Int, _ pid: Int) -> Word {
    let page = address / 4096
    if let mapping = spaces[space].mapping(at: address),
      let instance = places[space].values.filter({
        instances[$0].mapping.backing == mapping.backing && instances[$0].mapping.start <= address
          && address < instances[$0].mapping.end
      }).max()
    {
      let start = instances[instance].mapping
      let inObject = page - start.start / 4096 + start.offset / 4096
      instances[instance].pages.insert(inObject)
      return Word(instance: instance, page: inObject, offset: UInt32(address % 4096))
    }
    // The heap, a stack, or what was mapped before the log began.
    objects += 1
    let instance = add(
      StraceSpace.Mapping(
        start: page * 4096, end: page * 4096 + 4096, offset: 0, isShared: false, backing: .memory(objects),
        protection: "PROT_READ|PROT_WRITE"), space, pid)
    instances[instance].pages.insert(0)
    return Word(instance: instance, page: 0, offset: UInt32(address % 4096))
  }
}
