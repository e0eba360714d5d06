import Scenario

extension CWriter {
  /// The scenario's names as numbers.
  func enumerations() -> String {
    func line(_ name: String, _ members: [String]) -> String {
      members.isEmpty ? "" : "enum { \(members.joined(separator: ", ")) }; /* \(name) */\n"
    }
    var text = "/* The scenario's own names. */\n"
    text += line("actors", (0..<UInt8(population.actorCount)).map { names.actor(ActorID($0)) })
    text += line("files", (0..<UInt8(population.fileCount)).map { names.file(FileID($0)) })
    text += line("windows", (0..<UInt8(population.slotCount)).map { names.window(SlotID($0)) })
    text += line("waiters", (0..<UInt8(population.waiterCount)).map { names.waiter(WaiterID($0)) })
    if folders.contains(.tmpfs) { text += "static const char *tmpfs;\n" }
    if folders.contains(.disk) { text += "static const char *disk;\n" }
    return text
  }

  /// What actors do.
  func performFunction() -> String {
    var text = "/* What the actors do, by order. */\nstatic long perform(int order)\n{\n\tswitch (order) {\n"
    for (number, entry) in performCases.enumerated() {
      text += "\tcase \(number): /* \(entry.comment.replacing("*/", with: "* /")) */\n\t\t\(entry.code)\n"
    }
    return text + "\tdefault:\n\t\treturn -ENOSYS;\n\t}\n}\n"
  }

  /// The calls that waiters sleep in.
  func waitFunction() -> String {
    var text =
      "/* The calls in which waiters sleep, by order. */\nstatic long wait_call(int order)\n{\n\tswitch (order) {\n"
    for entry in waitCases { text += "\tcase \(entry.order):\n\t\t\(entry.code)\n" }
    return text + "\tdefault:\n\t\treturn -ENOSYS;\n\t}\n}\n"
  }

  /// The conductor's side and the rest.
  func tail() -> String {
    """
    \(saySeen())
    static void prepare_actor(void)
    {
    \tprctl(PR_SET_PDEATHSIG, SIGKILL);
    \tsignal(SIGCHLD, SIG_IGN);
    \tsignal(SIGALRM, SIG_DFL);
    \talarm(0);
    \(hasGuard ? Self.guardText : "")\(sections.contains("cancel") ? Self.cancelText : "")}

    static void clean_up(void)
    {
    \(cleaning())}

    static void scenario(void)
    {
    \(body.map { $0.isEmpty ? "" : "\t" + $0 }.joined(separator: "\n"))
    }

    int main(void)
    {
    \tconductor = getpid();
    \tnumber_of_steps = \(steps);
    \t/* Whoever started this may have blocked signals: the alarm and the cancels must come through. */
    \tsigset_t none;

    \tsigemptyset(&none);
    \tsigprocmask(SIG_SETMASK, &none, NULL);
    \tsignal(SIGALRM, hung);
    \tcontrol = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    \tif (control == MAP_FAILED || pipe2(answers, O_CLOEXEC) < 0)
    \t\tskip("no memory or pipes");
    \tfor (int i = 0; i < MOST_ACTORS; i++)
    \t\tif (pipe2(orders[i], O_CLOEXEC) < 0)
    \t\t\tskip("no pipes");
    \(requiring())\(start)\(race == nil ? "\tscenario();\n\tend_all();\n\tclean_up();" : "\trun_rounds();")
    \treturn finish();
    }

    """
  }

  private var start: String {
    guard isTAP else { return "" }
    return race == nil
      ? "\tprintf(\"TAP version 13\\n1..%d\\n\", number_of_steps);\n" : "\tprintf(\"TAP version 13\\n1..1\\n\");\n"
  }

  private static let guardText = """
    \tstruct sigaction action = {.sa_handler = raised, .sa_flags = SA_NODEFER};

    \tsigaction(SIGSEGV, &action, NULL);
    \tsigaction(SIGBUS, &action, NULL);

    """
  private static let cancelText = """
    \tstruct sigaction interrupt = {.sa_handler = interrupted};

    \tsigaction(SIGUSR1, &interrupt, NULL);

    """

  private func requiring() -> String {
    var text = ""
    if folders.contains(.tmpfs) { text += "\ttmpfs = folder_for(\"KEYWAKE_TMPFS\", \"/dev/shm\", 1);\n" }
    if folders.contains(.disk) { text += "\tdisk = folder_for(\"KEYWAKE_DISK\", \"/var/tmp\", 0);\n" }
    return text + requirements.map { "\t\($0)\n" }.joined()
  }

  private func cleaning() -> String {
    var text = ""
    for file in population.files {
      guard let kind = population.kind(of: file), kind.hasName else { continue }
      let folder = kind == .tmpfs ? "tmpfs" : "disk"
      text += "\tif (\(folder)) {\n"
      for name in 0...fileNames[Int(file.index)] {
        text += "\t\tunlink(path_of(\(folder), \(names.file(file)), \(name)));\n"
      }
      text += "\t}\n"
    }
    return text
  }

  /// Prints what was seen in the scenario's words.
  private func saySeen() -> String {
    let waiters = (0..<UInt8(population.waiterCount)).map(WaiterID.init)
    var text = ""
    if !waiters.isEmpty {
      text += """
        static void say_ends(void)
        {
        \tstatic const char *const names[] = {\(waiters.map { CNames.quoted(names.names[$0]) }.joined(separator: ", "))};

        \tfor (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        \t\tif (ends.woken >> i & 1)
        \t\t\tprintf(" wakes %s", names[i]);
        \t\tif (ends.cancelled >> i & 1)
        \t\t\tprintf(" ends %s with EINTR", names[i]);
        \t\tif (ends.died >> i & 1)
        \t\t\tprintf(" ends %s with its process", names[i]);
        \t\tif (ends.other >> i & 1)
        \t\t\tprintf(" ends %s with another error", names[i]);
        \t}
        }


        """
    } else if race != nil {
      text += "static void say_ends(void)\n{\n}\n\n"
    }
    text += "static void say_seen(void)\n{\n\tsay_result(seen);\n"
    if !waiters.isEmpty { text += "\tsay_ends();\n" }
    if sections.contains("keys") { text += Self.sayKeys }
    return text + "\tprintf(\"\\n\");\n}\n"
  }
  private static let sayKeys = """
    \tif (strncmp(current_text, "keys", 4) == 0)
    \t\tfor (int i = 0; i < MOST_WORDS; i++)
    \t\t\tprintf(" %ld", classes[i]);

    """
}
