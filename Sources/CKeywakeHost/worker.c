#define _GNU_SOURCE
#include "CKeywakeHost.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYS_CLOSE_RANGE 436

// Runs in the child of a threaded process: async-signal-safe calls only. Ends with the errno on `report`.
static void become(const char *path, char *const *arguments, char *const *environment, int out, int err, int report,
                   pid_t parent) {
  setpgid(0, 0);
  // The parent may have ended before the call: then nobody would ever end this process.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent) _exit(127);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  int null = open("/dev/null", O_RDONLY);
  int kept[4] = {fcntl(null, F_DUPFD, 16), fcntl(out, F_DUPFD, 16), fcntl(err, F_DUPFD, 16),
                 fcntl(report, F_DUPFD, 16)};
  for (int i = 0; i < 4; i++)
    if (kept[i] < 0 || dup2(kept[i], i) < 0) _exit(127);
  fcntl(3, F_SETFD, FD_CLOEXEC);
  if (syscall(SYS_CLOSE_RANGE, 4u, ~0u, 0u) < 0)
    for (int fd = 4; fd < 4096; fd++) close(fd);
  execve(path, arguments, environment);
  int error = errno;
  (void)!write(3, &error, sizeof error);
  _exit(127);
}

int kwh_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return 0;
}

int kwh_worker_start(const char *path, char *const *arguments, char *const *environment, int out, int err) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) < 0) return -errno;
  pid_t parent = getpid();
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); // no handler of ours runs in the child
  pid_t child = fork();
  int error = errno;
  if (child == 0) become(path, arguments, environment, out, err, report[1], parent);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(report[1]);
  if (child < 0) {
    close(report[0]);
    return -error;
  }
  setpgid(child, child); // whoever of the two is first
  ssize_t got;
  do
    got = read(report[0], &error, sizeof error);
  while (got < 0 && errno == EINTR);
  close(report[0]);
  if (got != sizeof error) return child;
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
  return -error;
}
