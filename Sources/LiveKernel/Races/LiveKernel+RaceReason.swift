import Scenario

extension LiveKernel {
  /// Why the lanes of the scenario's races cannot run at once with waiters in threads, or `nil`: because a kernel does one
  /// of their operations in several steps only, or because an operation has to be seen by others.
  public static func reasonAgainstRaces(in scenario: Scenario) -> String? {
    var options = LiveOptions()
    options.waiters = .thread
    options.races = true
    options.systemWide = true
    options.samePageMerging = true
    return Unsupported(options: options).reason(scenario)
  }
}
