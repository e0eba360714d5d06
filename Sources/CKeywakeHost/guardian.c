#define _GNU_SOURCE
#include "CKeywakeHost.h"
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYS_PIDFD_OPEN 434
#define SYS_CLOSE_RANGE 436

// Keeps the four descriptors, at 3 to 6; everything else goes, so that nobody waits for this process's end.
static void keep_only(int kept[4]) {
  int safe[4];
  for (int i = 0; i < 4; i++) safe[i] = kept[i] < 0 ? -1 : fcntl(kept[i], F_DUPFD, 16);
  int null = open("/dev/null", O_RDWR);
  for (int i = 0; i < 3; i++)
    if (null >= 0) dup2(null, i);
  for (int i = 0; i < 4; i++) {
    if (safe[i] >= 0)
      kept[i] = dup2(safe[i], 3 + i);
    else
      close(3 + i);
  }
  if (syscall(SYS_CLOSE_RANGE, 7u, ~0u, 0u) < 0)
    for (int fd = 7; fd < 4096; fd++) close(fd);
}

// Runs in the child of a threaded process: async-signal-safe calls only.
static void guard(int root, int journal, const char *run, const char *boot, int control, int owner) {
  int kept[4] = {root, journal, control, owner};
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  setsid();
  if (chdir("/") < 0) _exit(1);
  prctl(PR_SET_NAME, "keywake-guard");
  keep_only(kept);
  root = kept[0], journal = kept[1], control = kept[2], owner = kept[3];

  struct pollfd events[2] = {{.fd = control, .events = POLLIN}, {.fd = owner, .events = POLLIN}};
  for (;;) {
    if (poll(events, 2, -1) < 0) {
      if (errno == EINTR) continue;
      break;
    }
    if (events[0].revents) {
      char byte;
      ssize_t got = read(control, &byte, 1);
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got == 1) _exit(0); // dismissed
      break;
    }
    if (events[1].revents) break;
  }
  struct kwh_undo_result result;
  if (kwh_undo_journal(root, journal, run, boot, &result) == 0 && result.failed == 0) {
    char name[KWH_TEXT] = "";
    size_t length = kwh_append(name, 0, sizeof name, "runs/");
    length = kwh_append(name, length, sizeof name, run);
    kwh_append(name, length, sizeof name, ".journal");
    unlinkat(root, name, 0);
    unlinkat(root, "runs", AT_REMOVEDIR); // when it was the last
  }
  _exit(0);
}

int kwh_guardian_start(int root, int journal, const char *run, const char *boot) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return -errno;
  // -1 before Linux 5.3: then the end of the socket alone tells.
  int owner = (int)syscall(SYS_PIDFD_OPEN, getpid(), 0);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); // no handler of ours runs in the children
  pid_t child = fork();
  int error = errno;
  if (child == 0) {
    // The grandchild has no parent that would have to wait for it.
    pid_t guardian = fork();
    if (guardian == 0) {
      close(pair[0]);
      guard(root, journal, run, boot, pair[1], owner);
    }
    _exit(guardian < 0 ? errno : 0);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(pair[1]);
  if (owner >= 0) close(owner);
  if (child < 0) {
    close(pair[0]);
    return -error;
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return pair[0];
  close(pair[0]);
  return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

void kwh_guardian_dismiss(int control) {
  char byte = 'q';
  while (send(control, &byte, 1, MSG_NOSIGNAL) < 0 && errno == EINTR) {}
  while (recv(control, &byte, 1, 0) < 0 && errno == EINTR) {}
  close(control);
}
