// Lanes that run at once: they meet at a barrier in the shared memory and start together, each after its own delay.
// Nobody looks at waiters until all lanes have ended; then every process proves which of its waiters sleep.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>

#include "agent.h"
#include "syscalls.h"

enum { TURNS_BEFORE_YIELD = 512 };

static cpu_set_t allowed;
static int allowed_known, pinned;

static void pin(int32_t number) {
  if (!allowed_known) {
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    allowed_known = 1;
  }
  int count = CPU_COUNT(&allowed);
  if (number < 0 || count < 2) return;
  int rest = number % count;
  for (int i = 0; i < CPU_SETSIZE; i++) {
    if (!CPU_ISSET(i, &allowed) || rest-- > 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(i, &one);
    if (sched_setaffinity(0, sizeof one, &one) == 0) pinned = 1;
    return;
  }
}

void kw_race_reset(void) {
  if (pinned) sched_setaffinity(0, sizeof allowed, &allowed);
  pinned = 0;
}

static void run_command(struct kw_actor *actor, struct kw_command *command) {
  switch (command->code) {
  case KW_WAIT:
  case KW_WAITV:
    // A further thread's waiter is its process's.
    kw_race_wait(kw_actor_of(command->seat), command);
    break;
  case KW_WAKE:
  case KW_REQUEUE:
  case KW_COMPARE_REQUEUE:
  case KW_WAKE_OP:
  case KW_LOCK_PI:
  case KW_TRYLOCK_PI:
  case KW_UNLOCK_PI:
    command->result = kw_futex_call(command);
    command->result_kind = KW_RETURNED;
    break;
  case KW_TRUNCATE:
  case KW_GROW:
  case KW_PUNCH:
  case KW_DROP_FILE:
  case KW_DROP_SYSTEM:
  case KW_CLOSE:
  case KW_UNLINK: kw_file_command(command); break;
  case KW_MAP:
  case KW_UNMAP:
  case KW_REMAP:
  case KW_PROTECT:
  case KW_ADVISE:
  case KW_PAGEOUT:
  case KW_SPLIT:
  case KW_MERGE:
  case KW_LOCK_MEMORY:
  case KW_STORE:
  case KW_LOAD: kw_memory_command(actor, command); break;
  case KW_FORK: kw_own_command(actor, command); break;
  default: kw_fault(KW_NOT_UNDERSTOOD, command->code, actor->index); break;
  }
}

static void run_lane(struct kw_actor *actor, struct kw_command *lane) {
  struct kw_region *region = kw_shared;
  pin(lane->count2);
  uint32_t lanes = region->lanes;
  atomic_fetch_add(&region->lanes_ready, 1);
  for (uint32_t i = 1; atomic_load_explicit(&region->lanes_ready, memory_order_acquire) < lanes; i++) {
    kw_relax();
    if (i % TURNS_BEFORE_YIELD == 0) kw_call0(SYS_sched_yield);
  }
  for (int32_t i = 0; i < lane->count; i++) kw_relax();
  for (uint32_t i = 0; i < lane->value; i++) {
    if (i < 32 && lane->bitset >> i & 1) kw_call0(SYS_sched_yield);
    run_command(actor, &lane[i + 1]);
  }
  // The kernel posts what is complete.
  kw_call0(SYS_getppid);
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
    // A waitv may have been woken on several of its words.
    if (waiter->state == KW_ENDED && waiter->command == position && waiter->result >= 0) promised -= waiter->words;
  }
  return promised > 0 ? promised : 0;
}

void kw_race(struct kw_actor *actor, struct kw_command *command) {
  struct kw_region *region = kw_shared;
  uint32_t end = (uint32_t)(command - region->commands) + 1 + command->value;
  uint32_t place = (uint32_t)(command - region->commands) + 1;
  struct kw_command *own = &region->commands[place];
  region->lanes = command->argument;
  atomic_store(&region->lanes_ready, 0);
  atomic_store(&region->lanes_done, 0);
  for (uint32_t at = place + own->value + 1; at < end; at += region->commands[at].value + 1) {
    unsigned seat = region->commands[at].seat;
    atomic_store(&region->lane_of[seat], at + 1);
    kw_bell_ring(&region->seats[seat].bell);
  }
  run_lane(actor, own);
  for (uint32_t i = 1; atomic_load(&region->lanes_done) < region->lanes; i++) {
    kw_relax();
    if (i % TURNS_BEFORE_YIELD == 0) kw_call0(SYS_sched_yield);
  }
  kw_prove_all(actor);
  long lost = missing(command);
  command->missing = (uint8_t)(lost > 255 ? 255 : lost);
  command->result = 0;
  command->result_kind = KW_RETURNED;
}
