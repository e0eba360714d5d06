import CKeywake
import Glibc

/// One address space of the live kernel. Everything it does is in the C shim: it forks while it runs, and catches the
/// faults of its own loads and stores.
@main struct Main {
  static func main() {
    exit(kw_agent_main(CommandLine.argc, CommandLine.unsafeArgv))
  }
}
