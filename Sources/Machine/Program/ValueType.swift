/// The type of a variable or expression of a program. Every value is one byte.
public enum ValueType: UInt8, Sendable, Hashable {
  case int
  case page
  case mapping
  case inode
  case mm
  case pte
  case swapEntry
  case anonVMA
  case task
  /// Three registers: pointer, index, offset.
  case key

  /// How a declaration writes it.
  var keyword: String {
    switch self {
    case .int: "int"
    case .page: "struct page *"
    case .mapping: "struct address_space *"
    case .inode: "struct inode *"
    case .mm: "struct mm_struct *"
    case .pte: "pte_t"
    case .swapEntry: "swp_entry_t"
    case .anonVMA: "struct anon_vma *"
    case .task: "struct task_struct *"
    case .key: "union futex_key"
    }
  }
  /// The bits that a comparison looks at: the life of the memory is no part of an address.
  var comparedBits: UInt8 {
    switch self {
    case .inode, .mm, .anonVMA: 0x0f
    case .mapping: ~Layout.lifeMask
    default: 0xff
    }
  }
  var isPointer: Bool {
    self == .page || self == .mapping || self == .inode || self == .mm || self == .anonVMA || self == .task
  }
}
