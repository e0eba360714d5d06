// What an actor does with itself: fork, further threads, its end, and what the kernel does at its end.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "agent.h"
#include "syscalls.h"

#ifndef PR_FUTEX_HASH
#define PR_FUTEX_HASH 78
#endif

/// A robust list's entries stand at one distance from their words, so each word has a place of its own in a shadow of
/// the windows.
#define KW_SHADOW_BASE UINT64_C(0x2000000000)
#define KW_SHADOW_DISTANCE ((long)(KW_WINDOW_BASE - KW_SHADOW_BASE))

struct robust_entry {
  struct robust_entry *next;
};
static struct robust_head {
  struct robust_entry list;
  long futex_offset;
  struct robust_entry *pending;
} heads[KW_SEATS];
static int shadow_made, clear_tid_set;

static void wait_for_start(unsigned seat) {
  while (atomic_load(&kw_shared->seats[seat].state) == KW_STARTING) {
    uint32_t seen = atomic_load(&kw_shared->seats_version);
    if (atomic_load(&kw_shared->seats[seat].state) != KW_STARTING) return;
    kw_call4(SYS_futex, &kw_shared->seats_version, FUTEX_WAIT, seen, 0);
  }
}

static void fork_actor(struct kw_actor *actor, struct kw_command *command) {
  unsigned seat = command->argument;
  // The child is the nursery's: nobody gets a signal at its end, and the nursery sees it.
  long pid = kw_call5(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) {
    kw_ring_forked();
    kw_thread_forked();
    kw_memory_forked();
    heads[actor->index].futex_offset = 0;
    clear_tid_set = 0;
    kw_become(seat, 0);
    kw_seat_loop(kw_actor_of(seat));
  }
  if (pid < 0) {
    kw_fault(KW_FORK_FAILED, pid, actor->index);
    return;
  }
  atomic_store(&kw_shared->seats[seat].pid, (int32_t)pid);
  wait_for_start(seat);
  command->result = 0;
  command->result_kind = KW_RETURNED;
}

static void start_thread(struct kw_actor *actor, struct kw_command *command) {
  long result = kw_thread_start_actor(command->argument);
  if (result < 0) {
    kw_fault(KW_FORK_FAILED, result, actor->index);
    return;
  }
  wait_for_start(command->argument);
  command->result = 0;
  command->result_kind = KW_RETURNED;
}

static void end_process(struct kw_actor *actor) {
  uint32_t position = atomic_load(&kw_shared->position);
  struct kw_seat *seat = actor->seat;
  atomic_store(&seat->exit_command, position + 1);
  kw_call1(SYS_exit_group, 0);
}

static void end_thread(struct kw_actor *actor, struct kw_command *command) {
  uint32_t position = atomic_load(&kw_shared->position) + 1;
  command->result = 0;
  command->result_kind = KW_RETURNED;
  atomic_store(&actor->seat->state, KW_LEAVING);
  atomic_store(&kw_shared->position, position);
  kw_pass(position);
  kw_call1(SYS_exit, 0);
}

void kw_thread_gone(unsigned number) {
  struct kw_seat *seat = &kw_shared->seats[number];
  int32_t pid = atomic_load(&seat->pid), tid = atomic_load(&seat->tid);
  long error;
  while ((error = kw_call3(SYS_tgkill, pid, tid, 0)) == 0) kw_call0(SYS_sched_yield);
  if (error != -ESRCH) kw_fault(KW_AGENT_DIED, error, number);
  atomic_store(&seat->pid, 0);
  atomic_store(&seat->state, KW_DEAD);
  kw_seats_changed(kw_shared);
}

static void make_robust(struct kw_actor *actor, struct kw_command *command) {
  struct robust_head *head = &heads[actor->index];
  command->result = 0;
  command->result_kind = KW_VALUE;
  if (!shadow_made) {
    long memory = kw_call6(SYS_mmap, (long)KW_SHADOW_BASE, (long)(KW_SLOTS * KW_WINDOW_BYTES), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
    if (memory < 0) {
      kw_fault(KW_FORK_FAILED, memory, actor->index);
      return;
    }
    shadow_made = 1;
  }
  int signal = sigsetjmp(actor->recovery, 0);
  if (signal) {
    actor->guarded = 0;
    command->result_kind = (uint8_t)signal;
    return;
  }
  actor->guarded = 1;
  *(volatile uint32_t *)(uintptr_t)command->address = (uint32_t)kw_call0(SYS_gettid);
  actor->guarded = 0;
  if (!head->futex_offset) {
    head->list.next = &head->list;
    head->futex_offset = KW_SHADOW_DISTANCE;
    head->pending = NULL;
    long result = kw_call2(SYS_set_robust_list, head, sizeof *head);
    if (result < 0) kw_fault(KW_FORK_FAILED, result, actor->index);
  }
  struct robust_entry *entry = (struct robust_entry *)(uintptr_t)(command->address - (uint64_t)KW_SHADOW_DISTANCE);
  for (struct robust_entry *it = head->list.next; it != &head->list; it = it->next)
    if (it == entry) return;
  entry->next = head->list.next;
  head->list.next = entry;
}

void kw_own_command(struct kw_actor *actor, struct kw_command *command) {
  switch (command->code) {
  case KW_FORK: fork_actor(actor, command); break;
  case KW_THREAD: start_thread(actor, command); break;
  case KW_EXIT: end_process(actor); break;
  case KW_THREAD_EXIT: end_thread(actor, command); break;
  case KW_THREAD_GONE: kw_thread_gone(command->argument); break;
  case KW_ROBUST: make_robust(actor, command); break;
  case KW_CLEAR_TID:
    kw_call1(SYS_set_tid_address, command->address);
    clear_tid_set = 1;
    command->result = 0;
    command->result_kind = KW_RETURNED;
    break;
  case KW_HASH_SLOTS:
    command->result = kw_call5(SYS_prctl, PR_FUTEX_HASH, 1, command->value, 0, 0);
    command->result_kind = KW_RETURNED;
    break;
  default: kw_fault(KW_NOT_UNDERSTOOD, command->code, actor->index); break;
  }
}

void kw_own_reset(struct kw_actor *actor) {
  struct robust_head *head = &heads[actor->index];
  if (head->futex_offset) {
    head->list.next = &head->list;
    head->futex_offset = 0;
    kw_call2(SYS_set_robust_list, 0, sizeof *head);
  }
  if (clear_tid_set) kw_call1(SYS_set_tid_address, 0);
  clear_tid_set = 0;
}
