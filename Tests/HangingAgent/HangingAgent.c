// The agent, but for some system calls that hang, each in a way that the watch must tell from the others:
//
//   mremap (remap)                  sleeps in a futex wait that nobody ends: a lost wake
//   mlock (lock-memory)             runs in the kernel: random bytes without end
//   madvise MADV_COLD (split)       runs in user space without end
//   madvise MADV_REMOVE (remove)    sleeps, and not in a futex
//   madvise MADV_COLLAPSE (collapse) goes on, slowly
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

int kw_agent_main(int argc, char **argv);

enum { COLD = 20, REMOVE = 9, COLLAPSE = 25, PARTS = 1024 };

static char bytes[1 << 20];
static struct iovec parts[PARTS];
static int numbers;
static volatile uint64_t turns;
static uint32_t word;

void keywake_test_lost_wake(void) {
  for (;;) syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
}

static void hang(int signal, siginfo_t *information, void *context) {
  (void)signal;
  const ucontext_t *state = context;
  switch (information->si_syscall) {
  case SYS_mremap: keywake_test_lost_wake();
  case SYS_mlock:
    // The nursery closes what is open before it begins.
    numbers = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    for (;;)
      if (readv(numbers, parts, PARTS) < 0) _exit(1);
  }
#if defined(__x86_64__)
  long advice = state->uc_mcontext.gregs[REG_RDX];
#else
  long advice = (long)state->uc_mcontext.regs[2];
#endif
  switch (advice) {
  case COLD:
    for (;;) turns++;
  case REMOVE:
    for (;;) poll(NULL, 0, -1);
  default:
    for (;;) {
      struct timespec pause = {0, 1000000};
      nanosleep(&pause, NULL);
    }
  }
}

/// Instead of the C library's: the trap's signal stays open, or it would kill.
int sigprocmask(int how, const sigset_t *set, sigset_t *old) {
  sigset_t mask;
  if (set) {
    mask = *set;
    sigdelset(&mask, SIGSYS);
  }
  return (int)syscall(SYS_rt_sigprocmask, how, set ? &mask : NULL, old, 8);
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)

int main(int argc, char **argv) {
  for (int i = 0; i < PARTS; i++) parts[i] = (struct iovec){bytes, sizeof bytes};
  struct sigaction action = {.sa_sigaction = hang, .sa_flags = SA_SIGINFO};
  sigaction(SIGSYS, &action, NULL);
  struct sock_filter program[] = {
      LOAD(nr),
      IF(SYS_mremap, 6, 0),
      IF(SYS_mlock, 5, 0),
      IF(SYS_madvise, 0, 5),
      LOAD(args[2]),
      IF(COLD, 2, 0),
      IF(REMOVE, 1, 0),
      IF(COLLAPSE, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof program / sizeof *program, program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) return 9;
  return kw_agent_main(argc, argv);
}
