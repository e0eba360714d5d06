// The host's side of the shared memory.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "region.h"
#include "syscalls.h"

struct kw_region *kw_region_create(int *fd) {
  *fd = memfd_create("keywake-region", MFD_CLOEXEC);
  if (*fd < 0) return NULL;
  struct kw_region *region = MAP_FAILED;
  if (ftruncate(*fd, sizeof(struct kw_region)) == 0)
    region = mmap(NULL, sizeof(struct kw_region), PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
  if (region != MAP_FAILED) {
    region->commands[KW_NOWHERE].seat = KW_END;
    atomic_store(&region->position, KW_NOWHERE);
    atomic_store(&region->queue, KW_QUEUE_IDLE);
    return region;
  }
  int error = errno;
  close(*fd);
  *fd = -1;
  errno = error;
  return NULL;
}

uint64_t kw_region_base(void) { return KW_REGION_BASE; }
uint64_t kw_region_bytes(void) { return sizeof(struct kw_region); }

void kw_region_destroy(struct kw_region *region) { munmap(region, sizeof(struct kw_region)); }
struct kw_settings *kw_region_settings(struct kw_region *region) { return &region->settings; }
const struct kw_abilities *kw_region_abilities(struct kw_region *region) { return &region->abilities; }
struct kw_command *kw_region_commands(struct kw_region *region) { return region->commands; }
struct kw_waiter *kw_region_waiters(struct kw_region *region, unsigned table) { return region->waiters[table]; }
struct kw_word *kw_region_words(struct kw_region *region) { return &region->words[0][0]; }
char *kw_region_path(struct kw_region *region, unsigned table, unsigned file) { return region->paths[table][file]; }

uint32_t kw_region_noise(struct kw_region *region, unsigned kind) { return atomic_load(&region->noise_rounds[kind]); }

uint32_t kw_seat_now(struct kw_region *region, unsigned seat) {
  return atomic_load_explicit(&region->seats[seat].state, memory_order_acquire);
}
pid_t kw_seat_pid(struct kw_region *region, unsigned seat) { return atomic_load(&region->seats[seat].pid); }
pid_t kw_seat_tid(struct kw_region *region, unsigned seat) { return atomic_load(&region->seats[seat].tid); }

void kw_seat_claim(struct kw_region *region, unsigned seat) {
  atomic_store(&region->seats[seat].state, KW_STARTING);
}
void kw_seat_dismiss(struct kw_region *region, unsigned seat) {
  atomic_fetch_and(&region->in_use, ~(UINT32_C(1) << seat));
}

void kw_seat_retire(struct kw_region *region, unsigned seat) {
  atomic_store(&region->seats[seat].quit, 1);
  kw_bell_ring(&region->seats[seat].bell);
}
void kw_seat_clear(struct kw_region *region, unsigned seat) {
  struct kw_seat *it = &region->seats[seat];
  memset(it, 0, sizeof *it);
}

void kw_region_start(struct kw_region *region, uint32_t position, uint32_t in_use) {
  unsigned first = region->commands[position].seat;
  atomic_store(&region->fault, KW_FINE);
  kw_region_enter(region, position, in_use);
  if (first == KW_END) {
    // Nobody does anything in it: it ends where it begins.
    atomic_store(&region->queue, KW_QUEUE_IDLE);
    atomic_fetch_add(&region->ended, 1);
    return;
  }
  kw_bell_ring(&region->seats[first].bell);
}

void kw_region_queue(struct kw_region *region, uint32_t position, uint32_t in_use) {
  uint32_t empty = KW_QUEUE_EMPTY;
  region->queue_in_use = in_use;
  if (!atomic_compare_exchange_strong(&region->queue, &empty, position)) kw_region_start(region, position, in_use);
}

void kw_region_withdraw(struct kw_region *region) {
  uint32_t queued = atomic_load(&region->queue);
  if (queued < KW_COMMANDS) atomic_compare_exchange_strong(&region->queue, &queued, KW_QUEUE_EMPTY);
}

uint32_t kw_region_ended(struct kw_region *region) { return atomic_load(&region->ended); }

int kw_region_wait(struct kw_region *region, uint32_t program, unsigned milliseconds) {
  struct timespec end, now;
  uint32_t spins = region->settings.host_spins;
  int timed = 0;
  for (;;) {
    uint32_t heard = atomic_load(&region->host.count);
    int32_t beyond = (int32_t)(atomic_load(&region->ended) - program);
    // With another program behind it the fault is that one's.
    if (beyond > 0 || (beyond == 0 && !kw_region_is_idle(region))) return 1;
    if (atomic_load(&region->fault)) return -1;
    if (beyond == 0) return 1;
    for (uint32_t i = 0; i < spins; i++) {
      if (atomic_load_explicit(&region->host.count, memory_order_acquire) != heard) break;
      kw_relax();
    }
    if (atomic_load(&region->host.count) != heard) continue;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!timed) {
      timed = 1;
      end = now;
      end.tv_sec += milliseconds / 1000;
      end.tv_nsec += (long)(milliseconds % 1000) * 1000000;
      if (end.tv_nsec >= 1000000000) {
        end.tv_sec++;
        end.tv_nsec -= 1000000000;
      }
    }
    struct timespec left = {end.tv_sec - now.tv_sec, end.tv_nsec - now.tv_nsec};
    if (left.tv_nsec < 0) {
      left.tv_sec--;
      left.tv_nsec += 1000000000;
    }
    if (left.tv_sec < 0) return 0;
    kw_bell_wait(&region->host, heard, 0, 1, &left);
  }
}

void kw_sweep_begin(struct kw_region *region, uint32_t start, uint32_t commands, uint32_t runs) {
  struct kw_sweep *sweep = &region->sweep;
  sweep->start = start;
  sweep->commands = commands;
  sweep->wanted = runs;
  sweep->kinds = 0;
  atomic_store(&sweep->stop, 0);
  atomic_store(&sweep->done, 0);
}
struct kw_plan *kw_sweep_plans(struct kw_region *region) { return &region->sweep.plans[0][0]; }
void kw_sweep_stop(struct kw_region *region) { atomic_store(&region->sweep.stop, 1); }
uint32_t kw_sweep_done(struct kw_region *region) { return atomic_load(&region->sweep.done); }
uint32_t kw_sweep_kinds(struct kw_region *region) { return region->sweep.kinds; }

uint32_t kw_sweep_restore(struct kw_region *region, uint32_t kind, unsigned table, uint32_t *count) {
  const struct kw_sweep *sweep = &region->sweep;
  const struct kw_outcome *outcome = &sweep->outcomes[kind];
  memcpy(&region->commands[sweep->start], outcome->commands, sweep->commands * sizeof outcome->commands[0]);
  memcpy(region->waiters[table], outcome->waiters, sizeof outcome->waiters);
  *count = outcome->count;
  return outcome->first;
}

uint32_t kw_region_position(struct kw_region *region) { return atomic_load(&region->position); }
uint32_t kw_region_fault(struct kw_region *region, int32_t *detail, uint32_t *seat) {
  *detail = atomic_load(&region->fault_detail);
  *seat = atomic_load(&region->fault_seat);
  return atomic_load(&region->fault);
}
uint32_t kw_region_seats_version(struct kw_region *region) { return atomic_load(&region->seats_version); }
void kw_region_wait_seats(struct kw_region *region, uint32_t seen, unsigned milliseconds) {
  struct timespec limit = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  kw_call6(SYS_futex, (long)&region->seats_version, FUTEX_WAIT, seen, (long)&limit, 0, 0);
}

extern char **environ;

int kw_agent_start(const char *path, const char *mode, int region_fd, int *control, pid_t *pid) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return errno;
  // Kept out of the way of descriptors 3 and 4, which the new process finds them under.
  int region = fcntl(region_fd, F_DUPFD_CLOEXEC, 10), theirs = fcntl(pair[1], F_DUPFD_CLOEXEC, 10);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t all;
  sigfillset(&all);
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, region, 3);
  posix_spawn_file_actions_adddup2(&actions, theirs, 4);
  posix_spawnattr_setsigmask(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  char *arguments[] = {(char *)path, (char *)mode, NULL};
  char *environment[] = {"SWIFT_BACKTRACE=enable=no", NULL};
  int error = EMFILE;
  // A program that was just written is busy as long as any fork of this process still has the descriptor.
  for (int attempt = 0; region >= 0 && theirs >= 0 && attempt < 200; attempt++) {
    error = posix_spawn(pid, path, &actions, &attributes, arguments, environment);
    if (error != ETXTBSY) break;
    struct timespec pause = {0, 5000000};
    nanosleep(&pause, NULL);
  }
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (region >= 0) close(region);
  if (theirs >= 0) close(theirs);
  close(pair[1]);
  if (error) {
    close(pair[0]);
    return error;
  }
  *control = pair[0];
  return 0;
}

int kw_nursery_ask(int control, char what, unsigned seat) {
  unsigned char message[2] = {(unsigned char)what, (unsigned char)seat};
  ssize_t sent;
  do sent = send(control, message, sizeof message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}

int kw_is_on_tmpfs(const char *path) {
  struct statfs information;
  if (statfs(path, &information) != 0) return -errno;
  return information.f_type == 0x01021994;
}
