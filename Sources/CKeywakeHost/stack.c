#define _GNU_SOURCE
#include "CKeywakeHost.h"

#include <errno.h>
#include <libunwind-ptrace.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// PTRACE_INTERRUPT is answered at once by a thread in user space or asleep, never by one that loops in the kernel.
static int wait_for_stop(pid_t thread, int limit) {
  for (int waited = 0; waited < limit; waited++) {
    int status;
    pid_t got = waitpid(thread, &status, __WALL | WNOHANG);
    if (got == thread) return WIFSTOPPED(status) ? 0 : -ESRCH;
    if (got < 0 && errno != EINTR) return -errno;
    struct timespec time = {.tv_nsec = 1000 * 1000};
    nanosleep(&time, NULL);
  }
  return -ETIMEDOUT;
}

static int unwind(pid_t thread, struct kwh_frame *frames, int count) {
  unw_addr_space_t space = unw_create_addr_space(&_UPT_accessors, 0);
  if (!space) return -ENOMEM;
  void *context = _UPT_create(thread);
  int found = 0;
  unw_cursor_t cursor;
  if (context && unw_init_remote(&cursor, space, context) == 0) {
    do {
      struct kwh_frame *frame = &frames[found];
      unw_word_t address = 0, offset = 0;
      if (unw_get_reg(&cursor, UNW_REG_IP, &address) < 0) break;
      frame->address = address;
      frame->name[0] = 0;
      int named = unw_get_proc_name(&cursor, frame->name, sizeof frame->name, &offset);
      if (named < 0 && named != -UNW_ENOMEM) frame->name[0] = 0;
      frame->offset = frame->name[0] ? offset : 0;
      found++;
    } while (found < count && unw_step(&cursor) > 0);
  }
  if (context) _UPT_destroy(context);
  unw_destroy_addr_space(space);
  return found;
}

int kwh_user_stack(pid_t thread, struct kwh_frame *frames, int count, int limit) {
  if (ptrace(PTRACE_SEIZE, thread, 0, 0) < 0) return -errno;
  if (ptrace(PTRACE_INTERRUPT, thread, 0, 0) < 0) return -errno;
  int result = wait_for_stop(thread, limit);
  if (result < 0) return result;
  result = unwind(thread, frames, count);
  // A signal that arrived meanwhile is kept pending by the kernel; none is injected.
  ptrace(PTRACE_DETACH, thread, 0, 0);
  return result;
}
