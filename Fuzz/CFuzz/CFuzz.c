#include "CFuzz.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t counters[KEYWAKE_EXTRA_COUNTERS];

void keywake_count_behaviour(uint32_t index) {
  uint8_t *counter = &counters[index % KEYWAKE_EXTRA_COUNTERS];
  if (*counter < 255) *counter += 1;
}

void keywake_default_signals(void) {
  static const int numbers[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGTRAP};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) signal(numbers[i], SIG_DFL);
}

void keywake_crash(const char *why) {
  size_t length = strlen(why);
  while (length > 0) {
    ssize_t written = write(STDERR_FILENO, why, length);
    if (written <= 0) break;
    why += written;
    length -= (size_t)written;
  }
  abort();
}
