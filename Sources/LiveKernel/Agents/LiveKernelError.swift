/// Why scenarios cannot run on this host at all.
public struct LiveKernelError: Error, Hashable, CustomStringConvertible {
  public var description: String
  public init(_ description: String) { self.description = description }
}
