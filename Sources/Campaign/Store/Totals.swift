import GRDB

/// What a campaign has come to.
public struct Totals: Sendable {
  public var executions: Int64
  public var operations: Int64
  public var corpus: Int64
  public var findings: Int64
  /// Of shifts, added up, in seconds.
  public var workerSeconds: Double
  /// Best of each coverage-guided target, added up.
  public var coverage: Int64

  init(_ database: Database) throws {
    let row = try Row.fetchOne(
      database, sql: "SELECT TOTAL(executions), TOTAL(operations), TOTAL(seconds) FROM shift")
    executions = row?[0] ?? 0
    operations = row?[1] ?? 0
    workerSeconds = row?[2] ?? 0
    corpus = try Int64.fetchOne(database, sql: "SELECT COUNT(*) FROM corpusEntry") ?? 0
    findings = try Int64.fetchOne(database, sql: "SELECT COUNT(*) FROM finding") ?? 0
    coverage =
      try Int64.fetchOne(
        database, sql: "SELECT TOTAL(best) FROM (SELECT MAX(coverage) AS best FROM shift GROUP BY kind)") ?? 0
  }
}
