import GRDB

/// The store's schema, a migration a version. A migration is never changed after it was released; there is always
/// another one.
enum Schema {
  /// The version that this program writes.
  static var version: String { migrator.migrations.last ?? "" }

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: runs, shifts, findings", migrate: first)
    migrator.registerMigration("2: corpus, samples", migrate: second)
    migrator.registerMigration("3: versions of the simulated kernel", migrate: third)
    return migrator
  }

  private static func first(_ database: Database) throws {
    // One start of the campaign, up to its end however it ended.
    try database.create(table: "run") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("started", .integer).notNull()
      table.column("ended", .integer)
      table.column("stopped", .text)
      table.column("kernel", .text).notNull()
      table.column("tool", .text).notNull()
      table.column("workers", .integer).notNull()
      table.column("selfTest", .text)
      table.column("capabilities", .text)
    }
    // One life of a worker process.
    try database.create(table: "shift") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("run", .integer).notNull().references("run")
      table.column("slot", .integer).notNull()
      table.column("kind", .text).notNull()
      table.column("seed", .integer).notNull()
      table.column("command", .text).notNull()
      table.column("started", .integer).notNull()
      table.column("ended", .integer)
      table.column("state", .text).notNull()
      table.column("executions", .integer).notNull().defaults(to: 0)
      table.column("operations", .integer).notNull().defaults(to: 0)
      table.column("seconds", .double).notNull().defaults(to: 0)
      table.column("coverage", .integer)
      table.column("peakMemory", .integer)
      table.column("note", .text)
    }
    try database.create(index: "shiftByState", on: "shift", columns: ["state"])
    // One signature.
    try database.create(table: "finding") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("signature", .text).notNull().unique()
      table.column("source", .text).notNull()
      table.column("rule", .text).notNull()
      table.column("operation", .text).notNull()
      table.column("memory", .text).notNull()
      table.column("promised", .text).notNull()
      table.column("seen", .text).notNull()
      table.column("kernel", .text).notNull()
      table.column("state", .text).notNull()
      table.column("firstSeen", .integer).notNull()
      table.column("lastSeen", .integer).notNull()
      table.column("settings", .text)
      table.column("knownIssue", .text)
      table.column("minimal", .text)
      table.column("program", .text)
      // What triage does next, and how often that failed.
      table.column("next", .text)
      table.column("attempts", .integer).notNull().defaults(to: 0)
    }
    // What happened to a finding, in order.
    try database.create(table: "event") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("finding", .integer).notNull().references("finding")
      table.column("at", .integer).notNull()
      table.column("state", .text).notNull()
      table.column("text", .text).notNull()
    }
    // How often a shift saw it. The number is set, never added to: saying it twice counts once.
    try database.create(table: "sighting") { table in
      table.column("shift", .integer).notNull().references("shift")
      table.column("finding", .integer).notNull().references("finding")
      table.column("occurrences", .integer).notNull()
      table.primaryKey(["shift", "finding"])
    }
    // Fresh runs of it.
    try database.create(table: "reproduction") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("finding", .integer).notNull().references("finding")
      table.column("at", .integer).notNull()
      table.column("kernel", .text).notNull()
      table.column("waiters", .text).notNull()
      table.column("attempts", .integer).notNull()
      table.column("reproduced", .integer).notNull()
      table.column("others", .integer).notNull()
    }
  }

  private static func second(_ database: Database) throws {
    try database.create(table: "corpusEntry") { table in
      table.column("target", .text).notNull()
      table.column("name", .text).notNull()
      table.column("bytes", .integer).notNull()
      table.column("added", .integer).notNull()
      table.column("shift", .integer).references("shift")
      table.column("coverage", .integer)
      table.primaryKey(["target", "name"])
    }
    // Statistics over time: totals of the whole campaign.
    try database.create(table: "sample") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("run", .integer).notNull().references("run")
      table.column("at", .integer).notNull()
      // Time that the campaign has worked, all its runs together, in seconds.
      table.column("worked", .double).notNull()
      table.column("executions", .integer).notNull()
      table.column("operations", .integer).notNull()
      table.column("coverage", .integer).notNull()
      table.column("corpus", .integer).notNull()
      table.column("findings", .integer).notNull()
      table.column("memory", .integer).notNull()
      table.column("storeSeconds", .double).notNull()
    }
  }

  private static func third(_ database: Database) throws {
    // The version under test; none said is the newest.
    try database.alter(table: "run") { table in table.add(column: "variant", .text) }
    try database.alter(table: "finding") { table in
      // Of a finding of the simulated kernel, and the page that explains it.
      table.add(column: "variant", .text)
      table.add(column: "explained", .text)
    }
    try database.execute(sql: "UPDATE finding SET variant = 'current' WHERE rule = 'machine-race'")
  }
}
