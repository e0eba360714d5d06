import Explorer
import Foundation

/// Finds the reviewed list of mutants that live.
enum EquivalentMutants {
  /// - Parameters:
  ///   - path: the file; `nil` looks for `equivalent-mutants.txt` in the folders, and takes an empty list without one.
  static func read(_ path: String?, besides folders: [String]) throws(CommandFailure) -> MutantReview {
    let beside = folders.map { $0 + "/equivalent-mutants.txt" }.first { FileManager.default.fileExists(atPath: $0) }
    guard let file = path ?? beside else { return MutantReview() }
    let text = String(decoding: try ScenarioFiles.readBytes(file), as: UTF8.self)
    do throws(MutantReview.Complaint) {
      return try MutantReview(text, file: file)
    } catch {
      throw .usage("\(error)")
    }
  }
}
