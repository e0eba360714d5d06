import ArgumentParser
import CrossCheck
import Explorer
import Machine

/// Which version of the simulated kernel a command is about.
struct MachineArguments: ParsableArguments {
  @Option(help: "Of the simulated kernel: a version such as 4.6, or one of the added file.")
  var variant: String?
  @Option(help: "A file with programs of your own, which join or replace the built-in ones.")
  var program: String?

  /// Whether the command line asks for the simulated kernel.
  var isNamed: Bool { variant != nil || program != nil }

  /// The same arguments as words of a command line.
  var words: [String] { (variant.map { ["--variant", $0] } ?? []) + (program.map { ["--program", $0] } ?? []) }

  /// The version, ready to run. The newest where none is named.
  /// - Throws: a usage error for a program that cannot be read, with file, line and column, and for an unknown version.
  func machine(limits: SearchLimits) throws(CommandFailure) -> MachineUnderTest {
    let library = try MachineFiles.library(adding: program)
    return MachineUnderTest(variant: try name(in: library), library: library, limits: limits)
  }

  /// The version's full name.
  private func name(in library: ProgramLibrary) throws(CommandFailure) -> String {
    guard let name = try MachineFiles.variants(variant ?? "current", library).first, variant != "all" else {
      throw .usage("--variant: expected one version")
    }
    do throws(ProgramError) {
      // What a race of it would refuse is told before there is one.
      let trial = try LitmusParser.litmus(Self.trial, file: "trial")
      for litmus in trial { _ = try Race(litmus, variant: name, library: library) }
    } catch {
      throw .usage("\(error)")
    }
    return name
  }

  private static let trial = """
    litmus trial
      about A waiter and a wake.
      file f size=1
      process a
      map a 0 f 0 shared rw
      do a: env.touch(a, 0.0, WRITE)
      lane waiter a: futex.key(0.0, READ)
      lane waker a: futex.key(0.0, READ)
    end

    """
}
