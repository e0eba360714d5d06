/// A rule of the kernel, or of the Machine, that a step broke.
public enum ViolationKind: UInt8, Sendable, Hashable, Codable, CaseIterable {
  case nullPointer
  case wildPointer
  case useAfterFree
  case pageWithoutReference
  case badIndex
  case counterOverflow
  case counterUnderflow
  case foreignReference
  case badPage
  case lockNotHeld
  case sleepingInAtomic
  case unbalancedRCU
  case warn
  case bug
  case endless
  case leakedPage
  case leakedInode
  case leakedMM
  case leakedLock
  case wrongKey
  case spuriousError
  case falseMatch
  case missedWaiter
  case postcondition
  case deadlock
  case livelock
  case blockedForEver
  case referenceCount
  case inconsistent
  case leakedAnonVMA
  case deadAnonVMA
  case foreignTree
  case missedPage
  case unlockedWalk
  case unverifiedEntry
  case lostWakeup
  case notRunning
  /// Of a scenario's race: what its lanes come to is none of the Contract's outcomes.
  case forbiddenOutcome

  /// What a reader is told.
  public var text: String {
    switch self {
    case .nullPointer: "null pointer dereferenced"
    case .wildPointer: "a word that is no pointer dereferenced"
    case .useAfterFree: "use after free"
    case .pageWithoutReference: "page used without a reference"
    case .badIndex: "index out of range"
    case .counterOverflow: "counter overflow"
    case .counterUnderflow: "counter below zero"
    case .foreignReference: "dropped a reference that it does not own"
    case .badPage: "a page was freed that is still in use"
    case .lockNotHeld: "released a lock that it does not hold"
    case .sleepingInAtomic: "may sleep in atomic context"
    case .unbalancedRCU: "rcu_read_unlock without rcu_read_lock"
    case .warn: "WARN reached"
    case .bug: "BUG reached"
    case .endless: "loops for ever without touching anything"
    case .leakedPage: "keeps or lost a page reference"
    case .leakedInode: "keeps or lost an inode reference"
    case .leakedMM: "keeps or lost an mm reference"
    case .leakedLock: "returns with a lock held"
    case .wrongKey: "a key that the word never had during the call"
    case .spuriousError: "an error though the word had a key throughout"
    case .falseMatch: "keys of two different words are equal"
    case .missedWaiter: "keys of one word differ: the wake does not find its waiter"
    case .postcondition: "an environment program did not do its work"
    case .deadlock: "deadlock"
    case .livelock: "running alone it comes back to the same state: it never returns"
    case .blockedForEver: "waits for a lock that is held for ever"
    case .referenceCount: "a reference count differs from the references"
    case .inconsistent: "the final state is inconsistent"
    case .leakedAnonVMA: "keeps an anon_vma reference"
    case .deadAnonVMA: "gives an anon_vma that is not in use, or is another one by now"
    case .foreignTree: "holds the lock of a tree that the page was not in"
    case .missedPage: "the page stays mapped, and the walk does not find it"
    case .unlockedWalk: "looks at an anon_vma's VMAs without the lock of its root"
    case .lostWakeup: "lost wakeup: the word has changed, a wake has come and gone, and the waiter sleeps for ever"
    case .notRunning: "returns to user space with a task state that says it sleeps"
    case .unverifiedEntry: "acts on a page table entry that it has not verified to map the page"
    case .forbiddenOutcome: "an outcome that the Contract forbids"
    }
  }

  /// A name for signatures, such as `use-after-free`. The names are stable.
  public var keyword: String {
    var text = ""
    var isInWord = true
    for letter in "\(self)" {
      if letter.isUppercase, isInWord { text += "-" }
      isInWord = letter.isLowercase
      text += letter.lowercased()
    }
    return text
  }

  /// The path ends with it. After a WARN the kernel goes on.
  public var isFatal: Bool { self != .warn }
}

/// What one step of a thread came to.
public struct StepOutcome: Sendable, Hashable {
  public enum Kind: UInt8, Sendable { case moved, blocked, violation }
  public var kind: Kind
  /// What ends the path.
  public var violation: ViolationKind?
  /// The line at which the step stopped.
  public var line: Int
  /// The line of a WARN that the step passed; the kernel goes on after one.
  public var warning: Int? = nil
  /// Lines that the step ran, the local ones that went with it included.
  public var lines: Int
}
