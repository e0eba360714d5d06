import GRDB

/// What a campaign's latest run spent its time on, as shares of it.
public struct CampaignCosts: Codable, Sendable {
  /// Seconds that the run took.
  public var seconds: Double
  public var shifts: Int
  /// Of the campaign's own time: in the store.
  public var store: Double
  /// Of the workers' time: running findings again, reducing and exporting them.
  public var triage: Double
  /// Of the workers' time: the start and end of programs, what a shift took longer than it was asked to.
  public var restarts: Double
  /// Of the workers' time: nobody was at work. The self-test at the start is part of it.
  public var idle: Double

  /// - Parameter shiftSeconds: how long a shift was asked to be.
  public init(_ store: CampaignStore, shiftSeconds: Int) throws(CampaignError) {
    self = try store.read { database in
      guard let run = try RunRow.order(Column("id").desc).fetchOne(database),
        let sample = try SampleRow.filter(Column("run") == run.id).order(Column("id").desc).fetchOne(database)
      else { throw CampaignError("the campaign has not worked yet") }
      let before = try Double.fetchOne(
        database, sql: "SELECT MAX(worked) FROM sample WHERE run < ?", arguments: [run.id])
      let shifts = try ShiftRow.filter(Column("run") == run.id).fetchAll(database)
      return Self(
        shifts, seconds: sample.worked - (before ?? 0), workers: run.workers, storeSeconds: sample.storeSeconds,
        shiftSeconds: Double(shiftSeconds))
    }
  }

  init(_ rows: [ShiftRow], seconds: Double, workers: Int, storeSeconds: Double, shiftSeconds: Double) {
    self.seconds = seconds
    shifts = rows.count
    let all = max(1e-9, seconds * Double(workers))
    func sum(_ part: (ShiftRow) -> Double) -> Double { rows.reduce(0) { $0 + part($1) } / all }
    store = storeSeconds / max(1e-9, seconds)
    triage = sum { $0.kind == "triage" ? $0.seconds : 0 }
    restarts = sum { $0.kind == "triage" || $0.state != .done ? 0 : max(0, $0.seconds - shiftSeconds) }
    idle = max(0, 1 - sum(\.seconds))
  }
}
