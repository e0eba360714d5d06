import CrossCheck
import Scenario

extension CWriter {
  private func folder(_ kind: FileKind) -> String { kind == .tmpfs ? "tmpfs" : "disk" }
  private func bytes(_ pages: UInt8, _ file: FileID) -> String {
    let page = population.kind(of: file)?.pageBytes ?? Limits.pageBytes
    return pages == 0 ? "0" : "\(pages) * \(page == Limits.pageBytes ? "PAGE" : "HUGE_PAGE")"
  }

  /// The first process makes the file, each other opens it, too.
  mutating func write(_ file: FileID, _ kind: FileKind, _ pages: UInt8, _ text: String) -> String? {
    let processes = population.processes
    let page = kind.pageBytes == Limits.pageBytes ? "PAGE" : "HUGE_PAGE"
    let size = pages == 0 ? "0" : "\(pages) * \(page)"
    let name = names.file(file)
    let make: String
    switch kind {
    case .memfd, .memfdTHP:
      sections.insert("memfd")
      make = "return make_memfd(\(name), 0, \(size));"
    case .memfdHugetlb:
      sections.insert("memfd")
      requireHugePages()
      make = "return make_memfd(\(name), MFD_HUGETLB | 21 << 26, \(size));"
    case .tmpfs, .disk:
      sections.formUnion(["named", "folder"])
      folders.insert(kind)
      make = "return make_file(\(name), \(folder(kind)), \(size));"
    case .anonymousShared:
      sections.insert("anonymous-shared")
      require(
        "if (access(\"/proc/self/map_files\", R_OK | X_OK) < 0 || geteuid() != 0)\n\t\tskip(\"/proc/self/map_files needs privileges\");"
      )
      make = "return make_anonymous_shared(\(name), \(size));"
    case .sysv:
      sections.insert("segment")
      make = "return make_segment(\(name), \(size));"
    }
    guard let maker = processes.first else { return nil }
    body.append("control->file[\(name)].fd = -1;")
    ask(maker, text, make)
    for other in processes.dropFirst() {
      sections.insert(kind == .sysv ? "open-segment" : "open-other")
      let number = order(
        "\(text) (the other processes open it)",
        kind == .sysv ? "return open_segment(\(name));" : "return open_other(\(name));")
      sections.insert("ask")
      body.append(
        "if (ask(\(names.actor(other)), \(number)) < 0)\n\t\tskip(\"a file cannot be opened by another process\");")
    }
    return nil
  }

  mutating func requireHugePages() {
    sections.insert("requirements")
    // A page that is free may be promised to another mapping.
    require(
      "if (number_in(\"/proc/meminfo\", \"HugePages_Free:\") -\n\t\t    "
        + "number_in(\"/proc/meminfo\", \"HugePages_Rsvd:\") < \(HugePageDemand.bound(scenario)) ||\n\t    "
        + "number_in(\"/proc/meminfo\", \"Hugepagesize:\") != 2048)\n\t\tskip(\"too few huge pages are reserved\");")
  }

  mutating func writeFileOperation(_ action: Action, _ actor: ActorID, _ text: String) {
    func named(_ file: FileID) -> String { folder(population.kind(of: file) ?? .tmpfs) }
    switch action {
    case .truncate(let file, let pages):
      sections.formUnion(["descriptor", "answer"])
      ask(actor, text, "return answer_of(ftruncate(descriptor(\(names.file(file))), \(bytes(pages, file))));")
    case .grow(let file, let pages):
      sections.formUnion(["descriptor", "answer"])
      ask(actor, text, "return answer_of(fallocate(descriptor(\(names.file(file))), 0, 0, \(bytes(pages, file))));")
    case .punch(let file, let pages):
      sections.formUnion(["descriptor", "answer"])
      ask(
        actor, text,
        "return answer_of(fallocate(descriptor(\(names.file(file))), 3 /* punch a hole, keep the size */, "
          + "\(bytes(pages.first, file)), \(bytes(UInt8(pages.count), file))));")
    case .dropCaches(let file?):
      sections.insert("drop-file")
      ask(actor, text, "return drop_caches(\(names.file(file)));")
    case .dropCaches(nil):
      sections.insert("drop-system")
      require(
        "if (!getenv(\"KEYWAKE_SYSTEM_WIDE\"))\n\t\tskip(\"it drops the caches of the whole system: allow it with KEYWAKE_SYSTEM_WIDE=1\");"
      )
      ask(actor, text, "return drop_all_caches();")
    case .close(let file):
      sections.insert("close")
      ask(actor, text, "return close_file(\(names.file(file)));")
    case .unlink(let file):
      sections.formUnion(["path", "answer"])
      ask(
        actor, text,
        "return answer_of(unlink(path_of(\(named(file)), \(names.file(file)), \(fileNames[Int(file.index)]))));")
    case .rename(let file):
      sections.formUnion(["path", "answer"])
      let number = fileNames[Int(file.index)]
      fileNames[Int(file.index)] += 1
      ask(
        actor, text,
        "return answer_of(rename(path_of(\(named(file)), \(names.file(file)), \(number)),\n\t\t\t\t\t"
          + "path_of(\(named(file)), \(names.file(file)), \(number + 1))));")
    case .reopen(let file):
      sections.insert("reopen")
      ask(actor, text, "return reopen(\(named(file)), \(names.file(file)), \(fileNames[Int(file.index)]));")
    default: break
    }
  }

  mutating func writeMap(
    _ slot: SlotID, _ source: MapSource, _ sharing: Sharing, _ protection: Protection, _ options: MapOptions,
    _ actor: ActorID, _ text: String
  ) {
    let window = names.window(slot)
    let rights = Self.protection(protection)
    var flags = sharing == .shared ? "MAP_SHARED" : "MAP_PRIVATE"
    if options.contains(.populate) { flags += " | MAP_POPULATE" }
    let huge = options.contains(.huge) ? 1 : 0
    switch source {
    case .anonymous(let pages):
      sections.insert("map-anonymous")
      if options.contains(.hugetlb) {
        flags += " | MAP_HUGETLB"
        requireHugePages()
      }
      ask(actor, text, "return map_anonymous(\(window), \(pages), \(rights), \(flags), \(huge));")
    case .file(let file, let pages):
      let kind = population.kind(of: file) ?? .memfd
      if kind == .sysv {
        sections.insert("map-segment")
        ask(
          actor, text, "return map_segment(\(window), \(names.file(file)), \(pages.count), \(rights), \(huge));")
        return
      }
      if kind == .memfdHugetlb { requireHugePages() }
      sections.insert("map-file")
      ask(
        actor, text,
        "return map_file(\(window), \(names.file(file)), \(kind.pageBytes == Limits.pageBytes ? "PAGE" : "HUGE_PAGE"), "
          + "\(pages.first), \(pages.count), \(rights), \(flags), \(huge));")
    }
  }

  static func protection(_ protection: Protection) -> String {
    switch protection {
    case .none: "PROT_NONE"
    case .read: "PROT_READ"
    case .write: "PROT_WRITE"
    case .readWrite: "PROT_READ | PROT_WRITE"
    }
  }

  mutating func writeWindowOperation(_ action: Action, _ actor: ActorID, _ text: String) {
    switch action {
    case .unmap(let slot, let pages): window("unmap", slot, pages, actor, text) { "unmap(\($1), \($0))" }
    case .protect(let slot, let protection, let pages):
      window("protect", slot, pages, actor, text) { range, _ in "protect(\(range), \(Self.protection(protection)))" }
    case .remap(let from, let to, let duplicate):
      sections.insert("remap")
      ask(actor, text, "return remap(\(names.window(from)), \(names.window(to)), \(duplicate ? 1 : 0));")
    case .remove(let slot, let pages): advise("MADV_REMOVE", slot, pages, actor, text)
    case .dontneed(let slot, let pages): advise("MADV_DONTNEED", slot, pages, actor, text)
    case .swapin(let slot, let pages): advise("MADV_POPULATE_READ", slot, pages, actor, text)
    case .collapse(let slot, let pages): advise("MADV_COLLAPSE", slot, pages, actor, text)
    case .pageout(let slot, let pages):
      window("pageout", slot, pages, actor, text) { range, _ in "page_out(\(range))" }
    case .split(let slot, let pages): window("split", slot, pages, actor, text) { range, _ in "split(\(range))" }
    case .merge(let slot, let pages):
      sections.insert("requirements")
      require("if (number_in(\"/sys/kernel/mm/ksm/run\", \"\") != 1)\n\t\tskip(\"KSM does not run\");")
      window("merge", slot, pages, actor, text) { range, _ in "merge(\(range))" }
    case .lockMemory(let slot, let pages):
      window("lock-memory", slot, pages, actor, text) { range, _ in "lock_memory(\(range))" }
    default: break
    }
  }

  private mutating func advise(_ advice: String, _ slot: SlotID, _ pages: PageRange, _ actor: ActorID, _ text: String) {
    window("advise", slot, pages, actor, text) { range, _ in "advise(\(range), \(advice))" }
  }
  private mutating func window(
    _ section: String, _ slot: SlotID, _ pages: PageRange, _ actor: ActorID, _ text: String,
    _ call: (_ range: String, _ window: String) -> String
  ) {
    sections.insert(section)
    let name = names.window(slot)
    if pages == .all { sections.insert("whole") }
    let range = pages == .all ? "whole(\(name))" : "pages(\(name), \(pages.first), \(pages.last))"
    ask(actor, text, "return \(call(range, name));")
  }
}
