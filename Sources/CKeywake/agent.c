// An agent: waits for its turn in the program, does its commands, hands the turn on.
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent.h"
#include "syscalls.h"

enum { TURNS_BEFORE_YIELD = 1024 };

static struct kw_actor actors[KW_SEATS];
uint8_t kw_finishing;

struct kw_actor *kw_actor_of(unsigned seat) { return &actors[seat]; }

void kw_fault(enum kw_fault fault, long detail, unsigned seat) {
  uint32_t none = KW_FINE;
  if (atomic_compare_exchange_strong(&kw_shared->fault, &none, fault)) {
    atomic_store(&kw_shared->fault_detail, (int32_t)detail);
    atomic_store(&kw_shared->fault_seat, seat);
  }
  kw_bell_ring(&kw_shared->host);
}

void kw_become(unsigned seat, int is_thread) {
  struct kw_actor *actor = &actors[seat];
  actor->seat = &kw_shared->seats[seat];
  actor->index = seat;
  actor->guarded = 0;
  atomic_store(&actor->seat->is_thread, (uint32_t)is_thread);
  atomic_store(&actor->seat->tid, (int32_t)kw_call0(SYS_gettid));
  atomic_store(&actor->seat->pid, (int32_t)kw_call0(SYS_getpid));
  if (!is_thread) {
    kw_call5(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (kw_call0(SYS_getppid) != atomic_load(&kw_shared->nursery)) kw_call1(SYS_exit_group, 3);
  }
  atomic_store(&actor->seat->state, KW_IDLE);
  kw_seats_changed(kw_shared);
}

void kw_pass(uint32_t position) {
  struct kw_region *region = kw_shared;
  unsigned next = region->commands[position].seat;
  if (next != KW_END) {
    if (region->commands[position].code == KW_RACE) kw_race_call(position);
    kw_bell_ring(&region->seats[next].bell);
    return;
  }
  for (;;) {
    uint32_t queued = atomic_exchange(&region->queue, KW_QUEUE_IDLE);
    int goes_on = queued < KW_COMMANDS;
    // The position is left before the host hears that it may write there.
    if (goes_on) kw_region_enter(region, queued, region->queue_in_use);
    atomic_fetch_add(&region->ended, 1);
    kw_bell_ring(&region->host);
    if (!goes_on) return;
    next = region->commands[queued].seat;
    // A program in which nobody does anything ends where it begins.
    if (next != KW_END) break;
  }
  kw_bell_ring(&region->seats[next].bell);
}

static void finish(struct kw_actor *actor) {
  kw_finishing = 1;
  kw_ring_cancel_all(actor->index);
  kw_thread_cancel_all(actor->index);
  kw_finishing = 0;
  kw_race_reset(actor);
  kw_memory_reset();
  kw_files_reset();
  kw_own_reset(actor);
}

/// This process and all others of the scenario put themselves in order at once.
static void finish_all(struct kw_actor *actor, uint32_t others) {
  struct kw_region *region = kw_shared;
  uint32_t wanted = (uint32_t)__builtin_popcount(others);
  atomic_store(&region->finished, 0);
  atomic_store(&region->finishing, others);
  for (uint32_t rest = others; rest; rest &= rest - 1) kw_bell_ring(&region->seats[__builtin_ctz(rest)].bell);
  finish(actor);
  uint32_t patience = region->settings.one_processor ? 1 : kw_race_patience(TURNS_BEFORE_YIELD);
  for (uint32_t i = 1; atomic_load_explicit(&region->finished, memory_order_acquire) < wanted; i++) {
    kw_relax();
    if (i % patience == 0) kw_call0(SYS_sched_yield);
    if (i % 4096 == 0 && atomic_load(&region->fault)) return;
  }
}

static void run_program(struct kw_actor *actor) {
  struct kw_region *region = kw_shared;
  uint32_t position = atomic_load_explicit(&region->position, memory_order_acquire);
  if (region->commands[position].seat != actor->index) return;
  // The host leaves a position before it writes there: a command that was read while it did so is none.
  atomic_thread_fence(memory_order_seq_cst);
  if (atomic_load(&region->position) != position) return;
  if (atomic_load_explicit(&actor->seat->in_ring, memory_order_relaxed)) {
    // On the way back from any system call the kernel posts what is complete.
    kw_call0(SYS_getppid);
    region->completions = 0;
    region->table = region->commands[position].table;
    kw_ring_collect(actor->index);
  }
  if (atomic_load_explicit(&actor->seat->in_threads, memory_order_relaxed)) kw_thread_settle(actor->index);
  do {
    struct kw_command *command = &region->commands[position];
    region->completions = 0;
    region->table = command->table;
    kw_execute(actor, command);
    if (atomic_load_explicit(&region->fault, memory_order_relaxed)) return;
    if (command->code == KW_AGAIN) {
      position = kw_sweep_next(position);
    } else {
      position += command->code == KW_RACE ? command->value + 1 : 1;
    }
    atomic_store_explicit(&region->position, position, memory_order_release);
  } while (region->commands[position].seat == actor->index);
  kw_pass(position);
}

void kw_seat_loop(struct kw_actor *actor) {
  struct kw_seat *seat = actor->seat;
  uint32_t heard = 0;
  for (;;) {
    // Whoever ended a program gets the next one from the host in a moment.
    int is_idle = kw_region_is_idle(kw_shared);
    kw_bell_wait(&seat->bell, heard, is_idle ? kw_shared->settings.host_spins : kw_shared->settings.spins,
                 kw_race_patience(TURNS_BEFORE_YIELD), NULL);
    heard = atomic_load(&seat->bell.count);
    if (atomic_load_explicit(&seat->quit, memory_order_relaxed)) {
      atomic_store(&seat->state, KW_LEAVING);
      kw_call1(SYS_exit_group, 0);
    }
    uint32_t asked = atomic_load(&seat->asked);
    if (asked != atomic_load(&seat->shown)) {
      // On the way back from any system call the kernel posts what is complete.
      kw_call0(SYS_getppid);
      kw_thread_prove(actor->index);
      atomic_store(&seat->shown, asked);
    }
    kw_race_join(actor);
    if (atomic_load(&kw_shared->finishing) >> actor->index & 1) {
      atomic_fetch_and(&kw_shared->finishing, ~(UINT32_C(1) << actor->index));
      finish(actor);
      atomic_fetch_add(&kw_shared->finished, 1);
    }
    run_program(actor);
  }
}

int kw_plain_command(struct kw_actor *actor, struct kw_command *command) {
  switch (command->code) {
  case KW_FORK:
  case KW_THREAD:
  case KW_EXIT:
  case KW_THREAD_EXIT:
  case KW_THREAD_GONE:
  case KW_ROBUST:
  case KW_CLEAR_TID:
  case KW_HASH_SLOTS: kw_own_command(actor, command); return 1;
  case KW_FILE:
  case KW_FILE_OPEN:
  case KW_TRUNCATE:
  case KW_GROW:
  case KW_PUNCH:
  case KW_DROP_FILE:
  case KW_DROP_SYSTEM:
  case KW_CLOSE:
  case KW_UNLINK:
  case KW_RENAME:
  case KW_REOPEN: kw_file_command(command); return 1;
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
  case KW_LOAD: kw_memory_command(actor, command); return 1;
  case KW_NOTHING:
  case KW_AGAIN: return 1;
  default: return 0;
  }
}

void kw_execute(struct kw_actor *actor, struct kw_command *command) {
  switch (command->code) {
  case KW_FINISH:
    finish_all(actor, command->value);
    command->result_kind = KW_RETURNED;
    return;
  case KW_RACE: kw_race(actor, command); return;
  default:
    if (!kw_plain_command(actor, command)) {
      kw_futex_command(actor, command);
      return;
    }
  }
  // Nothing was promised: what shows here ended unasked.
  kw_settle(actor, command, 0);
}
