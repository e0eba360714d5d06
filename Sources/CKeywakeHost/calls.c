#define _GNU_SOURCE
#include "CKeywakeHost.h"

#include <errno.h>
#include <linux/fs.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <unistd.h>

long kwh_syscall(long number, long a, long b, long c, long d, long e, long f) {
  long result = syscall(number, a, b, c, d, e, f);
  return result == -1 ? -errno : result;
}

long kwh_syscall_number(const char *name) {
  static const struct {
    const char *name;
    long number;
  } numbers[] = {
      {"mmap", SYS_mmap}, {"munmap", SYS_munmap}, {"madvise", SYS_madvise}, {"mlock", SYS_mlock},
      {"mprotect", SYS_mprotect}, {"munlock", SYS_munlock},
      {"openat", SYS_openat}, {"close", SYS_close}, {"read", SYS_read}, {"pread64", SYS_pread64},
      {"write", SYS_write}, {"readlinkat", SYS_readlinkat}, {"unlinkat", SYS_unlinkat},
      {"faccessat", SYS_faccessat}, {"statfs", SYS_statfs}, {"ftruncate", SYS_ftruncate},
      {"fallocate", SYS_fallocate}, {"memfd_create", SYS_memfd_create}, {"futex", SYS_futex},
      {"prctl", SYS_prctl}, {"prlimit64", SYS_prlimit64}, {"ptrace", SYS_ptrace}, {"wait4", SYS_wait4},
      {"kill", SYS_kill}, {"shmget", SYS_shmget}, {"shmctl", SYS_shmctl}, {"swapon", SYS_swapon},
      {"geteuid", SYS_geteuid}, {"gettid", SYS_gettid},
      // One number on every architecture; older headers lack the later ones.
      {"io_uring_setup", 425}, {"io_uring_register", 427}, {"futex_waitv", 449},
      {"futex_wake", 454}, {"futex_wait", 455}, {"futex_requeue", 456},
  };
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (strcmp(numbers[i].name, name) == 0) return numbers[i].number;
  return -1;
}

const char *kwh_errno_name(int error) { return strerrorname_np(error); }

int kwh_start_sleeper(void) {
  pid_t parent = getpid();
  pid_t child = fork();
  if (child < 0) return -errno;
  if (child > 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
  for (;;) pause();
}

int kwh_swapon(const char *path) { return swapon(path, 0) < 0 ? -errno : 0; }

int kwh_set_no_copy_on_write(int fd) {
  int flags = 0;
  if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0) return -errno;
  flags |= FS_NOCOW_FL;
  return ioctl(fd, FS_IOC_SETFLAGS, &flags) < 0 ? -errno : 0;
}
