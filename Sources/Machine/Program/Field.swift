/// The kinds of object that a field stands in.
enum ObjectKind: UInt8, Sendable {
  case page
  case inode
  case mm
  case swap
  case anonVMA
  /// A thread of the race, with the `futex_q` on its stack.
  case task
  case global
}

/// A field that programs can name: `page->mapping`, `mm->pte[n]`, `sb_alive`.
struct Field: Sendable, Hashable {
  /// How a field takes part in the checks.
  enum Role: UInt8, Sendable { case plain, lock, count, locked, constant }

  var name: String
  var object: ObjectKind
  var offset: Int
  /// Elements; 1 for a field that is no array.
  var count: Int
  var type: ValueType
  var role: Role

  static func named(_ name: String, of type: ValueType) -> Field? {
    let fields: [Field]
    switch type {
    case .page: fields = page
    case .mapping, .inode: fields = inode
    case .mm: fields = mm
    case .swapEntry: fields = swap
    case .anonVMA: fields = anonVMA
    case .task: fields = task
    case .int, .pte, .key: return nil
    }
    return fields.first { $0.name == name }
  }
  static func global(_ name: String) -> Field? { globals.first { $0.name == name } }

  private static func make(
    _ name: String, _ object: ObjectKind, _ offset: Int, _ type: ValueType = .int, count: Int = 1, _ role: Role = .plain
  ) -> Field {
    Field(name: name, object: object, offset: offset, count: count, type: type, role: role)
  }
  private static let page = [
    make("mapping", .page, PageField.mapping, .mapping), make("index", .page, PageField.index),
    make("_refcount", .page, PageField.refcount, .int, .constant), make("_mapcount", .page, PageField.mapcount),
    make("swapcache", .page, PageField.swapcache), make("private", .page, PageField.privateEntry, .swapEntry),
    make("dirty", .page, PageField.dirty), make("writeback", .page, PageField.writeback),
    make("locked", .page, PageField.lock, .int, .constant), make("value", .page, PageField.value),
    make("head", .page, PageField.head, .page),
  ]
  private static let inode = [
    make("i_state", .inode, InodeField.state), make("i_count", .inode, InodeField.count, .int, .count),
    make("i_sequence", .inode, InodeField.sequence), make("i_lock", .inode, InodeField.lock, .int, .lock),
    make("i_size", .inode, InodeField.size), make("i_nlink", .inode, InodeField.links),
    make("host", .inode, InodeField.host, .inode), make("i_mapping", .inode, InodeField.mapping, .mapping),
    make("i_pages", .inode, InodeField.pagesLock, .int, .lock),
    make("slot", .inode, InodeField.slots, .int, count: Layout.filePages),
    make("fds", .inode, InodeField.descriptors), make("shmem", .inode, InodeField.kind, .int, .constant),
    make("exiting", .inode, InodeField.exiting), make("unsettled", .inode, InodeField.unsettled),
    make("i_rwsem", .inode, InodeField.semaphore, .int, .lock),
  ]
  private static let mm = [
    make("mm_users", .mm, MMField.users), make("mm_count", .mm, MMField.count, .int, .count),
    make("ptl", .mm, MMField.ptl, .int, .lock), make("pte", .mm, MMField.ptes, .pte, count: Layout.virtualPages),
    make("vm_flags", .mm, MMField.flags, count: Layout.virtualPages),
    make("vm_file", .mm, MMField.files, .inode, count: Layout.virtualPages),
    make("vm_pgoff", .mm, MMField.offsets, count: Layout.virtualPages),
    make("anon_vma", .mm, MMField.anonVMAs, .anonVMA, count: Layout.virtualPages),
  ]
  private static let swap = [make("count", .swap, 0), make("page", .swap, 1, .page), make("value", .swap, 2)]
  /// One lock, by the names that it had: a spinlock to 2.6.39, a mutex to 3.7, then an rwsem.
  private static let anonVMA = [
    make("root", .anonVMA, AnonVMAField.root, .anonVMA),
    make("refcount", .anonVMA, AnonVMAField.refcount, .int, .count),
    make("lock", .anonVMA, AnonVMAField.lock, .int, .lock), make("mutex", .anonVMA, AnonVMAField.lock, .int, .lock),
    make("rwsem", .anonVMA, AnonVMAField.lock, .int, .lock),
  ]
  private static let task = [
    make("state", .task, TaskField.state), make("q_lock_ptr", .task, TaskField.lockPointer),
    make("q_list", .task, TaskField.list), make("q_alive", .task, TaskField.alive),
  ]
  private static let globals = [
    make("i_seq", .global, GlobalField.sequence), make("sb_alive", .global, GlobalField.superblock),
    make("hb_waiters", .global, GlobalField.waiting),
    make("irqs_off", .global, GlobalField.interruptsOff, .int, .count),
    make("hb_lock", .global, GlobalField.bucketLock, .int, .lock),
  ]
}
