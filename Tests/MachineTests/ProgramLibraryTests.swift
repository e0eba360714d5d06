import Testing

@testable import Machine

@Suite struct ProgramLibraryTests {
  @Test func everyProgramLinks() throws {
    let library = try ProgramLibrary.builtIn()
    #expect(library.variants.count == 24)
    for variant in library.variants {
      let linker = Linker(programs: library.programs, variant: variant.name)
      let code = try linker.code([LaneOperation("futex.key", [0, 0], text: "")])
      #expect(code.lineCount > 20)
      // Every operation around it has registers enough.
      for name in library.names where library[name]?.kind == "futex" {
        guard let program = library[name],
          program.variables.prefix(program.parameters.count).allSatisfy({ $0.type == .int })
        else { continue }
        _ = try linker.code([LaneOperation(name, program.parameters.map { _ in 1 }, text: "")])
      }
    }
    #expect(library.reverseMaps.count == 12)
    for form in library.reverseMaps {
      #expect(form.promises.contains(.complete), "\(form.name)")
      for line in form.lines { #expect(!line.citation.isEmpty, "\(form.name):\(line.number)") }
      let linker = Linker(programs: library.programs, variant: "derive.current", rmap: form.name)
      #expect(try linker.code([LaneOperation("env.pageout-anon", [1, 0], text: "")]).lineCount > 40)
    }
    for name in library.names {
      guard let program = library[name], program.kind == "env" else { continue }
      let linker = Linker(programs: library.programs, variant: "derive.current")
      _ = try linker.code([LaneOperation(name, program.parameters.map { _ in 1 }, text: "")])
    }
  }
}
