import Foundation
import GRDB

/// The campaign's SQLite database. WAL, and `synchronous=FULL`: what a call returned for is durable.
public final class CampaignStore {
  let database: DatabaseQueue
  /// Time that this process spent in it, in seconds.
  public private(set) var secondsSpent = 0.0

  /// Opens the store of a campaign that writes; makes it, or brings its schema up to date.
  public init(writing folder: CampaignFolder) throws(CampaignError) {
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(10)
    do {
      database = try DatabaseQueue(path: folder.database, configuration: configuration)
      // After opening: GRDB itself asks for NORMAL with WAL, which a power loss may take back.
      try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      let newer = try database.read { try Schema.migrator.hasBeenSuperseded($0) }
      guard !newer else { throw CampaignError("\(folder.database) was written by a newer Keywake", isUsage: true) }
      try Schema.migrator.migrate(database)
    } catch {
      throw Self.failure(error, folder)
    }
  }

  /// Opens the store for looking at, whether a campaign is at work or not.
  public init(reading folder: CampaignFolder) throws(CampaignError) {
    guard folder.exists else { throw CampaignError("there is no campaign in \(folder.path)", isUsage: true) }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(10)
    do {
      database = try DatabaseQueue(path: folder.database, configuration: configuration)
      let isComplete = try database.read { try Schema.migrator.hasCompletedMigrations($0) }
      guard isComplete else {
        throw CampaignError(
          "\(folder.database) is of another version of Keywake: 'keywake campaign' brings it up to date", isUsage: true)
      }
    } catch {
      throw Self.failure(error, folder)
    }
  }

  private static func failure(_ error: any Error, _ folder: CampaignFolder) -> CampaignError {
    error as? CampaignError ?? CampaignError("\(folder.database): \(text(error))", isUsage: true)
  }

  /// SQLite's own words.
  static func text(_ error: any Error) -> String {
    guard let error = error as? DatabaseError else { return "\(error)" }
    return error.message ?? "\(error.resultCode)"
  }

  func write<Value>(_ body: (Database) throws -> Value) throws(CampaignError) -> Value {
    let start = MonotonicClock.now
    defer { secondsSpent += MonotonicClock.now - start }
    do {
      return try database.write(body)
    } catch {
      throw error as? CampaignError ?? CampaignError("the store cannot be written: \(Self.text(error))")
    }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(CampaignError) -> Value {
    let start = MonotonicClock.now
    defer { secondsSpent += MonotonicClock.now - start }
    do {
      return try database.read(body)
    } catch {
      throw error as? CampaignError ?? CampaignError("the store cannot be read: \(Self.text(error))")
    }
  }
}
