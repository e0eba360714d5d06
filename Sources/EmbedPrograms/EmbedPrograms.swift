import Foundation
import PackagePlugin

/// Makes a Swift string of each program file (`.kwp`) of a target: `enum ProgramText` with the file's name as property.
///
/// SwiftPM's own way, `.embedInCode`, makes arrays of numbers of them, on which the compiler spends half a minute.
@main
struct EmbedPrograms: BuildToolPlugin {
  /// The quotes of the literal have so many signs that no program can end it.
  private static let script = ####"""
    {
      echo 'enum ProgramText {'
      for file; do
        name="${file##*/}"
        printf '  static let %s = ###"""\n' "${name%.kwp}"
        cat "$file"
        # The last line's end is not of the literal.
        printf '\n"""###\n'
      done
      echo '}'
    } >"$0"
    """####

  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    guard let target = target as? SourceModuleTarget else { return [] }
    let programs = target.sourceFiles(withSuffix: ".kwp").map(\.url).sorted { $0.path < $1.path }
    let output = context.pluginWorkDirectoryURL.appending(path: "ProgramText.swift")
    return [
      .buildCommand(
        displayName: "Embedding the programs of \(target.name)", executable: URL(filePath: "/bin/sh"),
        arguments: ["-eu", "-c", Self.script, output.path] + programs.map(\.path), inputFiles: programs,
        outputFiles: [output])
    ]
  }
}
