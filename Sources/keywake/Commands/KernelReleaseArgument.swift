import ArgumentParser
import Contract

extension KernelRelease: ExpressibleByArgument {
  /// A release such as `6.12`, or all that `uname -r` prints.
  public init?(argument: String) { self.init(uname: argument) }

  public var defaultValueDescription: String { "\(self)" }
}
