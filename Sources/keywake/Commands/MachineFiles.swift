import CrossCheck
import Explorer
import Foundation
import Machine
import Scenario

/// What the commands of the Machine read: races, and programs of one's own beside the built-in ones.
enum MachineFiles {
  /// Something that runs on the Machine.
  enum Input {
    case litmus(Litmus)
    case scenario(file: String, ScenarioText)
  }
  /// The races and scenarios of files and folders, in the order of their paths.
  static func inputs(_ paths: [String]) throws(CommandFailure) -> [Input] {
    var inputs: [Input] = []
    for file in try ScenarioFiles.find(paths, endings: [".litmus", ".kw"]) {
      if file.hasSuffix(".kw") {
        inputs.append(.scenario(file: file, try ScenarioFiles.readText(file)))
      } else {
        inputs += try races([file]).map { .litmus($0) }
      }
    }
    return inputs
  }

  /// The races of files and of folders' `.litmus` files.
  static func races(_ paths: [String]) throws(CommandFailure) -> [Litmus] {
    var races: [Litmus] = []
    for file in try ScenarioFiles.find(paths, ending: ".litmus") {
      let text = String(decoding: try ScenarioFiles.readBytes(file), as: UTF8.self)
      do throws(ProgramError) {
        races += try LitmusParser.litmus(text, file: file)
      } catch {
        throw .usage("\(error)")
      }
    }
    return races
  }

  /// The paths, or the corpus of races when there are none.
  static func corpusOrDefault(_ paths: [String]) throws(CommandFailure) -> [String] {
    if !paths.isEmpty { return paths }
    guard let folder = CorpusFolder.path("litmus") else {
      throw .usage("no folder Corpus/litmus here or above this program: name .litmus files")
    }
    return [folder]
  }

  /// The built-in programs and those of a file of the user's.
  static func library(adding file: String?) throws(CommandFailure) -> ProgramLibrary {
    let text = try file.map { file throws(CommandFailure) in
      String(decoding: try ScenarioFiles.readBytes(file), as: UTF8.self)
    }
    do throws(ProgramError) {
      var library = try ProgramLibrary.builtIn()
      if let file, let text { try library.add(text: text, file: file) }
      return library
    } catch {
      throw .usage("\(error)")
    }
  }

  /// Memory models by name, with commas between.
  static func memories(_ names: String) throws(CommandFailure) -> [MemoryModel] {
    var result: [MemoryModel] = []
    for name in names.split(separator: ",", omittingEmptySubsequences: false) {
      guard let memory = MemoryModel(rawValue: String(name)) else {
        throw .usage("--memory: expected sc, tso or weak, with commas between several, found '\(name)'")
      }
      if !result.contains(memory) { result.append(memory) }
    }
    return result
  }

  /// The same for reverse-map lookups.
  static func reverseMaps(_ name: String, _ library: ProgramLibrary) throws(CommandFailure) -> [String] {
    if name == "all" { return library.reverseMaps.map(\.name) }
    for candidate in [name, "rmap.\(name)"] where library[candidate]?.isReverseMap == true { return [candidate] }
    throw .usage("no reverse-map lookup '\(name)'; 'keywake variants list' prints them")
  }

  /// A program by its full name, or a version, or `all` versions.
  static func listings(_ name: String, _ library: ProgramLibrary) throws(CommandFailure) -> [String] {
    library[name] == nil ? try variants(name, library) : [name]
  }

  /// The same for eras of waiting and waking.
  static func wakes(_ name: String, _ library: ProgramLibrary) throws(CommandFailure) -> [String] {
    if name == "all" { return library.wakes.map(\.name) }
    for candidate in [name, "wake.\(name)"] where library[candidate]?.isWake == true { return [candidate] }
    throw .usage("no era of waking '\(name)'; 'keywake variants list' prints them")
  }

  /// `all`, a version such as `4.6`, or a program's full name.
  static func variants(_ name: String, _ library: ProgramLibrary) throws(CommandFailure) -> [String] {
    if name == "all" { return library.variants.map(\.name) }
    for candidate in [name, "derive.\(name)"] where library[candidate]?.isDerivation == true { return [candidate] }
    throw .usage("no version '\(name)'; 'keywake variants list' prints them")
  }
}
