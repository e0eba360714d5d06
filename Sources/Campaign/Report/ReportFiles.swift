import Foundation

/// Writes the two forms of a report, each replaced as a whole.
public enum ReportFiles {
  /// - Returns: the paths of the page and of the data.
  @discardableResult public static func write(_ status: CampaignStatus, page: String, data: String)
    throws(CampaignError) -> (page: String, data: String)
  {
    do {
      try CampaignPage(status).text.write(toFile: page, atomically: true, encoding: .utf8)
      try (json(status) + "\n").write(toFile: data, atomically: true, encoding: .utf8)
    } catch {
      throw CampaignError("cannot write the report \(page): \(error.localizedDescription)")
    }
    return (page, data)
  }

  public static func json(_ status: CampaignStatus) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(status)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}
