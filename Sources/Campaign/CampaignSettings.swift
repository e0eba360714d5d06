/// How a campaign works.
public struct CampaignSettings: Sendable {
  public var folder: CampaignFolder
  /// The `keywake` program.
  public var tool: String
  /// What every command that runs scenarios on the live kernel is given, such as `--agent`.
  public var liveArguments: [String]
  /// The agent for targets, which take it from their environment.
  public var agent: String?
  /// Folder of races for `live-races`, and of scenarios that targets start from.
  public var corpus: String?
  public var kinds: [WorkerKind]
  /// What may go on beside races here, as `keywake litmus --noise` takes it.
  public var noises: [String] = []
  public var workers: Int
  /// Length of one life of a worker.
  public var shiftSeconds: Int
  public var seed: UInt64
  /// KiB that a worker may hold.
  public var memoryLimit: Int64 = 4 << 20
  /// The version of the simulated kernel under test, `nil` for the newest; and the text of the user's programs.
  public var variant: String?
  public var program: [UInt8]?
  /// Bounds of one step of triage.
  public var minimiseSeconds = 120
  public var rerunCount = 10

  /// How long a worker lives: a short campaign gives each kind two turns, a long one does not start programs all the
  /// time.
  /// - Parameter time: seconds of the campaign; `nil` for no end.
  public static func shiftSeconds(in time: Int?, workers: Int, kinds: Int) -> Int {
    guard let time else { return 30 }
    return min(30, max(2, min(time / 12, time * workers / max(1, 2 * kinds))))
  }

  public init(
    folder: CampaignFolder, tool: String, liveArguments: [String], agent: String?, corpus: String?,
    kinds: [WorkerKind], workers: Int, shiftSeconds: Int, seed: UInt64
  ) {
    self.folder = folder
    self.tool = tool
    self.liveArguments = liveArguments
    self.agent = agent
    self.corpus = corpus
    self.kinds = kinds
    self.workers = workers
    self.shiftSeconds = shiftSeconds
    self.seed = seed
  }
}
