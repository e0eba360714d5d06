#define _GNU_SOURCE
#include "CBaseline.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096u
#define OPCODE_FUTEX_WAIT 51
#define FLAG_SIZE_U32 2

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static long wake(uint32_t *word, int count) {
  return syscall(SYS_futex, word, FUTEX_WAKE_BITSET, count, NULL, NULL, FUTEX_BITSET_MATCH_ANY);
}

static int open_ring(struct io_uring *ring) {
  int result = io_uring_queue_init(16, ring, 0);
  if (result < 0) {
    errno = -result;
    return -1;
  }
  return 0;
}

static void wait_inline(struct io_uring *ring, uint32_t *word, uint32_t value) {
  struct io_uring_sqe *entry = io_uring_get_sqe(ring);
  memset(entry, 0, sizeof *entry);
  entry->opcode = OPCODE_FUTEX_WAIT;
  entry->fd = FLAG_SIZE_U32;
  entry->addr = (uintptr_t)word;
  entry->addr2 = value;
  entry->addr3 = FUTEX_BITSET_MATCH_ANY;
  io_uring_submit(ring);
}

static void reap(struct io_uring *ring) {
  struct io_uring_cqe *entry;
  while (io_uring_peek_cqe(ring, &entry) == 0) io_uring_cqe_seen(ring, entry);
}

static uint32_t *map(int file) {
  return mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
}

// The list of `LiveBenchmark.oneProcess`, line by line.
static int one_round(struct io_uring *ring) {
  int file = memfd_create("baseline", MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, 2 * PAGE) != 0) return -1;
  uint32_t *x = map(file), *y = map(file);
  if (x == MAP_FAILED || y == MAP_FAILED) return -1;
  ((volatile uint32_t *)x)[4] = 7;
  (void)((volatile uint32_t *)y)[4];
  for (int turn = 0; turn < 3; turn++) {
    wait_inline(ring, x + 4, 7);
    wake(y + 4, 1);
    reap(ring);
  }
  wait_inline(ring, x + 4, 7);
  syscall(SYS_futex, y + 4, FUTEX_REQUEUE, 0, (void *)1L, y + 8, 0);
  wake(x + 8, 1);
  reap(ring);
  wait_inline(ring, x + 4, 6);
  reap(ring);
  madvise(y, 2 * PAGE, MADV_DONTNEED);
  (void)((volatile uint32_t *)y)[4];
  mprotect(y, 2 * PAGE, PROT_READ);
  wake(y + 4, 1);
  if (ftruncate(file, 0) != 0) return -1;
  wake(y + 4, 1);
  munmap(x, 2 * PAGE);
  munmap(y, 2 * PAGE);
  close(file);
  return 0;
}

// The list of `LiveBenchmark.waitWake`: a scenario begins and ends with the file and its mappings.
static int wait_wake_round(struct io_uring *ring) {
  int file = memfd_create("baseline", MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, 2 * PAGE) != 0) return -1;
  uint32_t *x = map(file), *y = map(file);
  if (x == MAP_FAILED || y == MAP_FAILED) return -1;
  for (int pair = 0; pair < BASELINE_WAIT_WAKE_PAIRS; pair++) {
    wait_inline(ring, x, 0);
    wake(y, 1);
    reap(ring);
  }
  munmap(x, 2 * PAGE);
  munmap(y, 2 * PAGE);
  close(file);
  return 0;
}

static int64_t time_rounds(uint32_t rounds, int (*one)(struct io_uring *)) {
  struct io_uring ring;
  if (open_ring(&ring) != 0) return -1;
  int64_t start = now();
  int failed = 0;
  for (uint32_t round = 0; round < rounds && !failed; round++) failed = one(&ring);
  int64_t time = now() - start;
  io_uring_queue_exit(&ring);
  return failed ? -1 : time;
}

int64_t baseline_one_process(uint32_t rounds) { return time_rounds(rounds, one_round); }
int64_t baseline_wait_wake(uint32_t rounds) { return time_rounds(rounds, wait_wake_round); }

// Two processes hand a turn to each other through a word in shared memory and sleep on it.
struct turns {
  _Atomic uint32_t turn;
  uint32_t words[64];
};

static void hand_over(struct turns *shared, uint32_t to) {
  atomic_store(&shared->turn, to);
  syscall(SYS_futex, &shared->turn, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void await(struct turns *shared, uint32_t mine) {
  for (;;) {
    uint32_t turn = atomic_load(&shared->turn);
    if (turn == mine) return;
    syscall(SYS_futex, &shared->turn, FUTEX_WAIT, turn, NULL, NULL, 0);
  }
}

int64_t baseline_two_processes(uint32_t rounds) {
  struct turns *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return -1;
  int file = memfd_create("baseline", MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, 2 * PAGE) != 0) return -1;
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (uint32_t round = 0; round < rounds; round++) {
      await(shared, 2 * round + 1);
      uint32_t *y = map(file);
      wake(y + 4, 1);
      ((volatile uint32_t *)y)[4] = 0;
      wake(y + 8, 1);
      wake(y + 12, 1);
      munmap(y, 2 * PAGE);
      hand_over(shared, 2 * round + 2);
    }
    _exit(0);
  }
  struct io_uring ring;
  if (open_ring(&ring) != 0) return -1;
  int64_t start = now();
  for (uint32_t round = 0; round < rounds; round++) {
    uint32_t *x = map(file);
    for (int word = 4; word <= 12; word += 4) wait_inline(&ring, x + word, 0);
    ((volatile uint32_t *)x)[20] = 1;
    (void)((volatile uint32_t *)x)[20];
    hand_over(shared, 2 * round + 1);
    await(shared, 2 * round + 2);
    struct io_uring_cqe *entry;
    for (int count = 0; count < 3; count++) {
      io_uring_wait_cqe(&ring, &entry);
      io_uring_cqe_seen(&ring, entry);
    }
    wake(x + 4, 1);
    munmap(x, 2 * PAGE);
  }
  int64_t time = now() - start;
  io_uring_queue_exit(&ring);
  waitpid(child, NULL, 0);
  close(file);
  munmap(shared, sizeof *shared);
  return time;
}

int64_t baseline_fork_exit(uint32_t rounds) {
  int64_t start = now();
  for (uint32_t round = 0; round < rounds; round++) {
    pid_t first = fork();
    if (first < 0) return -1;
    if (first == 0) {
      int file = memfd_create("baseline", MFD_CLOEXEC);
      if (file < 0 || ftruncate(file, 2 * PAGE) != 0) _exit(1);
      uint32_t *x = map(file);
      ((volatile uint32_t *)x)[4] = 1;
      pid_t second = fork();
      if (second == 0) {
        wake(x + 4, 1);
        _exit(0);
      }
      wake(x + 4, 1);
      int status;
      waitpid(second, &status, 0);
      _exit(0);
    }
    int status;
    waitpid(first, &status, 0);
  }
  return now() - start;
}

// A race's two sides meet at numbered points.
struct race {
  _Atomic uint32_t points[2];
  _Atomic int file;
};

static void meet(struct race *race, int side, uint32_t point) {
  atomic_store(&race->points[side], point);
  for (uint32_t turn = 1; atomic_load(&race->points[1 - side]) < point; turn++)
    if (turn % 512 == 0) sched_yield();
}

int64_t baseline_race(uint32_t rounds) {
  struct race *race = mmap(NULL, sizeof *race, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (race == MAP_FAILED) return -1;
  pid_t parent = getpid(), child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (uint32_t round = 0; round < rounds; round++) {
      meet(race, 1, 4 * round + 1);
      char path[64];
      snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)parent, atomic_load(&race->file));
      int file = open(path, O_RDWR | O_CLOEXEC);
      uint32_t *y = file < 0 ? MAP_FAILED : map(file);
      if (y == MAP_FAILED) _exit(1);
      meet(race, 1, 4 * round + 2);
      ((volatile uint32_t *)y)[4] = 1;
      wake(y + 4, 1);
      meet(race, 1, 4 * round + 3);
      meet(race, 1, 4 * round + 4);
      munmap(y, 2 * PAGE);
      close(file);
    }
    _exit(0);
  }
  struct io_uring ring;
  if (open_ring(&ring) != 0) return -1;
  int64_t start = now();
  for (uint32_t round = 0; round < rounds; round++) {
    int file = memfd_create("baseline", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, 2 * PAGE) != 0) return -1;
    uint32_t *x = map(file);
    atomic_store(&race->file, file);
    meet(race, 0, 4 * round + 1);
    meet(race, 0, 4 * round + 2);
    wait_inline(&ring, x + 4, 0);
    meet(race, 0, 4 * round + 3);
    wake(x + 4, INT_MAX);
    reap(&ring);
    meet(race, 0, 4 * round + 4);
    munmap(x, 2 * PAGE);
    close(file);
  }
  int64_t time = now() - start;
  io_uring_queue_exit(&ring);
  waitpid(child, NULL, 0);
  munmap(race, sizeof *race);
  return time;
}
