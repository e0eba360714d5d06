// Processes that widen the windows of races: they reclaim the agents' memory, drop caches, compact memory, press their
// control group, or take processor time. Children of the nursery: they end with it.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "agent.h"
#include "syscalls.h"

enum { PAGEOUT = 21, CLOSE_FROM = 3 };

static void pause_for(long microseconds) {
  struct timespec time = {0, microseconds * 1000};
  kw_call2(SYS_nanosleep, &time, 0);
}

/// All that is mapped in an agent's windows is asked to leave, window by window.
static void reclaim(void) {
  for (unsigned i = 0; i < KW_SEATS; i++) {
    int32_t pid = atomic_load(&kw_shared->seats[i].pid);
    if (pid <= 0) continue;
    long process = kw_call2(SYS_pidfd_open, pid, 0);
    if (process < 0) continue;
    for (unsigned slot = 0; slot < KW_SLOTS; slot++) {
      struct iovec range = {(void *)(KW_WINDOW_BASE + slot * KW_WINDOW_BYTES), KW_WINDOW_BYTES};
      kw_call5(SYS_process_madvise, process, &range, 1, PAGEOUT, 0);
    }
    kw_call1(SYS_close, process);
  }
  pause_for(200);
}

static void write_to(const char *path, const char *text, long length) {
  long fd = kw_call4(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
  if (fd < 0) return;
  kw_call3(SYS_write, fd, text, length);
  kw_call1(SYS_close, fd);
  pause_for(30000);
}

static int write_group(const char *name, const char *text, unsigned length) {
  char path[sizeof kw_shared->settings.group + 32];
  snprintf(path, sizeof path, "%s/%s", kw_shared->settings.group, name);
  long fd = kw_call4(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
  if (fd < 0) return 0;
  long written = kw_call3(SYS_write, fd, text, length);
  kw_call1(SYS_close, fd);
  return written >= 0;
}

static uint64_t group_usage(const char *name) {
  char path[sizeof kw_shared->settings.group + 32], text[32] = {0};
  snprintf(path, sizeof path, "%s/%s", kw_shared->settings.group, name);
  long fd = kw_call4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return 0;
  kw_call3(SYS_read, fd, text, sizeof text - 1);
  kw_call1(SYS_close, fd);
  return strtoull(text, NULL, 10);
}

/// What the agents' group can do without is taken from it: by version 1's own request, or as version 2 does it above the
/// limit that slows down. A hard limit is no noise: calls that could not be refused otherwise fail for want of memory.
/// This process stays outside of their group. 0 when it could not be done.
static int press_group(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + 1;
  int is_done;
  if (kw_shared->settings.group_version == 2) {
    char text[32];
    uint64_t usage = group_usage("memory.current");
    int length = snprintf(text, sizeof text, "%llu", (unsigned long long)(usage - usage / 8));
    is_done = write_group("memory.high", text, (unsigned)length);
    write_group("memory.high", "max", 3);
  } else {
    is_done = write_group("memory.force_empty", "0", 1);
  }
  pause_for((long)(*state >> 52 & 0x7ff) + 200);
  return is_done;
}

/// Busy for a moment, then not, so that whoever shares the processor is taken off it at other places each time.
static void hog(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + 1;
  for (uint64_t i = 0, turns = *state >> 48; i < turns; i++) kw_relax();
  pause_for((long)(*state >> 40 & 0xff) + 1);
}

static void make(unsigned kind, unsigned number) {
  long pid = kw_call5(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (pid != 0) return;
  kw_call5(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (kw_call0(SYS_getppid) != kw_shared->nursery) kw_call1(SYS_exit_group, 0);
  kw_call3(SYS_close_range, CLOSE_FROM, ~0u, 0);
  uint64_t state = number * 77 + 1;
  if (kind == KW_NOISE_HOG) setpriority(PRIO_PROCESS, 0, 5);
  for (;;) {
    switch (kind) {
    case KW_NOISE_RECLAIM: reclaim(); break;
    case KW_NOISE_DROP_CACHES: write_to("/proc/sys/vm/drop_caches", "3", 1); break;
    case KW_NOISE_COMPACT: write_to("/proc/sys/vm/compact_memory", "1", 1); break;
    case KW_NOISE_MEMORY_GROUP:
      if (!press_group(&state)) continue;
      break;
    default: hog(&state); break;
    }
    atomic_fetch_add(&kw_shared->noise_rounds[kind], 1);
  }
}

void kw_noise_start(void) {
  for (unsigned kind = 0; kind < KW_NOISE_KINDS; kind++) {
    if (!(kw_shared->settings.noise >> kind & 1)) continue;
    // A hog for each processor.
    cpu_set_t allowed;
    long count = 1;
    if (kind == KW_NOISE_HOG && sched_getaffinity(0, sizeof allowed, &allowed) == 0) count = CPU_COUNT(&allowed);
    for (long i = 0; i < count && i < 8; i++) make(kind, (unsigned)i);
  }
}
