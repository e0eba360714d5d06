/// A program as it is started.
struct Command: Sendable {
  var program: String
  var arguments: [String]
  /// Added to the campaign's own environment.
  var environment: [String: String] = [:]
  /// After so many seconds it hangs.
  var limit: Double

  /// As it would be typed.
  var text: String {
    let words = [program.split(separator: "/").last.map(String.init) ?? program] + arguments
    // What only the campaign reads is left out.
    let variables = environment.filter { $0.key.hasPrefix("KEYWAKE") && $0.key != CrashReport.variable }
      .sorted { $0.key < $1.key }
    return (variables.map { "\($0.key)=\(Self.quoted($0.value))" } + words.map(Self.quoted)).joined(separator: " ")
  }

  private static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.unicodeScalars.allSatisfy {
        $0.isASCII
          && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_./=:,+@%".unicodeScalars.contains($0))
      }
    return isPlain
      ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}
