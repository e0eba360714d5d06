// The process that agents are forked from. It ends when its host does, and they end with it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "stress.h"
#include "syscalls.h"

#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67
#endif

enum { REGION_FD = 3, CONTROL_FD = 4 };

static void on_fault(int signal, siginfo_t *info, void *context) {
  (void)info;
  (void)context;
  int32_t tid = (int32_t)kw_call0(SYS_gettid);
  for (unsigned i = 0; i < KW_SEATS; i++) {
    struct kw_actor *actor = kw_actor_of(i);
    if (actor->seat && actor->guarded && atomic_load(&actor->seat->tid) == tid)
      siglongjmp(actor->recovery, signal == SIGSEGV ? KW_SIGSEGV : KW_SIGBUS);
  }
  // Our own error: end by this very signal.
  struct sigaction fallback;
  memset(&fallback, 0, sizeof fallback);
  fallback.sa_handler = SIG_DFL;
  sigaction(signal, &fallback, NULL);
}

/// A parked thread's wait is cut short; the sender learns that it was.
static void on_cancel(int signal, siginfo_t *info, void *context) {
  (void)signal;
  (void)context;
  _Atomic uint32_t *acknowledged = info->si_value.sival_ptr;
  atomic_fetch_add(acknowledged, 1);
}

static void find_addresses(struct kw_abilities *abilities) {
  abilities->vdso = getauxval(AT_SYSINFO_EHDR);
  FILE *maps = fopen("/proc/self/maps", "r");
  if (!maps) return;
  char line[512];
  uint64_t here = (uint64_t)(uintptr_t)&kw_agent_main;
  while (fgets(line, sizeof line, maps)) {
    unsigned long low, high;
    char rights[8];
    if (sscanf(line, "%lx-%lx %7s", &low, &high, rights) != 3) continue;
    if (here >= low && here < high) {
      abilities->text = low;
      abilities->text_bytes = high - low;
    }
    if (strstr(line, "[vvar]")) abilities->vvar = low;
  }
  fclose(maps);
}

static int32_t try_map_files(void) {
  void *memory = mmap(NULL, KW_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno;
  char path[96];
  snprintf(path, sizeof path, "/proc/self/map_files/%lx-%lx", (unsigned long)memory, (unsigned long)memory + KW_PAGE);
  int fd = open(path, O_RDWR | O_CLOEXEC);
  int32_t error = fd < 0 ? errno : 0;
  if (fd >= 0) close(fd);
  munmap(memory, KW_PAGE);
  return error;
}

/// Tries what needs a ring or threads in a process of its own, so that the nursery has neither.
static void try_abilities(struct kw_abilities *abilities) {
  long pid = kw_call5(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) {
    abilities->ring = (int32_t)-kw_ring_open(0);
    abilities->proc_sleep = (int32_t)-kw_thread_probe();
    kw_call1(SYS_exit_group, 0);
  }
  if (pid < 0) return;
  int status;
  waitpid((pid_t)pid, &status, 0);
  memset(&kw_shared->seats[0], 0, sizeof kw_shared->seats[0]);
}

static void spawn(unsigned seat) {
  if (seat >= KW_SEATS) return;
  long pid = kw_call5(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) {
    kw_call3(SYS_close_range, REGION_FD, ~0u, 0);
    kw_become(seat, 0);
    kw_seat_loop(kw_actor_of(seat));
  }
  if (pid > 0) {
    atomic_store(&kw_shared->seats[seat].pid, (int32_t)pid);
    return;
  }
  atomic_store(&kw_shared->seats[seat].state, KW_DEAD);
  kw_seats_changed(kw_shared);
}

/// A process ended whose end the program had asked for: it goes on.
static void left(unsigned seat) {
  struct kw_region *region = kw_shared;
  uint32_t position = atomic_load(&region->seats[seat].exit_command) - 1;
  struct kw_command *command = &region->commands[position];
  int32_t pid = atomic_load(&region->seats[seat].pid);
  // What a ring posted while its process ended is no end of a wait.
  atomic_fetch_and(&region->ring_seats, ~(1u << seat));
  for (unsigned i = 0; i < KW_SEATS; i++) {
    if (atomic_load(&region->seats[i].pid) != pid) continue;
    // Its waiters went with it: nobody can be asked about them any more.
    region->seats[i].ring_ready = 0;
    atomic_store(&region->seats[i].in_ring, 0);
    atomic_store(&region->seats[i].in_threads, 0);
  }
  for (unsigned i = 0; i < KW_WAITERS; i++) {
    struct kw_waiter *waiter = kw_waiter_at(i);
    if (waiter->state != KW_SLEEPS || atomic_load(&region->seats[waiter->seat].pid) != pid) continue;
    waiter->died = 1;
    waiter->operation = command->operation;
    waiter->command = atomic_load(&region->position);
    waiter->state = KW_ENDED;
  }
  command->result = 0;
  command->result_kind = KW_RETURNED;
  // A lane's last command: the others go on.
  if (atomic_load(&region->position) != position) {
    atomic_fetch_add(&region->lanes_done, 1);
    return;
  }
  atomic_store(&region->position, position + 1);
  kw_pass(position + 1);
}

static void reap(void) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    int leaving = -1;
    for (unsigned i = 0; i < KW_SEATS; i++) {
      struct kw_seat *seat = &kw_shared->seats[i];
      uint32_t state = atomic_load(&seat->state);
      if (atomic_load(&seat->pid) != pid || state == KW_EMPTY || state == KW_DEAD) continue;
      if (atomic_load(&seat->exit_command)) {
        leaving = (int)i;
      } else if (atomic_load(&kw_shared->in_use) >> i & 1) {
        kw_fault(WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL ? KW_AGENT_CRASHED : KW_AGENT_DIED, status, i);
      }
    }
    if (leaving >= 0) left((unsigned)leaving);
    for (unsigned i = 0; i < KW_SEATS; i++) {
      if (atomic_load(&kw_shared->seats[i].pid) != pid) continue;
      atomic_store(&kw_shared->seats[i].pid, 0);
      atomic_store(&kw_shared->seats[i].state, KW_DEAD);
    }
    kw_seats_changed(kw_shared);
  }
}

/// One of those allowed, another one for another run, most likely.
static void keep_to_one_processor(void) {
  cpu_set_t allowed, one;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  int chosen = getpid() % CPU_COUNT(&allowed);
  for (int i = 0; i < CPU_SETSIZE; i++) {
    if (!CPU_ISSET(i, &allowed) || chosen-- > 0) continue;
    CPU_ZERO(&one);
    CPU_SET(i, &one);
    sched_setaffinity(0, sizeof one, &one);
    return;
  }
}

int kw_agent_main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--stress") == 0) return kw_stress_main(REGION_FD);
  if (argc < 2 || strcmp(argv[1], "--nursery") != 0) {
    static const char text[] = "keywake-agent is started by keywake.\n";
    if (write(2, text, sizeof text - 1) < 0) return 3;
    return 2;
  }
  kw_call3(SYS_close_range, CONTROL_FD + 1, ~0u, 0);
  // A host of another build has another layout.
  struct stat information;
  if (fstat(REGION_FD, &information) != 0 || information.st_size != sizeof(struct kw_region)) return 4;
  void *region = mmap((void *)KW_REGION_BASE, sizeof(struct kw_region), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_FIXED_NOREPLACE, REGION_FD, 0);
  if (region != (void *)KW_REGION_BASE) return 3;
  close(REGION_FD);

  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  // Not restarted: a wait that is made again would look for its key again.
  action.sa_sigaction = on_cancel;
  action.sa_flags = SA_SIGINFO;
  sigaction(KW_CANCEL_SIGNAL, &action, NULL);
  sigset_t mask;
  sigfillset(&mask);
  sigdelset(&mask, SIGSEGV);
  sigdelset(&mask, SIGBUS);
  sigdelset(&mask, SIGILL);
  sigdelset(&mask, SIGFPE);
  sigdelset(&mask, SIGABRT);
  sigprocmask(SIG_SETMASK, &mask, NULL);
  prctl(PR_SET_TIMERSLACK, 1);
  if (kw_shared->settings.merge) prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0);
  kw_race_allow();
  if (kw_shared->settings.one_processor) keep_to_one_processor();
  kw_race_home();
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);

  // System V segments die with the last process of the namespace, wherever a kill meets its maker. As root only.
  unshare(CLONE_NEWIPC);
  kw_shared->nursery = getpid();
  struct kw_abilities *abilities = &kw_shared->abilities;
  find_addresses(abilities);
  abilities->map_files = try_map_files();
  // 32 bits, private: nobody waits on it.
  abilities->futex2 = (int32_t)-kw_call4(SYS_futex_wake, &kw_shared->generation, 1, 1, 2 | 128);
  try_abilities(abilities);

  kw_noise_start();

  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  struct pollfd ready[2] = {{CONTROL_FD, POLLIN, 0}, {signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK), POLLIN, 0}};
  __atomic_store_n(&abilities->ready, 1, __ATOMIC_RELEASE);
  kw_seats_changed(kw_shared);
  for (;;) {
    if (poll(ready, 2, -1) < 0) continue;
    if (ready[1].revents) {
      struct signalfd_siginfo information;
      while (read(ready[1].fd, &information, sizeof information) > 0) continue;
      reap();
    }
    if (ready[0].revents) {
      unsigned char message[2];
      ssize_t got = read(CONTROL_FD, message, sizeof message);
      if (got == 0 || (got < 0 && errno != EINTR)) return 0;
      if (got != 2) continue;
      pid_t pid = message[1] < KW_SEATS ? kw_shared->seats[message[1]].pid : 0;
      if (message[0] == 's') spawn(message[1]);
      if (message[0] == 'k' && pid > 0) kill(pid, SIGKILL);
    }
  }
}
