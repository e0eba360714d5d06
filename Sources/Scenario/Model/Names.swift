/// The names that an author gave, by identifier. Those without a name have a canonical one.
public struct Names: Hashable, Sendable {
  public private(set) var actors: [ActorID: String] = [:]
  public private(set) var files: [FileID: String] = [:]
  public private(set) var slots: [SlotID: String] = [:]
  public private(set) var waiters: [WaiterID: String] = [:]

  public init() {}

  /// `a` to `h`.
  public static func canonical(_ actor: ActorID) -> String {
    String(UnicodeScalar(UInt8(ascii: "a") + actor.index % 8))
  }
  /// `f0` to `f7`.
  public static func canonical(_ file: FileID) -> String { "f\(file.index)" }
  /// `m0` to `m15`.
  public static func canonical(_ slot: SlotID) -> String { "m\(slot.index)" }
  /// `w0` to `w31`.
  public static func canonical(_ waiter: WaiterID) -> String { "w\(waiter.index)" }

  public subscript(actor: ActorID) -> String {
    get { actors[actor] ?? Self.canonical(actor) }
    set { actors[actor] = newValue == Self.canonical(actor) ? nil : newValue }
  }
  public subscript(file: FileID) -> String {
    get { files[file] ?? Self.canonical(file) }
    set { files[file] = newValue == Self.canonical(file) ? nil : newValue }
  }
  public subscript(slot: SlotID) -> String {
    get { slots[slot] ?? Self.canonical(slot) }
    set { slots[slot] = newValue == Self.canonical(slot) ? nil : newValue }
  }
  public subscript(waiter: WaiterID) -> String {
    get { waiters[waiter] ?? Self.canonical(waiter) }
    set { waiters[waiter] = newValue == Self.canonical(waiter) ? nil : newValue }
  }
}
