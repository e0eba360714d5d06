import Foundation

/// The host's capabilities as a run recorded them.
struct CapabilityList {
  var entries: [(name: String, status: String)]
  var present: Int { entries.filter { $0.status == "yes" }.count }

  /// - Parameter json: an object of capability to `yes`, or the reason why not.
  init(_ json: String?) {
    let object = json.flatMap { try? JSONDecoder().decode([String: String].self, from: Data($0.utf8)) } ?? [:]
    entries = object.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
