// Waiters that are parked threads, and further actors of a process.
//
// A thread counts as parked when it has said that it enters its wait, has not said that it is back, and /proc shows
// that it sleeps in a futex call.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "agent.h"
#include "syscalls.h"

enum { STACK_BYTES = 32768, PROOF_SECONDS = 5 };

static struct parked {
  /// 1 from when a wait is given to it until it is back.
  _Atomic uint32_t job;
  _Atomic uint32_t entered;
  _Atomic uint32_t acknowledged;
  struct kw_command *command;
  unsigned waiter;
  int started, tid, sleep_fd;
} parked[KW_WAITERS];
/// Lanes of one process choose a thread one after the other.
static atomic_flag choosing = ATOMIC_FLAG_INIT;

static unsigned char stacks[KW_WAITERS][STACK_BYTES] __attribute__((aligned(64)));
static unsigned char actor_stacks[KW_SEATS][STACK_BYTES] __attribute__((aligned(64)));

enum { THREAD_FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM };

static uint32_t state_of(unsigned waiter) {
  return __atomic_load_n(&kw_waiter_at(waiter)->state, __ATOMIC_ACQUIRE);
}

static int parked_main(void *argument) {
  struct parked *self = argument;
  uint64_t mask = ~(UINT64_C(1) << (KW_CANCEL_SIGNAL - 1));
  mask &= ~(UINT64_C(1) << (SIGSEGV - 1) | UINT64_C(1) << (SIGBUS - 1));
  kw_call4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof mask);
  for (;;) {
    while (!atomic_load(&self->job)) kw_call4(SYS_futex, &self->job, FUTEX_WAIT_PRIVATE, 0, 0);
    struct kw_waiter *waiter = kw_waiter_at(self->waiter);
    struct kw_command command = *self->command;
    atomic_store(&self->entered, 1);
    waiter->result = (int32_t)kw_wait_call(&command);
    // First: whoever finds a thread without a job takes its waiter for back.
    __atomic_store_n(&waiter->state, KW_BACK, __ATOMIC_RELEASE);
    atomic_store(&self->job, 0);
  }
}

static struct parked *free_thread(long *error) {
  for (unsigned i = 0; i < KW_WAITERS; i++) {
    struct parked *thread = &parked[i];
    if (thread->started) {
      if (!atomic_load(&thread->job)) return thread;
      continue;
    }
    int tid = clone(parked_main, stacks[i] + STACK_BYTES, THREAD_FLAGS, thread);
    if (tid < 0) {
      *error = -errno;
      return NULL;
    }
    // It was made where a lane is kept.
    kw_race_send_home(tid);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/wchan", tid);
    thread->sleep_fd = (int)kw_call4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    thread->tid = tid;
    thread->started = 1;
    return thread;
  }
  *error = -EAGAIN;
  return NULL;
}

static int sleeps_in_futex(struct parked *thread) {
  char text[64] = {0};
  if (kw_call4(SYS_pread64, thread->sleep_fd, text, sizeof text - 1, 0) <= 0) return 0;
  return strstr(text, "futex") != NULL;
}

/// Waits until the thread is asleep in its wait (1) or back from it (0); -1 if neither can be proven.
static int settle(struct parked *thread) {
  struct timespec start = {0, 0}, now;
  for (uint32_t round = 1;; round++) {
    if (state_of(thread->waiter) != KW_SLEEPS) return 0;
    if (atomic_load(&thread->entered) && sleeps_in_futex(thread)) {
      // It says that it is back before it sleeps anywhere else.
      return state_of(thread->waiter) == KW_SLEEPS;
    }
    if (round % 16) continue;
    kw_call0(SYS_sched_yield);
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!start.tv_sec) start = now;
    if (now.tv_sec - start.tv_sec > PROOF_SECONDS) return -1;
  }
}

long kw_thread_wait(unsigned seat, struct kw_command *command) {
  struct kw_waiter *waiter = kw_waiter_at(command->waiter);
  long error = 0;
  while (atomic_flag_test_and_set(&choosing)) kw_call0(SYS_sched_yield);
  struct parked *thread = free_thread(&error);
  if (!thread) {
    atomic_flag_clear(&choosing);
    kw_fault(KW_PARKING_UNPROVEN, error, seat);
    return error;
  }
  thread->command = command;
  thread->waiter = command->waiter;
  atomic_store(&thread->entered, 0);
  __atomic_store_n(&waiter->state, KW_SLEEPS, __ATOMIC_RELEASE);
  atomic_store(&thread->job, 1);
  atomic_flag_clear(&choosing);
  kw_call3(SYS_futex, &thread->job, FUTEX_WAKE_PRIVATE, 1);
  int proven = settle(thread);
  if (proven > 0) return 1;
  if (proven < 0) kw_fault(KW_PARKING_UNPROVEN, -ETIMEDOUT, seat);
  atomic_fetch_sub(&kw_shared->seats[seat].in_threads, 1);
  return waiter->result;
}

void kw_thread_collect(void) {
  for (unsigned i = 0; i < KW_WAITERS; i++) {
    if (state_of(i) == KW_BACK) kw_note_end(i, kw_waiter_at(i)->result);
  }
}

void kw_thread_prove(unsigned seat) {
  for (unsigned i = 0; i < KW_WAITERS; i++) {
    struct parked *thread = &parked[i];
    if (!thread->started || !atomic_load(&thread->job)) continue;
    if (settle(thread) < 0) kw_fault(KW_PARKING_UNPROVEN, -ETIMEDOUT, seat);
  }
}

void kw_thread_settle(unsigned seat) {
  kw_thread_prove(seat);
  kw_thread_collect();
}

static void interrupt(struct parked *thread) {
  siginfo_t information;
  memset(&information, 0, sizeof information);
  information.si_code = SI_QUEUE;
  information.si_value.sival_ptr = (void *)&thread->acknowledged;
  uint32_t before = atomic_load(&thread->acknowledged);
  long error = kw_call4(SYS_rt_tgsigqueueinfo, kw_call0(SYS_getpid), thread->tid, KW_CANCEL_SIGNAL, &information);
  // No signal may be left over for a later wait.
  while (error == 0 && atomic_load(&thread->acknowledged) == before) kw_call0(SYS_sched_yield);
}

static struct parked *thread_of(unsigned waiter) {
  for (unsigned i = 0; i < KW_WAITERS; i++)
    if (parked[i].started && atomic_load(&parked[i].job) && parked[i].waiter == waiter) return &parked[i];
  return NULL;
}

static void interrupt_wait(unsigned seat, unsigned waiter) {
  struct parked *thread = thread_of(waiter);
  if (thread) interrupt(thread);
  for (unsigned i = 0; i < 100000 && state_of(waiter) == KW_SLEEPS; i++) kw_call0(SYS_sched_yield);
  if (state_of(waiter) == KW_SLEEPS) kw_fault(KW_WAITER_LEFT, (long)waiter, seat);
}

static void end_wait(unsigned seat, unsigned waiter) {
  interrupt_wait(seat, waiter);
  kw_thread_collect();
}

long kw_thread_cancel_one(unsigned seat, unsigned waiter) {
  interrupt_wait(seat, waiter);
  if (state_of(waiter) == KW_BACK) kw_note_end(waiter, kw_waiter_at(waiter)->result);
  return kw_waiter_at(waiter)->result == -EINTR;
}

long kw_thread_cancel(unsigned seat, unsigned waiter) {
  end_wait(seat, waiter);
  return kw_waiter_at(waiter)->result == -EINTR;
}

void kw_thread_cancel_all(unsigned seat) {
  if (!atomic_load(&kw_shared->seats[seat].in_threads)) return;
  for (unsigned i = 0; i < KW_WAITERS; i++) {
    struct kw_waiter *waiter = kw_waiter_at(i);
    if (waiter->seat != seat || !waiter->by_thread) continue;
    // Others note the ends of theirs at the same time.
    if (state_of(i) == KW_SLEEPS) interrupt_wait(seat, i);
    if (state_of(i) == KW_BACK) kw_note_end(i, waiter->result);
  }
}

void kw_thread_forked(void) {
  memset(parked, 0, sizeof parked);
  atomic_flag_clear(&choosing);
}

long kw_thread_probe(void) {
  static struct kw_command command;
  static uint32_t word;
  kw_become(0, 0);
  command.code = KW_WAIT;
  command.flags = KW_PRIVATE;
  command.bitset = ~0u;
  command.address = (uint64_t)(uintptr_t)&word;
  long result = kw_thread_wait(0, &command);
  return result > 0 ? 0 : result < 0 ? result : -ESRCH;
}

static int actor_main(void *argument) {
  unsigned seat = (unsigned)(uintptr_t)argument;
  kw_become(seat, 1);
  kw_seat_loop(kw_actor_of(seat));
}

long kw_thread_start_actor(unsigned seat) {
  int tid = clone(actor_main, actor_stacks[seat] + STACK_BYTES, THREAD_FLAGS, (void *)(uintptr_t)seat);
  return tid < 0 ? -errno : tid;
}
