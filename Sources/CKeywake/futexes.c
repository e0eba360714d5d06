// Futex calls, and noting which waiters they ended.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "agent.h"
#include "syscalls.h"

/// The kernel's struct futex_waitv.
struct element {
  uint64_t value, address;
  uint32_t flags, reserved;
};

enum { SHORT_NANOSECONDS = 4000000, LONG_SECONDS = 4 * 3600 };

uint32_t kw_futex2_flags(const struct kw_command *command) {
  return command->size | (command->flags & KW_NUMA ? 4u : 0) | (command->flags & KW_MPOL ? 8u : 0) |
         (command->flags & KW_PRIVATE ? 128u : 0);
}

static struct timespec time_of(unsigned timeout, int relative) {
  struct timespec time = {0, 0};
  if (timeout == KW_ABSOLUTE_PAST) {
    time.tv_nsec = 1;
    return time;
  }
  if (!relative) clock_gettime(CLOCK_MONOTONIC, &time);
  if (timeout == KW_RELATIVE_SHORT || timeout == KW_ABSOLUTE_SHORT) time.tv_nsec += SHORT_NANOSECONDS;
  if (timeout == KW_RELATIVE_LONG || timeout == KW_ABSOLUTE_LONG) time.tv_sec += LONG_SECONDS;
  if (time.tv_nsec >= 1000000000) {
    time.tv_sec++;
    time.tv_nsec -= 1000000000;
  }
  return time;
}

static long waitv_call(const struct kw_command *command) {
  struct element elements[KW_WORDS];
  const struct kw_word *words = kw_shared->words[command->value];
  for (int32_t i = 0; i < command->count; i++) {
    elements[i] = (struct element){words[i].value, words[i].address, words[i].flags, 0};
  }
  struct timespec limit = time_of(command->argument, 0);
  return kw_call5(SYS_futex_waitv, elements, command->count, 0, command->argument ? &limit : 0, CLOCK_MONOTONIC);
}

long kw_wait_call(const struct kw_command *command) {
  if (command->code == KW_WAITV) return waitv_call(command);
  unsigned timeout = command->argument;
  struct timespec limit;
  if (command->flags & KW_FUTEX2) {
    limit = time_of(timeout, 0);
    return kw_call6(SYS_futex_wait, (long)command->address, command->value, command->bitset, kw_futex2_flags(command),
                    (long)(timeout ? &limit : 0), CLOCK_MONOTONIC);
  }
  int private = command->flags & KW_PRIVATE ? FUTEX_PRIVATE_FLAG : 0;
  // FUTEX_WAIT_BITSET takes no relative time.
  int relative = timeout >= KW_RELATIVE_ZERO && timeout <= KW_RELATIVE_LONG && command->bitset == ~0u;
  limit = time_of(timeout, relative);
  return kw_call6(SYS_futex, (long)command->address, (relative ? FUTEX_WAIT : FUTEX_WAIT_BITSET) | private,
                  command->value, (long)(timeout ? &limit : 0), 0, command->bitset);
}

void kw_note_end(unsigned number, int32_t result) {
  struct kw_region *region = kw_shared;
  struct kw_waiter *waiter = kw_waiter_at(number);
  uint32_t position = atomic_load_explicit(&region->position, memory_order_relaxed);
  struct kw_seat *seat = &region->seats[waiter->seat];
  atomic_fetch_sub_explicit(waiter->by_thread ? &seat->in_threads : &seat->in_ring, 1, memory_order_relaxed);
  waiter->result = result;
  waiter->operation = region->commands[position].operation;
  waiter->command = position;
  waiter->late = kw_finishing;
  __atomic_store_n(&waiter->state, KW_ENDED, __ATOMIC_RELEASE);
  if (result >= 0) region->completions++;
}

static void collect(void) {
  struct kw_region *region = kw_shared;
  uint32_t seats = atomic_load_explicit(&region->ring_seats, memory_order_relaxed);
  for (; seats; seats &= seats - 1) kw_ring_collect((unsigned)__builtin_ctz(seats));
  if (atomic_load_explicit(&region->threads_used, memory_order_relaxed)) kw_thread_collect();
}

static int64_t milliseconds_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

void kw_prove_all(struct kw_actor *actor) {
  struct kw_region *region = kw_shared;
  kw_thread_prove(actor->index);
  struct timespec start;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (unsigned i = 0; i < KW_SEATS; i++) {
    struct kw_seat *seat = &region->seats[i];
    if (i == actor->index || !(atomic_load(&seat->in_ring) | atomic_load(&seat->in_threads))) continue;
    // One that has ended, or was killed, answers nobody.
    if (atomic_load(&seat->state) != KW_IDLE) continue;
    uint32_t asked = atomic_fetch_add(&seat->asked, 1) + 1;
    kw_bell_ring(&seat->bell);
    while (atomic_load(&seat->shown) != asked && milliseconds_since(&start) <= region->settings.completion_milliseconds)
      kw_call0(SYS_sched_yield);
  }
  collect();
}

/// How many entries of queues more than waiters were woken, at most: a waitv that ends may have had several on a word.
static unsigned further_entries(void) {
  unsigned count = 0;
  uint32_t position = atomic_load_explicit(&kw_shared->position, memory_order_relaxed);
  for (unsigned i = 0; i < KW_WAITERS; i++) {
    struct kw_waiter *waiter = kw_waiter_at(i);
    if (waiter->state == KW_ENDED && waiter->command == position && waiter->words > 1) count += waiter->words - 1u;
  }
  return count;
}

void kw_settle(struct kw_actor *actor, struct kw_command *command, long promised) {
  struct kw_region *region = kw_shared;
  collect();
  // The processor may be needed by the very process whose completion is missing.
  for (unsigned round = 1; region->completions < promised && round < 128; round++) {
    kw_relax();
    if (region->settings.one_processor || round % 32 == 0) kw_call0(SYS_sched_yield);
    collect();
  }
  if (region->completions >= promised) return;
  kw_prove_all(actor);
  long missing = promised - region->completions - further_entries();
  if (missing > 0) command->missing = (uint8_t)(missing > 255 ? 255 : missing);
}

/// A wait that may sleep: its waiter is noted.
static void wait_command(struct kw_actor *actor, struct kw_command *command) {
  struct kw_region *region = kw_shared;
  struct kw_waiter *waiter = kw_waiter_at(command->waiter);
  struct kw_seat *seat = actor->seat;
  waiter->seat = (uint8_t)actor->index;
  waiter->cancelled = waiter->died = waiter->late = 0;
  waiter->words = command->code == KW_WAITV ? (uint8_t)command->count : 1;
  waiter->by_thread = region->settings.waiters_by_thread;
  long result;
  if (command->flags & KW_BLOCKING) {
    result = kw_wait_call(command);
  } else if (waiter->by_thread) {
    atomic_fetch_add(&seat->in_threads, 1);
    atomic_store(&region->threads_used, 1);
    result = kw_thread_wait(actor->index, command);
  } else {
    atomic_fetch_add_explicit(&seat->in_ring, 1, memory_order_relaxed);
    atomic_fetch_or_explicit(&region->ring_seats, 1u << actor->index, memory_order_relaxed);
    result = kw_ring_wait(actor->index, command);
  }
  command->result = result;
  command->result_kind = result > 0 ? KW_WAITING : KW_RETURNED;
  if (result <= 0) waiter->state = KW_FAILED;
}

static void probe(struct kw_actor *actor, struct kw_command *command) {
  // One that nobody has woken since the round before still waits for the next.
  if (kw_waiter_at(command->waiter)->state == KW_SLEEPS) {
    command->result_kind = KW_WAITING;
    return;
  }
  // A word that the kernel itself writes may change between the look and the wait.
  for (unsigned attempt = 0; attempt < 1000; attempt++) {
    volatile uint32_t value = 0;
    if (sigsetjmp(actor->recovery, 0) == 0) {
      actor->guarded = 1;
      value = *(volatile uint32_t *)(uintptr_t)command->address;
    }
    actor->guarded = 0;
    command->value = value;
    wait_command(actor, command);
    if (command->result != -EAGAIN) return;
  }
}

static void cancel(struct kw_actor *actor, struct kw_command *command) {
  struct kw_waiter *waiter = kw_waiter_at(command->waiter);
  command->result_kind = KW_RETURNED;
  command->result = 0;
  if (waiter->state != KW_SLEEPS) return;
  waiter->cancelled = 1;
  long result = waiter->by_thread ? kw_thread_cancel(actor->index, command->waiter)
                                  : kw_ring_cancel(actor->index, command->waiter);
  command->result = result;
}

static long wake(const struct kw_command *command) {
  if (command->flags & KW_FUTEX2)
    return kw_call4(SYS_futex_wake, command->address, command->bitset, command->count, kw_futex2_flags(command));
  int private = command->flags & KW_PRIVATE ? FUTEX_PRIVATE_FLAG : 0;
  return kw_call6(SYS_futex, (long)command->address, FUTEX_WAKE_BITSET | private, command->count, 0, 0,
                  command->bitset);
}

static long requeue(const struct kw_command *command) {
  if (command->flags & KW_FUTEX2) {
    uint32_t flags = kw_futex2_flags(command);
    struct element pair[2] = {{command->value, command->address, flags, 0}, {0, command->address2, flags, 0}};
    return kw_call4(SYS_futex_requeue, pair, 0, command->count, command->count2);
  }
  int private = command->flags & KW_PRIVATE ? FUTEX_PRIVATE_FLAG : 0;
  int code = command->code == KW_REQUEUE ? FUTEX_REQUEUE : FUTEX_CMP_REQUEUE;
  return kw_call6(SYS_futex, (long)command->address, code | private, command->count, command->count2,
                  (long)command->address2, command->value);
}

static long priority_inheritance(const struct kw_command *command) {
  struct timespec over = {0, 1};
  int private = command->flags & KW_PRIVATE ? FUTEX_PRIVATE_FLAG : 0;
  int code = command->code == KW_LOCK_PI      ? FUTEX_LOCK_PI
             : command->code == KW_TRYLOCK_PI ? FUTEX_TRYLOCK_PI
                                              : FUTEX_UNLOCK_PI;
  return kw_call6(SYS_futex, (long)command->address, code | private, 0, (long)&over, 0, 0);
}

static uint32_t probes_ended(void) {
  uint32_t ended = 0, position = atomic_load_explicit(&kw_shared->position, memory_order_relaxed);
  for (unsigned i = KW_SCENARIO_WAITERS; i < KW_WAITERS; i++) {
    struct kw_waiter *waiter = kw_waiter_at(i);
    if (waiter->state == KW_ENDED && waiter->command == position && waiter->result >= 0)
      ended |= 1u << (i - KW_SCENARIO_WAITERS);
  }
  return ended;
}

long kw_futex_call(const struct kw_command *command) {
  int private = command->flags & KW_PRIVATE ? FUTEX_PRIVATE_FLAG : 0;
  switch (command->code) {
  case KW_WAKE:
  case KW_PROBE_WAKE: return wake(command);
  case KW_REQUEUE:
  case KW_COMPARE_REQUEUE: return requeue(command);
  case KW_WAKE_OP:
    return kw_call6(SYS_futex, (long)command->address, FUTEX_WAKE_OP | private, command->count, command->count2,
                    (long)command->address2, command->value);
  case KW_LOCK_PI:
  case KW_TRYLOCK_PI:
  case KW_UNLOCK_PI: return priority_inheritance(command);
  default: return -ENOSYS;
  }
}

long kw_promised(const struct kw_command *command, long result) {
  switch (command->code) {
  case KW_WAKE:
  case KW_PROBE_WAKE:
  case KW_WAKE_OP: return result;
  // The call's value counts the moved ones as well; the first `count` of them were woken.
  case KW_REQUEUE:
  case KW_COMPARE_REQUEUE: return result < command->count ? result : command->count;
  default: return 0;
  }
}

void kw_race_wait(struct kw_actor *actor, struct kw_command *command) {
  struct kw_region *region = kw_shared;
  wait_command(actor, command);
  if (command->result != 0) return;
  // It slept, and another lane's wake has ended it already.
  struct kw_waiter *waiter = kw_waiter_at(command->waiter);
  uint32_t position = atomic_load(&region->position);
  waiter->result = 0;
  waiter->operation = region->commands[position].operation;
  waiter->command = position;
  waiter->state = KW_ENDED;
  command->result_kind = KW_WAITING;
}

void kw_race_cancel(struct kw_actor *actor, struct kw_command *command) {
  struct kw_waiter *waiter = kw_waiter_at(command->waiter);
  command->result_kind = KW_RETURNED;
  command->result = 0;
  // One that is back already is noted when the race is over.
  if (__atomic_load_n(&waiter->state, __ATOMIC_ACQUIRE) != KW_SLEEPS) return;
  waiter->cancelled = 1;
  command->result = waiter->by_thread ? kw_thread_cancel_one(actor->index, command->waiter)
                                      : kw_ring_cancel(actor->index, command->waiter);
}

void kw_futex_command(struct kw_actor *actor, struct kw_command *command) {
  long result = 0, promised = 0;
  switch (command->code) {
  case KW_WAIT:
  case KW_WAITV: wait_command(actor, command); break;
  case KW_PROBE: probe(actor, command); break;
  case KW_CANCEL: cancel(actor, command); break;
  case KW_WAKE:
  case KW_PROBE_WAKE:
  case KW_REQUEUE:
  case KW_COMPARE_REQUEUE:
  case KW_WAKE_OP:
  case KW_LOCK_PI:
  case KW_TRYLOCK_PI:
  case KW_UNLOCK_PI:
    result = kw_futex_call(command);
    promised = kw_promised(command, result);
    break;
  case KW_COLLECT:
    if (atomic_load(&actor->seat->in_ring)) kw_call0(SYS_getppid);
    break;
  default: kw_fault(KW_NOT_UNDERSTOOD, command->code, actor->index); return;
  }
  if (command->code != KW_WAIT && command->code != KW_WAITV && command->code != KW_PROBE &&
      command->code != KW_CANCEL) {
    command->result = result;
    command->result_kind = KW_RETURNED;
    kw_settle(actor, command, promised);
    if (atomic_load_explicit(&actor->seat->in_threads, memory_order_relaxed)) kw_thread_settle(actor->index);
    if (command->code == KW_PROBE_WAKE) command->bitset = probes_ended();
    return;
  }
  kw_settle(actor, command, 0);
}
