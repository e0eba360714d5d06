/// Asks for fresh runs of findings.
public enum TriageRequest {
  /// - Returns: how many will be run again.
  public static func make(_ folder: CampaignFolder, signature: String?) throws(CampaignError) -> Int {
    guard folder.exists else { throw CampaignError("there is no campaign in \(folder.path)", isUsage: true) }
    let lock = try CampaignLock(folder)
    let store = try CampaignStore(writing: folder)
    let count = try store.requestTriage(signature)
    _ = lock
    if count == 0, let signature, try store.finding(signature) == nil {
      throw CampaignError("there is no finding \(signature) in \(folder.path)", isUsage: true)
    }
    return count
  }
}
