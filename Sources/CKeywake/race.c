// Lanes that run at once: they meet at a barrier in the shared memory and start together, each after its own delay.
// Nobody looks at waiters until all lanes have ended; then every process proves which of its waiters sleep.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "agent.h"
#include "syscalls.h"

/// Some milliseconds: with a processor for each lane nobody gains by a yield, and the start is uneven by its length.
enum { TURNS_BEFORE_YIELD = 1 << 16, TURNS_FROM_HOME = 128 };

/// Where lanes may run, and where the process runs otherwise.
static cpu_set_t allowed, home;

void kw_race_allow(void) {
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) CPU_ZERO(&allowed);
}
void kw_race_home(void) {
  if (sched_getaffinity(0, sizeof home, &home) != 0) home = allowed;
}

static void pin(struct kw_actor *actor, int32_t number) {
  int count = CPU_COUNT(&allowed);
  if (number < 0 || count < 2) return;
  int rest = number % count;
  for (int i = 0; i < CPU_SETSIZE; i++) {
    if (!CPU_ISSET(i, &allowed) || rest-- > 0) continue;
    if (actor->pinned == i + 1) return;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(i, &one);
    if (sched_setaffinity(0, sizeof one, &one) == 0) actor->pinned = i + 1;
    return;
  }
}

void kw_race_reset(struct kw_actor *actor) {
  // With all processors for its home it stays: a change of processors takes longer than a race.
  if (!actor->pinned || !kw_shared->settings.one_processor) return;
  sched_setaffinity(0, sizeof home, &home);
  actor->pinned = 0;
}

void kw_race_send_home(int32_t thread) { sched_setaffinity(thread, sizeof home, &home); }

/// The lane ends with its actor. Of a process the nursery sees the end, and says that the lane is done.
static void end_in_lane(struct kw_actor *actor, struct kw_command *command) {
  if (command->code == KW_EXIT) {
    atomic_store(&actor->seat->exit_command, (uint32_t)(command - kw_shared->commands) + 1);
    kw_call1(SYS_exit_group, 0);
  }
  command->result = 0;
  command->result_kind = KW_RETURNED;
  atomic_store(&actor->seat->state, KW_LEAVING);
  atomic_fetch_add(&kw_shared->lanes_done, 1);
  kw_call1(SYS_exit, 0);
}

static void run_command(struct kw_actor *actor, struct kw_command *command) {
  switch (command->code) {
  case KW_WAIT:
  case KW_WAITV:
    // A further thread's waiter is its process's.
    kw_race_wait(kw_actor_of(command->seat), command);
    return;
  case KW_CANCEL: kw_race_cancel(actor, command); return;
  case KW_EXIT:
  case KW_THREAD_EXIT: end_in_lane(actor, command); return;
  default: break;
  }
  if (kw_plain_command(actor, command)) return;
  command->result = kw_futex_call(command);
  command->result_kind = KW_RETURNED;
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void run_lane(struct kw_actor *actor, struct kw_command *lane) {
  struct kw_region *region = kw_shared;
  pin(actor, lane->count2);
  uint32_t lanes = region->lanes, patience = kw_race_patience(TURNS_BEFORE_YIELD);
  atomic_fetch_add(&region->lanes_ready, 1);
  for (uint32_t i = 1; atomic_load_explicit(&region->lanes_ready, memory_order_acquire) < lanes; i++) {
    kw_relax();
    if (i % patience == 0) kw_call0(SYS_sched_yield);
  }
  for (int32_t i = 0; i < lane->count; i++) kw_relax();
  lane->address = now();
  for (uint32_t i = 0; i < lane->value; i++) {
    if (i < 32 && lane->bitset >> i & 1) kw_call0(SYS_sched_yield);
    run_command(actor, &lane[i + 1]);
  }
  lane->address2 = now();
  // The kernel posts what is complete.
  if (atomic_load_explicit(&actor->seat->in_ring, memory_order_relaxed)) kw_call0(SYS_getppid);
  atomic_fetch_add(&region->lanes_done, 1);
}

void kw_race_join(struct kw_actor *actor) {
  uint32_t place = atomic_exchange(&kw_shared->lane_of[actor->index], 0);
  if (place) run_lane(actor, &kw_shared->commands[place - 1]);
}

/// How many of the waiters that a race's calls say they woke have not come back.
static long missing(const struct kw_command *race) {
  struct kw_region *region = kw_shared;
  long promised = 0;
  for (uint32_t i = 1; i <= race->value; i++) {
    const struct kw_command *command = &race[i];
    if (command->result_kind == KW_RETURNED && command->result > 0) promised += kw_promised(command, command->result);
  }
  uint32_t position = (uint32_t)(race - region->commands);
  for (unsigned i = 0; i < KW_SCENARIO_WAITERS; i++) {
    const struct kw_waiter *waiter = kw_waiter_at(i);
    // A waitv may have been woken on several of its words, and one that died with its process before it came back.
    if (waiter->state == KW_ENDED && waiter->command == position && (waiter->result >= 0 || waiter->died))
      promised -= waiter->words;
  }
  return promised > 0 ? promised : 0;
}

uint32_t kw_race_patience(uint32_t turns) {
  if (atomic_load_explicit(&kw_shared->crowded, memory_order_relaxed)) return 1;
  // Lanes come from one processor: who is there first must let the others leave it.
  return kw_shared->settings.one_processor && turns > TURNS_FROM_HOME ? TURNS_FROM_HOME : turns;
}

/// The lane behind this one in its race.
static uint32_t lane_after(uint32_t lane) { return lane + kw_shared->commands[lane].value + 1; }

static int share_a_processor(uint32_t first, uint32_t end) {
  int count = CPU_COUNT(&allowed);
  for (uint32_t one = first; one < end; one = lane_after(one)) {
    for (uint32_t other = lane_after(one); other < end; other = lane_after(other)) {
      int32_t here = kw_shared->commands[one].count2, there = kw_shared->commands[other].count2;
      if (count < 2 || (here >= 0 && there >= 0 && here % count == there % count)) return 1;
    }
  }
  return 0;
}

void kw_race_call(uint32_t position) {
  struct kw_region *region = kw_shared;
  const struct kw_command *race = &region->commands[position];
  uint32_t first = position + 1, end = first + race->value;
  region->lanes = race->argument;
  region->called = position + 1;
  atomic_store(&region->crowded, (uint32_t)share_a_processor(first, end));
  atomic_store(&region->lanes_ready, 0);
  atomic_store(&region->lanes_done, 0);
  for (uint32_t at = first; at < end; at = lane_after(at)) {
    unsigned seat = region->commands[at].seat;
    if (seat == race->seat) continue;
    atomic_store(&region->lane_of[seat], at + 1);
    kw_bell_ring(&region->seats[seat].bell);
  }
}

void kw_race(struct kw_actor *actor, struct kw_command *command) {
  struct kw_region *region = kw_shared;
  uint32_t position = (uint32_t)(command - region->commands), first = position + 1, end = first + command->value;
  struct kw_command *own = NULL;
  // Nobody came before who could have.
  if (region->called != position + 1) kw_race_call(position);
  region->called = 0;
  for (uint32_t at = first; at < end; at = lane_after(at))
    if (region->commands[at].seat == actor->index) own = &region->commands[at];
  if (own) run_lane(actor, own);
  uint32_t patience = kw_race_patience(TURNS_BEFORE_YIELD);
  for (uint32_t i = 1; atomic_load(&region->lanes_done) < region->lanes; i++) {
    kw_relax();
    if (i % patience == 0) kw_call0(SYS_sched_yield);
  }
  for (uint32_t at = first; at < end; at = lane_after(at)) {
    struct kw_command *last = &region->commands[at + region->commands[at].value];
    if (last->code == KW_THREAD_EXIT) kw_thread_gone(last->seat);
  }
  kw_prove_all(actor);
  long lost = missing(command);
  command->missing = (uint8_t)(lost > 255 ? 255 : lost);
  command->result = 0;
  command->result_kind = KW_RETURNED;
}
