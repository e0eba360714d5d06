import ArgumentParser
import CrossCheck
import Machine

struct VariantsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "variants",
    abstract: "The versions of get_futex_key, of the reverse-map lookup, of waiting and waking, as listings.",
    subcommands: [List.self, Show.self, Diff.self, Copy.self, VariantsCheck.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints each version with its title and source.")

    func run() throws {
      let library = try MachineFiles.library(adding: nil)
      let variants = library.variants + library.reverseMaps + library.wakes
      let width = variants.map(\.name.count).max() ?? 0
      for variant in variants {
        let pad = String(repeating: " ", count: width - variant.name.count)
        Stream.output.line("\(variant.name)\(pad)  \(variant.title)")
        Stream.output.line("\(String(repeating: " ", count: width))  \(variant.source)")
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints a version's listing, each line with its source.")

    @Argument(help: "A version such as 4.6, or any program by its full name, such as rmap.6.8 or wake.3.14.")
    var name: String

    func run() throws {
      let library = try MachineFiles.library(adding: nil)
      let names = try MachineFiles.listings(name, library)
      for full in names {
        guard let program = library[full] else { continue }
        Stream.output.line("program \(program.name)   # \(program.title); \(program.source)")
        if program.isReverseMap { Stream.output.line("  promises \(program.promises.words.joined(separator: " "))") }
        let width = min(64, program.lines.map(\.text.count).max() ?? 0)
        for line in program.lines {
          for label in line.labels { Stream.output.line("\(label):") }
          let pad = String(repeating: " ", count: max(1, width - line.text.count + 2))
          Stream.output.line("  \(line.text)\(pad)// \(line.citation)")
        }
      }
    }
  }

  struct Copy: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints a version as a program file under a name of your own: a start for a change to be tried.",
      discussion: """
        keywake variants copy current mine > mine.kwp, change it, and then: keywake variants check mine.kwp; keywake \
        fuzz --races --variant mine --program mine.kwp; keywake campaign DIR --variant mine --program mine.kwp.
        """)

    @Argument(help: "A version such as 4.6, or any program by its full name.")
    var name: String
    @Argument(help: "The name of the copy, such as mine.")
    var new: String

    func run() throws {
      let library = try MachineFiles.library(adding: nil)
      let names = try MachineFiles.listings(name, library)
      guard names.count == 1, let program = library[names[0]] else {
        throw CommandFailure.usage("expected one version, found '\(name)'")
      }
      let own = new.hasPrefix("\(program.kind).") ? String(new.dropFirst(program.kind.count + 1)) : new
      guard !own.isEmpty, own.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") })
      else {
        throw CommandFailure.usage("expected a name of letters, digits, '-' and '.', found '\(new)'")
      }
      let full = "\(program.kind).\(own)"
      if library[full] != nil { throw CommandFailure.usage("there is a version '\(own)' already") }
      guard let text = ProgramLibrary.copy(of: program.name, as: full) else {
        throw CommandFailure.fault("\(program.name) has no text")
      }
      Stream.output.write(text)
    }
  }

  struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints what changed from one version to another.")

    @Argument(help: "A version such as 4.6, or a program by its full name, such as wake.3.14.")
    var old: String
    @Argument(help: "Another version.")
    var new: String

    func run() throws {
      let library = try MachineFiles.library(adding: nil)
      func lines(_ name: String) throws -> (String, [String]) {
        let names = try MachineFiles.listings(name, library)
        guard names.count == 1, let program = library[names[0]] else {
          throw CommandFailure.usage("expected one version, found '\(name)'")
        }
        return (names[0], program.lines.map(\.text))
      }
      let (oldName, before) = try lines(old)
      let (newName, after) = try lines(new)
      Stream.output.line("--- \(oldName)\n+++ \(newName)")
      for line in LineDifference.lines(before, after) { Stream.output.line(line) }
    }
  }
}
