// The agent on a kernel that is wrong on purpose, in the way that is named after the end of the program's file (a
// program of it is a copy with the name appended: agents get no environment):
//
//   misses-wakes      one wake in a thousand looks at no queue, and says 0
//   ignores-the-page  a wake's key is that of the same word in the first page of the window
//   forgets-the-end   a wake beyond the end of a file says 0 instead of EFAULT
//   ignores-the-bitset  a wake ends waiters of any bitset
//   ignores-the-count   a wake ends all waiters of its word
//   wakes-one           a wake ends one waiter at most
//   counts-one-more     a wake of somebody says one more than it woke
//   counts-nobody       a wake of somebody says 0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int kw_agent_main(int argc, char **argv);

enum {
  RIGHT,
  MISSES_WAKES,
  IGNORES_THE_PAGE,
  FORGETS_THE_END,
  IGNORES_THE_BITSET,
  IGNORES_THE_COUNT,
  WAKES_ONE,
  COUNTS_ONE_MORE,
  COUNTS_NOBODY
};
enum { COOKIE = 0x6b770001, EVERY = 1000 };
#define WINDOW UINT64_C(0x2000000)
#define PAGE UINT64_C(0x1000)

static int wrong;
static unsigned wakes;

/// The real call. The filter lets it pass by an argument that a wake has no use for.
static long wake(uint64_t address, long operation, long count, long bitset) {
  long result = syscall(SYS_futex, address, operation, count, NULL, COOKIE, bitset);
  return result < 0 ? -errno : result;
}

static void answer(int signal, siginfo_t *information, void *context) {
  (void)signal;
  (void)information;
  ucontext_t *state = context;
#if defined(__x86_64__)
  greg_t *registers = state->uc_mcontext.gregs;
  uint64_t address = (uint64_t)registers[REG_RDI];
  long operation = registers[REG_RSI], count = registers[REG_RDX], bitset = registers[REG_R9];
#else
  unsigned long long *registers = state->uc_mcontext.regs;
  uint64_t address = registers[0];
  long operation = (long)registers[1], count = (long)registers[2], bitset = (long)registers[5];
#endif
  long result = 0;
  if (wrong == IGNORES_THE_PAGE) address = (address & ~(WINDOW - 1)) | (address & (PAGE - 1));
  if (wrong == IGNORES_THE_BITSET && bitset != 0) bitset = 0xFFFFFFFFl;
  if (wrong == IGNORES_THE_COUNT) count = INT32_MAX;
  if (wrong == WAKES_ONE && count > 1) count = 1;
  if (wrong != MISSES_WAKES || ++wakes % EVERY != 0) result = wake(address, operation, count, bitset);
  if (wrong == FORGETS_THE_END && result == -EFAULT) result = 0;
  if (wrong == COUNTS_ONE_MORE && result > 0) result++;
  if (wrong == COUNTS_NOBODY && result > 0) result = 0;
#if defined(__x86_64__)
  registers[REG_RAX] = result;
#else
  registers[0] = (unsigned long long)result;
#endif
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

static int ends_with(const char *name) {
  char end[32];
  size_t length = strlen(name);
  int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  int is = file >= 0 && lseek(file, -(off_t)length, SEEK_END) >= 0 && read(file, end, length) == (ssize_t)length &&
           memcmp(end, name, length) == 0;
  if (file >= 0) close(file);
  return is;
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)

int main(int argc, char **argv) {
  if (ends_with("misses-wakes")) wrong = MISSES_WAKES;
  if (ends_with("ignores-the-page")) wrong = IGNORES_THE_PAGE;
  if (ends_with("forgets-the-end")) wrong = FORGETS_THE_END;
  if (ends_with("ignores-the-bitset")) wrong = IGNORES_THE_BITSET;
  if (ends_with("ignores-the-count")) wrong = IGNORES_THE_COUNT;
  if (ends_with("wakes-one")) wrong = WAKES_ONE;
  if (ends_with("counts-one-more")) wrong = COUNTS_ONE_MORE;
  if (ends_with("counts-nobody")) wrong = COUNTS_NOBODY;
  struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO};
  sigaction(SIGSYS, &action, NULL);
  struct sock_filter program[] = {
      LOAD(nr),
      IF(SYS_futex, 0, 5),
      LOAD(args[4]),
      IF(COOKIE, 3, 0),
      LOAD(args[1]),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~(uint32_t)FUTEX_PRIVATE_FLAG),
      IF(FUTEX_WAKE_BITSET, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
  };
  struct sock_fprog filter = {sizeof program / sizeof *program, program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) return 9;
  return kw_agent_main(argc, argv);
}
