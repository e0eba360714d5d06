import GRDB

extension CampaignStore {
  /// A run begins. Runs that did not write their end are ended, at the time of the last thing that they wrote.
  func beginRun(_ run: RunRow) throws(CampaignError) -> RunRow {
    try write { database in
      try database.execute(
        sql: """
          UPDATE run SET stopped = 'killed', ended = MAX(started,
            IFNULL((SELECT MAX(at) FROM sample WHERE sample.run = run.id), 0),
            IFNULL((SELECT MAX(started) FROM shift WHERE shift.run = run.id), 0))
          WHERE ended IS NULL
          """)
      return try run.inserted(database)
    }
  }

  func endRun(_ id: Int64, stopped: String, at time: Int64) throws(CampaignError) {
    try write { database in
      try database.execute(
        sql: "UPDATE run SET ended = ?, stopped = ? WHERE id = ?", arguments: [time, stopped, id])
    }
  }

  func setSelfTest(_ text: String, of run: Int64) throws(CampaignError) {
    try write { try $0.execute(sql: "UPDATE run SET selfTest = ? WHERE id = ?", arguments: [text, run]) }
  }

  func beginShift(_ shift: ShiftRow) throws(CampaignError) -> ShiftRow {
    try write { try shift.inserted($0) }
  }

  /// Ends a shift, with what it found and added, in one transaction: all of it is counted, or none.
  func endShift(_ shift: ShiftRow, sightings: [Sighting], entries: [CorpusEntryRow], at time: Int64)
    throws(CampaignError) -> [FindingRow]
  {
    try write { database in
      try shift.update(database)
      for entry in entries { try entry.insert(database, onConflict: .ignore) }
      return try Self.record(sightings, shift: shift, at: time, database)
    }
  }

  /// What a shift that still works has found so far.
  func record(_ sightings: [Sighting], shift: ShiftRow, at time: Int64) throws(CampaignError) -> [FindingRow] {
    try write { try Self.record(sightings, shift: shift, at: time, $0) }
  }

  /// Shifts that a killed campaign left.
  func runningShifts() throws(CampaignError) -> [ShiftRow] {
    try read {
      try ShiftRow.filter(Column("state") == ShiftRow.State.running.rawValue).order(Column("id")).fetchAll($0)
    }
  }

  func add(_ sample: SampleRow) throws(CampaignError) {
    try write { try sample.insert($0) }
  }

  /// Totals of all runs so far, as the next sample says them.
  func totals() throws(CampaignError) -> Totals {
    try read { try Totals($0) }
  }

  /// Names of the corpus entries of a target that the store knows.
  func corpusNames(_ target: String) throws(CampaignError) -> Set<String> {
    try read { try String.fetchSet($0, sql: "SELECT name FROM corpusEntry WHERE target = ?", arguments: [target]) }
  }
}
