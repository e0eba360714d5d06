// Many runs of one program without the host: agents go from one to the next by themselves, each with another plan of the
// race's lanes, and keep every run that is unlike those before it. Equal ones are counted.
#include <string.h>

#include "agent.h"

static int is_same_command(const struct kw_command *one, const struct kw_command *other) {
  if (one->result_kind != other->result_kind || one->missing != other->missing) return 0;
  // Of a wait that slept the result says only whether it was seen asleep.
  return one->result == other->result || one->result_kind == KW_WAITING;
}

static int is_same_waiter(const struct kw_waiter *one, const struct kw_waiter *other) {
  if (one->state != other->state) return 0;
  // Of one that did not end nothing is told.
  if (one->state != KW_ENDED) return 1;
  return one->result == other->result && one->operation == other->operation && one->cancelled == other->cancelled &&
         one->late == other->late && one->died == other->died;
}

static int is_same(const struct kw_outcome *outcome, const struct kw_command *commands, const struct kw_waiter *waiters,
                   uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (!is_same_command(&outcome->commands[i], &commands[i])) return 0;
  for (unsigned i = 0; i < KW_SCENARIO_WAITERS; i++)
    if (!is_same_waiter(&outcome->waiters[i], &waiters[i])) return 0;
  return 1;
}

/// Puts the run away. 0 when no other kind of run has room after it.
static int keep(struct kw_sweep *sweep, uint32_t run) {
  const struct kw_command *commands = &kw_shared->commands[sweep->start];
  const struct kw_waiter *waiters = kw_shared->waiters[kw_shared->table];
  for (uint32_t i = 0; i < sweep->kinds; i++) {
    if (!is_same(&sweep->outcomes[i], commands, waiters, sweep->commands)) continue;
    sweep->outcomes[i].count++;
    return 1;
  }
  struct kw_outcome *outcome = &sweep->outcomes[sweep->kinds];
  memcpy(outcome->commands, commands, sweep->commands * sizeof *commands);
  memcpy(outcome->waiters, waiters, sizeof outcome->waiters);
  outcome->count = 1;
  outcome->first = run;
  sweep->kinds++;
  return sweep->kinds < KW_SWEEP_KINDS;
}

uint32_t kw_sweep_next(uint32_t position) {
  struct kw_region *region = kw_shared;
  struct kw_sweep *sweep = &region->sweep;
  uint32_t run = atomic_load_explicit(&sweep->done, memory_order_relaxed);
  int has_room = keep(sweep, run);
  atomic_store(&sweep->done, ++run);
  if (!has_room || run >= sweep->wanted || atomic_load_explicit(&sweep->stop, memory_order_relaxed)) return position + 1;
  uint32_t lane = 0;
  for (uint32_t i = 0; i < sweep->commands; i++) {
    struct kw_command *command = &region->commands[sweep->start + i];
    command->result_kind = KW_UNDONE;
    command->result = 0;
    command->missing = command->pages_left = 0;
    if (command->code != KW_LANE || lane >= KW_SWEEP_LANES) continue;
    const struct kw_plan *plan = &sweep->plans[run][lane++];
    command->count = plan->delay;
    command->count2 = plan->processor;
    command->bitset = plan->yields;
  }
  memset(region->waiters[region->table], 0, sizeof region->waiters[region->table]);
  // Completions of the run before are none of this one's.
  region->generation += KW_TABLES;
  region->completions = 0;
  atomic_store(&region->ring_seats, 0);
  atomic_store(&region->threads_used, 0);
  return sweep->start;
}
