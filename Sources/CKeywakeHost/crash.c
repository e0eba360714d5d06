#define _GNU_SOURCE
#define UNW_LOCAL_ONLY
#include "CKeywakeHost.h"

#include <errno.h>
#include <libunwind.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT};

// Frames in the words of libFuzzer's own, so that whoever reads one reads the other. No memory is allocated here: the
// heap may be what is broken.
static void report(int number, siginfo_t *info, void *context) {
  (void)info;
  // A broken stack can keep the unwinder for ever.
  signal(SIGALRM, SIG_DFL);
  alarm(10);
  char line[256];
  int length = snprintf(line, sizeof line, "crash: %s\n", strsignal(number));
  if (write(STDERR_FILENO, line, (size_t)length) < 0) _exit(128 + number);
  unw_cursor_t cursor;
  if (unw_init_local2(&cursor, context, UNW_INIT_SIGNAL_FRAME) == 0) {
    int frame = 0;
    do {
      unw_word_t address = 0, offset = 0;
      if (unw_get_reg(&cursor, UNW_REG_IP, &address) < 0) break;
      char name[160] = "";
      int named = unw_get_proc_name(&cursor, name, sizeof name, &offset);
      if (named < 0 && named != -UNW_ENOMEM) strcpy(name, "?");
      length = snprintf(line, sizeof line, "    #%d 0x%lx in %s\n", frame, (unsigned long)address, name);
      if (write(STDERR_FILENO, line, (size_t)length) < 0) break;
    } while (++frame < 64 && unw_step(&cursor) > 0);
  }
  // What the signal does to a program that does not handle it.
  signal(number, SIG_DFL);
  raise(number);
}

int kwh_report_crashes(void) {
  // A stack of its own: the program's may have run over.
  static char stack[64 << 10];
  stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
  if (sigaltstack(&own, NULL) < 0) return -errno;
  struct sigaction action = {.sa_sigaction = report, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND | SA_NODEFER};
  for (size_t index = 0; index < sizeof crashes / sizeof *crashes; index++) {
    if (sigaction(crashes[index], &action, NULL) < 0) return -errno;
  }
  return 0;
}
