// A long stress run. Each lane owns objects of every kind of memory and their words; the waiters of a few processes
// queue on all of them, in rings. A lane changes a word and wakes all who wait on it, and then holds what its calls said
// against how many had queued. Waits fail (the value changed, the page is cut off) or end by a wake: nothing else.
//
// What makes the checks exact: only its owner wakes a word. A waiter is counted as queued after the submission has
// returned without a completion, so whoever is counted before a wake of all is found by that wake, or was by an earlier.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "include/keywake_stress.h"
#include "stress.h"

enum {
  WORDS = 4,
  OWNERS = KW_STRESS_LANES + KW_STRESS_SLEEPERS,
  HUGE = 2 << 20,
  OP_FUTEX_WAIT = 51,
  SUBMISSIONS = 128,
  /// Steps of a lane between two looks at the whole.
  ROUND_MILLISECONDS = 150,
};

enum phase { RUNNING, LANES_REST, ALL_REST, SWEEP, AFTER_SWEEP, OVER };

/// A word, and what is known of it. Words 0 and 2 are in different pages and exchange waiters by requeue.
struct word {
  _Atomic uint64_t started, queued, reported, back;
  /// The value that the owner gave it last.
  _Atomic uint32_t value;
} __attribute__((aligned(64)));

static struct {
  _Atomic uint32_t phase, resting_lanes, resting_sleepers, found;
  struct word words[OWNERS][KW_STRESS_KINDS][WORDS];
} *shared;
static struct kw_stress *run;

struct object {
  int fd;
  unsigned char *memory;
  size_t bytes;
};
static struct object objects[KW_STRESS_LANES][KW_STRESS_KINDS];
/// The words of private memory, in each sleeping process its own.
static struct object own;
static uint64_t random_state;

static uint32_t next_random(uint32_t below) {
  random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((random_state >> 33) % below);
}

static void add(uint64_t *counter, uint64_t count) { __atomic_fetch_add(counter, count, __ATOMIC_RELAXED); }

static int is_over(void) { return __atomic_load_n(&run->stop, __ATOMIC_ACQUIRE) != 0; }

static void report(enum kw_stress_rule rule, unsigned owner, unsigned kind, unsigned word, int64_t expected,
                   int64_t seen) {
  // Whoever was told to stop ends with its waiters: from then on the books say nothing.
  if (is_over()) return;
  // The first one counts: what follows may follow from it.
  if (atomic_fetch_add(&shared->found, 1)) return;
  run->finding.kind = kind;
  run->finding.owner = owner;
  run->finding.word = word;
  run->finding.expected = expected;
  run->finding.seen = seen;
  __atomic_store_n(&run->finding.rule, (uint32_t)rule, __ATOMIC_RELEASE);
  __atomic_store_n(&run->stop, 1, __ATOMIC_RELEASE);
}

static void fail(int step, int error) {
  if (!__atomic_load_n(&run->fault, __ATOMIC_RELAXED)) {
    run->fault_step = step;
    __atomic_store_n(&run->fault, error ? error : EIO, __ATOMIC_RELEASE);
  }
  __atomic_store_n(&run->stop, 1, __ATOMIC_RELEASE);
}

static size_t offset_of(unsigned word) { return (word / 2) * KW_STRESS_PAGE + 0x10 + (word % 2) * 0x20; }

static void pause_briefly(void) {
  struct timespec time = {0, 50000};
  nanosleep(&time, NULL);
}

// MARK: Making

static int make_file(unsigned kind) {
  char path[KW_STRESS_PATH + 64];
  const char *folder = kind == KW_STRESS_TMPFS ? run->tmpfs : run->disk;
  if (kind == KW_STRESS_MEMFD || kind == KW_STRESS_HUGE) return memfd_create("keywake-stress", MFD_CLOEXEC);
  if (!folder[0]) {
    errno = ENOENT;
    return -1;
  }
  snprintf(path, sizeof path, "%s/stress-%d-%u", folder, (int)getpid(), next_random(1u << 30));
  int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) unlink(path);
  return fd;
}

static int make(struct object *object, unsigned kind) {
  object->fd = -1;
  object->bytes = kind == KW_STRESS_HUGE ? HUGE : 2 * KW_STRESS_PAGE;
  if (kind == KW_STRESS_SYSV) {
    int segment = shmget(IPC_PRIVATE, object->bytes, 0600);
    if (segment < 0) return errno;
    void *memory = shmat(segment, NULL, 0);
    int error = errno;
    shmctl(segment, IPC_RMID, NULL);
    if (memory == (void *)-1) return error;
    object->memory = memory;
    return 0;
  }
  int flags = MAP_SHARED;
  if (kind == KW_STRESS_ANONYMOUS) flags |= MAP_ANONYMOUS;
  if (kind == KW_STRESS_PRIVATE) flags = MAP_PRIVATE | MAP_ANONYMOUS;
  if (!(flags & MAP_ANONYMOUS)) {
    object->fd = make_file(kind);
    if (object->fd < 0) return errno;
    if (ftruncate(object->fd, (off_t)object->bytes) != 0) return errno;
  }
  void *memory = mmap(NULL, object->bytes, PROT_READ | PROT_WRITE, flags, object->fd, 0);
  if (memory == MAP_FAILED) return errno;
  object->memory = memory;
  if (kind == KW_STRESS_HUGE) madvise(memory, object->bytes, MADV_HUGEPAGE);
  return 0;
}

static int has(unsigned kind) { return (run->made >> kind & 1) != 0; }

static void make_all(void) {
  for (unsigned kind = 0; kind < KW_STRESS_PRIVATE; kind++) {
    if (!(run->kinds >> kind & 1)) continue;
    int error = 0;
    for (unsigned lane = 0; lane < run->lanes && !error; lane++) error = make(&objects[lane][kind], kind);
    if (error) {
      run->refused[kind] = error;
    } else {
      run->made |= 1u << kind;
    }
  }
  if (run->kinds >> KW_STRESS_PRIVATE & 1) run->made |= 1u << KW_STRESS_PRIVATE;
}

// MARK: Waking

static long wake(uint32_t *word, int is_private, int count) {
  long result = syscall(SYS_futex, word, FUTEX_WAKE_BITSET | (is_private ? FUTEX_PRIVATE_FLAG : 0), count, NULL, NULL,
                        FUTEX_BITSET_MATCH_ANY);
  add(&run->wakes, 1);
  return result < 0 ? -errno : result;
}

static uint32_t *place(const struct object *object, unsigned word) {
  return (uint32_t *)(object->memory + offset_of(word));
}

/// Notes what a wake said. Returns 0 when that was an error, which never is allowed here.
static int note(struct word *word, long result, unsigned owner, unsigned kind, unsigned number) {
  if (result < 0) {
    report(KW_STRESS_WRONG_ANSWER, owner, kind, number, 0, result);
    return 0;
  }
  atomic_fetch_add(&word->reported, (uint64_t)result);
  add(&run->woken, (uint64_t)result);
  return 1;
}

static void change(struct word *word, uint32_t *place) {
  uint32_t value = atomic_load(&word->value) + 1;
  __atomic_store_n(place, value, __ATOMIC_SEQ_CST);
  atomic_store(&word->value, value);
}

/// Wakes all of a word, or of the two words between which waiters move, and looks whether all were found.
static void wake_all(const struct object *object, unsigned owner, unsigned kind, unsigned number, int changes) {
  unsigned first = number % 2 ? number : 0, last = number % 2 ? number : 2;
  struct word *words = shared->words[owner][kind];
  if (changes)
    for (unsigned i = first; i <= last; i += 2) change(&words[i], place(object, i));
  uint64_t queued = 0, reported = 0, started = 0;
  for (unsigned i = first; i <= last; i += 2) queued += atomic_load(&words[i].queued);
  // Waiters move from word 0 to word 2 only, and nobody moves them meanwhile.
  for (unsigned i = first; i <= last; i += 2)
    if (!note(&words[i], wake(place(object, i), kind == KW_STRESS_PRIVATE, INT32_MAX), owner, kind, i)) return;
  for (unsigned i = first; i <= last; i += 2) reported += atomic_load(&words[i].reported);
  for (unsigned i = first; i <= last; i += 2) started += atomic_load(&words[i].started);
  if (reported < queued) report(KW_STRESS_LOST_WAKE, owner, kind, number, (int64_t)queued, (int64_t)reported);
  if (reported > started) report(KW_STRESS_WOKE_TOO_MANY, owner, kind, number, (int64_t)started, (int64_t)reported);
}

static void wake_some(const struct object *object, unsigned owner, unsigned kind, unsigned number) {
  struct word *word = &shared->words[owner][kind][number];
  note(word, wake(place(object, number), kind == KW_STRESS_PRIVATE, 1 + (int)next_random(3)), owner, kind, number);
}

static void requeue(const struct object *object, unsigned owner, unsigned kind) {
  long result = syscall(SYS_futex, place(object, 0), FUTEX_REQUEUE | (kind == KW_STRESS_PRIVATE ? FUTEX_PRIVATE_FLAG : 0),
                        1, (long)(1 + next_random(8)), place(object, 2), 0);
  if (result < 0) {
    report(KW_STRESS_WRONG_ANSWER, owner, kind, 0, 0, -errno);
    return;
  }
  // One is woken, if there is any; the others are moved.
  note(&shared->words[owner][kind][0], result > 0 ? 1 : 0, owner, kind, 0);
  add(&run->requeues, 1);
}

/// The words of the second page get their values again.
static void rewrite(const struct object *object, unsigned owner, unsigned kind, unsigned first) {
  for (unsigned i = first; i < WORDS; i++)
    __atomic_store_n(place(object, i), atomic_load(&shared->words[owner][kind][i].value), __ATOMIC_SEQ_CST);
}

static void truncate_and_grow(const struct object *object, unsigned owner, unsigned kind) {
  if (ftruncate(object->fd, KW_STRESS_PAGE) != 0) return;
  long result = wake(place(object, 2), 0, 1);
  if (result != -EFAULT) report(KW_STRESS_NO_FAULT, owner, kind, 2, -EFAULT, result);
  if (ftruncate(object->fd, (off_t)object->bytes) != 0) {
    fail(20, errno);
    return;
  }
  rewrite(object, owner, kind, 2);
  add(&run->truncations, 1);
}

static void punch(const struct object *object, unsigned owner, unsigned kind) {
  if (fallocate(object->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, KW_STRESS_PAGE, KW_STRESS_PAGE) != 0) return;
  rewrite(object, owner, kind, 2);
  add(&run->punches, 1);
}

static void fork_and_wake(const struct object *object, unsigned owner, unsigned kind, unsigned number) {
  pid_t child = fork();
  if (child < 0) return;
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    wake_all(object, owner, kind, number, 0);
    _exit(0);
  }
  int status = 0;
  pid_t ended;
  while ((ended = waitpid(child, &status, 0)) < 0 && errno == EINTR) continue;
  // One that was ended by somebody else may have woken, and not said so.
  if (ended != child || !WIFEXITED(status)) fail(21, ended < 0 ? errno : 1000 + status);
  add(&run->forks_done, 1);
}

static void check_values(const struct object *object, unsigned owner, unsigned kind) {
  for (unsigned i = 0; i < WORDS; i++) {
    uint32_t expected = atomic_load(&shared->words[owner][kind][i].value);
    uint32_t seen = __atomic_load_n(place(object, i), __ATOMIC_SEQ_CST);
    if (seen != expected) report(KW_STRESS_WRONG_VALUE, owner, kind, i, expected, seen);
  }
}

static void step(const struct object *object, unsigned owner, unsigned kind) {
  unsigned number = next_random(WORDS), choice = next_random(1000);
  if (choice < 700) {
    wake_all(object, owner, kind, number, 1);
  } else if (choice < 850) {
    wake_some(object, owner, kind, number);
  } else if (choice < 950) {
    requeue(object, owner, kind);
  } else if (choice < 970) {
    if (run->swap && madvise(object->memory, object->bytes, MADV_PAGEOUT) == 0) add(&run->pageouts, 1);
    check_values(object, owner, kind);
  } else if (choice < 985) {
    if (object->fd >= 0 && kind != KW_STRESS_HUGE) truncate_and_grow(object, owner, kind);
  } else if (choice < 998) {
    if (object->fd >= 0) punch(object, owner, kind);
    if (kind != KW_STRESS_PRIVATE) madvise(object->memory, object->bytes, MADV_DONTNEED);
  } else if (run->forks && kind != KW_STRESS_PRIVATE) {
    fork_and_wake(object, owner, kind, number);
  }
}

// MARK: Lanes

/// Says that this process rests, and does so until the phase is over.
static void rest(_Atomic uint32_t *resting, uint32_t phase) {
  atomic_fetch_add(resting, 1);
  while (atomic_load(&shared->phase) == phase && !is_over()) pause_briefly();
}

static void lane_main(unsigned lane) {
  unsigned kinds[KW_STRESS_KINDS], count = 0;
  for (unsigned kind = 0; kind < KW_STRESS_PRIVATE; kind++)
    if (has(kind)) kinds[count++] = kind;
  while (!is_over()) {
    uint32_t phase = atomic_load(&shared->phase);
    if (phase == RUNNING && count > 0) {
      unsigned kind = kinds[next_random(count)];
      step(&objects[lane][kind], lane, kind);
      continue;
    }
    if (phase == SWEEP) {
      for (unsigned i = 0; i < count; i++)
        for (unsigned word = 0; word < 4; word++)
          if (word != 2) wake_all(&objects[lane][kinds[i]], lane, kinds[i], word, 1);
    }
    rest(&shared->resting_lanes, phase);
  }
}

// MARK: Waiters

struct sleeper {
  uint8_t owner, kind, word, asleep;
};

struct queue {
  struct io_uring ring;
  struct sleeper *sleepers;
  unsigned count, asleep, number;
  /// Those that are to be submitted again.
  uint32_t *idle;
  unsigned idle_count;
};

static void take_completions(struct queue *queue) {
  struct io_uring_cqe *completion;
  // On the way back from any system call the kernel posts what is complete.
  syscall(SYS_getppid);
  while (io_uring_peek_cqe(&queue->ring, &completion) == 0) {
    uint32_t number = (uint32_t)completion->user_data;
    int32_t result = completion->res;
    io_uring_cqe_seen(&queue->ring, completion);
    struct sleeper *sleeper = &queue->sleepers[number];
    struct word *word = &shared->words[sleeper->owner][sleeper->kind][sleeper->word];
    if (sleeper->asleep) {
      queue->asleep--;
    } else if (result == 0) {
      // It was woken before the submission came back: it had queued.
      atomic_fetch_add(&word->queued, 1);
    }
    if (result == 0) {
      atomic_fetch_add(&word->back, 1);
      add(&run->waits, 1);
    } else if (sleeper->asleep || (result != -EAGAIN && result != -EFAULT)) {
      report(KW_STRESS_WRONG_ANSWER, sleeper->owner, sleeper->kind, sleeper->word, 0, result);
    } else {
      add(&run->refusals, 1);
    }
    sleeper->asleep = 2;
    queue->idle[queue->idle_count++] = number;
  }
}

/// Waits again, by so many waiters at most.
static void submit(struct queue *queue, const unsigned *kinds, unsigned kind_count) {
  uint32_t batch[SUBMISSIONS];
  unsigned count = 0;
  while (count < SUBMISSIONS && queue->idle_count > 0) {
    struct io_uring_sqe *entry = io_uring_get_sqe(&queue->ring);
    if (!entry) break;
    uint32_t number = queue->idle[--queue->idle_count];
    struct sleeper *sleeper = &queue->sleepers[number];
    sleeper->kind = (uint8_t)kinds[next_random(kind_count)];
    sleeper->owner = (uint8_t)(sleeper->kind == KW_STRESS_PRIVATE ? KW_STRESS_LANES + queue->number
                                                                  : next_random(run->lanes));
    sleeper->word = (uint8_t)next_random(WORDS);
    sleeper->asleep = 0;
    struct word *word = &shared->words[sleeper->owner][sleeper->kind][sleeper->word];
    const struct object *object = sleeper->kind == KW_STRESS_PRIVATE ? &own : &objects[sleeper->owner][sleeper->kind];
    memset(entry, 0, sizeof *entry);
    entry->opcode = OP_FUTEX_WAIT;
    entry->fd = 2 | (sleeper->kind == KW_STRESS_PRIVATE ? 128 : 0);
    entry->addr = (uintptr_t)place(object, sleeper->word);
    entry->off = atomic_load(&word->value);
    entry->addr3 = FUTEX_BITSET_MATCH_ANY;
    entry->user_data = number;
    atomic_fetch_add(&word->started, 1);
    batch[count++] = number;
  }
  if (count == 0) return;
  int submitted = io_uring_submit(&queue->ring);
  if (submitted != (int)count) {
    fail(30, submitted < 0 ? -submitted : EIO);
    return;
  }
  take_completions(queue);
  for (unsigned i = 0; i < count; i++) {
    struct sleeper *sleeper = &queue->sleepers[batch[i]];
    if (sleeper->asleep) continue;
    sleeper->asleep = 1;
    queue->asleep++;
    atomic_fetch_add(&shared->words[sleeper->owner][sleeper->kind][sleeper->word].queued, 1);
  }
}

static void sleeper_main(unsigned number, unsigned count) {
  struct queue queue = {.count = count, .number = number};
  struct io_uring_params parameters;
  memset(&parameters, 0, sizeof parameters);
  parameters.flags = IORING_SETUP_CQSIZE;
  parameters.cq_entries = 64;
  while (parameters.cq_entries < 2 * count) parameters.cq_entries *= 2;
  int error = io_uring_queue_init_params(SUBMISSIONS, &queue.ring, &parameters);
  if (error < 0) {
    fail(10, -error);
    return;
  }
  size_t bytes = count * (sizeof *queue.sleepers + sizeof *queue.idle);
  queue.idle = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (queue.idle == MAP_FAILED) {
    fail(11, errno);
    return;
  }
  queue.sleepers = (struct sleeper *)(queue.idle + count);
  for (unsigned i = 0; i < count; i++) queue.idle[queue.idle_count++] = i;
  unsigned kinds[KW_STRESS_KINDS], kind_count = 0;
  for (unsigned kind = 0; kind < KW_STRESS_KINDS; kind++)
    if (has(kind)) kinds[kind_count++] = kind;
  if (has(KW_STRESS_PRIVATE) && (error = make(&own, KW_STRESS_PRIVATE)) != 0) {
    fail(12, error);
    return;
  }
  unsigned owner = KW_STRESS_LANES + number;
  uint32_t shown = 0;
  while (!is_over()) {
    uint32_t phase = atomic_load(&shared->phase);
    if (phase == RUNNING || phase == LANES_REST) {
      // At rest the waiters stay as they are.
      if (phase == RUNNING) submit(&queue, kinds, kind_count);
      if (phase == RUNNING && has(KW_STRESS_PRIVATE))
        for (unsigned i = 0; i < 2; i++) step(&own, owner, KW_STRESS_PRIVATE);
      take_completions(&queue);
    } else {
      if (phase == SWEEP && has(KW_STRESS_PRIVATE))
        for (unsigned word = 0; word < 4; word++)
          if (word != 2) wake_all(&own, owner, KW_STRESS_PRIVATE, word, 1);
      take_completions(&queue);
    }
    __atomic_fetch_add(&run->asleep, queue.asleep - shown, __ATOMIC_RELAXED);
    shown = queue.asleep;
    if (phase == ALL_REST || phase == SWEEP || phase == AFTER_SWEEP) rest(&shared->resting_sleepers, phase);
  }
}

// MARK: The whole

static void come_to(uint32_t phase, uint32_t lanes, uint32_t sleepers) {
  atomic_store(&shared->resting_lanes, 0);
  atomic_store(&shared->resting_sleepers, 0);
  atomic_store(&shared->phase, phase);
  while (!is_over() &&
         (atomic_load(&shared->resting_lanes) < lanes || atomic_load(&shared->resting_sleepers) < sleepers))
    pause_briefly();
}

/// With everybody at rest: what wakes said is what came back, for each pair of words that exchange waiters; after a sweep
/// nobody is left.
static void check(int is_swept) {
  for (unsigned owner = 0; owner < OWNERS; owner++) {
    for (unsigned kind = 0; kind < KW_STRESS_KINDS; kind++) {
      struct word *words = shared->words[owner][kind];
      for (unsigned first = 0; first < 4; first++) {
        if (first == 2) continue;
        uint64_t reported = 0, back = 0, queued = 0;
        for (unsigned i = first; i <= (first ? first : 2); i += 2) {
          reported += atomic_load(&words[i].reported);
          back += atomic_load(&words[i].back);
          queued += atomic_load(&words[i].queued);
        }
        if (reported != back)
          report(KW_STRESS_NOT_CONSERVED, owner, kind, first, (int64_t)reported, (int64_t)back);
        if (is_swept && queued != back)
          report(KW_STRESS_STILL_ASLEEP, owner, kind, first, (int64_t)queued, (int64_t)back);
      }
    }
  }
  add(&run->checks, 1);
}

static void look_at_all(void) {
  come_to(LANES_REST, run->lanes, 0);
  if (is_over()) return;
  come_to(ALL_REST, run->lanes, run->sleepers);
  if (is_over()) return;
  check(0);
  come_to(SWEEP, run->lanes, run->sleepers);
  if (is_over()) return;
  come_to(AFTER_SWEEP, run->lanes, run->sleepers);
  if (is_over()) return;
  check(1);
}

int kw_stress_main(int file) {
  run = mmap(NULL, sizeof *run, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (run == MAP_FAILED || shared == MAP_FAILED) return 3;
  sigset_t mask;
  sigfillset(&mask);
  const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS};
  for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&mask, faults[i]);
  sigprocmask(SIG_SETMASK, &mask, NULL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  random_state = run->seed;
  make_all();
  unsigned processes = 0;
  pid_t children[OWNERS];
  for (unsigned i = 0; i < run->lanes + run->sleepers; i++) {
    pid_t child = fork();
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      random_state = run->seed + 1000003 * (i + 1);
      for (unsigned turn = 0; turn < 8; turn++) next_random(2);
      if (i < run->lanes) {
        lane_main(i);
      } else {
        sleeper_main(i - run->lanes, (run->waiters + run->sleepers - 1) / run->sleepers);
      }
      _exit(0);
    }
    if (child < 0) {
      fail(1, errno);
      break;
    }
    children[processes++] = child;
  }
  __atomic_store_n(&run->ready, 1, __ATOMIC_RELEASE);
  while (!is_over()) {
    struct timespec time = {0, ROUND_MILLISECONDS * 1000000};
    nanosleep(&time, NULL);
    // One that died takes the whole with it.
    int status;
    pid_t dead = waitpid(-1, &status, WNOHANG);
    if (dead > 0 && !is_over()) {
      fail(WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : 2, ECHILD);
      for (unsigned i = 0; i < processes; i++)
        if (children[i] == dead) children[i] = children[--processes];
    }
    if (!is_over()) look_at_all();
    if (!is_over()) atomic_store(&shared->phase, RUNNING);
  }
  atomic_store(&shared->phase, OVER);
  for (unsigned i = 0; i < processes; i++)
    while (waitpid(children[i], NULL, 0) < 0 && errno == EINTR) continue;
  __atomic_store_n(&run->ended, 1, __ATOMIC_RELEASE);
  return 0;
}

// MARK: The host's side

struct kw_stress *kw_stress_create(int *fd) {
  *fd = memfd_create("keywake-stress-run", MFD_CLOEXEC);
  if (*fd < 0) return NULL;
  void *memory = MAP_FAILED;
  if (ftruncate(*fd, sizeof(struct kw_stress)) == 0)
    memory = mmap(NULL, sizeof(struct kw_stress), PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
  if (memory != MAP_FAILED) return memory;
  int error = errno;
  close(*fd);
  *fd = -1;
  errno = error;
  return NULL;
}

void kw_stress_destroy(struct kw_stress *stress) { munmap(stress, sizeof *stress); }
uint32_t kw_stress_read(const uint32_t *value) { return __atomic_load_n(value, __ATOMIC_ACQUIRE); }
void kw_stress_stop(struct kw_stress *stress) { __atomic_store_n(&stress->stop, 1, __ATOMIC_RELEASE); }
