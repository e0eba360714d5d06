import CrossCheck
import Explorer
import Foundation
import Machine
import Scenario
import SystemPackage

/// A folder of exhaustive searches that did not come to their end, each in a file of its own.
///
/// A file is a line that says what it is, a line of JSON, and the states' bytes. It takes the place of an older one only
/// when it is whole and on disk.
struct KeptSearches: Sendable {
  private static let title = "keywake search 1"
  let folder: String

  init(_ folder: String) throws(CommandFailure) {
    self.folder = folder
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure.fault("\(folder): cannot make the folder: \(error.localizedDescription)")
    }
  }

  /// Goes on with the race's search, or begins it. Searches under store buffers are not kept.
  func run(_ race: Race, _ limits: SearchLimits) -> SearchReport {
    if race.memory != .sc { return ExhaustiveSearch.run(race, limits: limits) }
    let path = path(of: race)
    var search = ExhaustiveSearch(race, limits: limits)
    if FileManager.default.fileExists(atPath: path) {
      do throws(CommandFailure) {
        search = try read(path, race, limits)
      } catch {
        Stream.error.line("\(error.message); this search begins anew")
      }
    }
    let report = search.run()
    if report.bound == nil {
      try? FileManager.default.removeItem(atPath: path)
    } else {
      do throws(CommandFailure) {
        try write(search.snapshot, to: path)
      } catch {
        Stream.error.line(error.message)
      }
    }
    return report
  }

  private func path(of race: Race) -> String {
    let name = "\(race.litmus.name)-\(race.versions)".map { $0.isLetter || $0.isNumber || ".-".contains($0) ? $0 : "-" }
    return "\(folder)/\(String(name).prefix(150))-\(FNV1a.digits(SearchSnapshot.identity(of: race))).search"
  }

  private func read(_ path: String, _ race: Race, _ limits: SearchLimits) throws(CommandFailure) -> ExhaustiveSearch {
    func unreadable(_ why: String) -> CommandFailure { .usage("\(path): expected a kept search of this race, \(why)") }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      throw CommandFailure.usage("\(path): \(error.localizedDescription)")
    }
    let newline = UInt8(ascii: "\n")
    guard let title = data.firstIndex(of: newline), data[..<title] == Data(Self.title.utf8) else {
      throw unreadable("found no line '\(Self.title)'")
    }
    guard let end = data[(title + 1)...].firstIndex(of: newline),
      let head = try? JSONDecoder().decode(SearchSnapshot.Head.self, from: data[(title + 1)..<end])
    else { throw unreadable("its second line says nothing about a search") }
    let snapshot = SearchSnapshot(head: head, states: [UInt8](data[(end + 1)...]))
    guard let search = ExhaustiveSearch(race, resuming: snapshot, limits: limits) else {
      throw unreadable("found one of another race or program, or one that is damaged")
    }
    return search
  }

  private func write(_ snapshot: SearchSnapshot, to path: String) throws(CommandFailure) {
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      let head = [UInt8](try encoder.encode(snapshot.head))
      try DurableFile.replace(
        FilePath(path), with: [Array("\(Self.title)\n".utf8), head, [UInt8(ascii: "\n")], snapshot.states])
    } catch {
      throw CommandFailure.fault("\(path): cannot keep the search: \(error)")
    }
  }
}
