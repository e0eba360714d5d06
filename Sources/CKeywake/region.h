// The layout of the shared memory.
#pragma once
#include "include/keywake_commands.h"
#include "include/keywake_host.h"
#include <stdatomic.h>
#include <stddef.h>

#define KW_PAGE 4096
#define KW_RINGS 1024
/// Where agents map the region.
#define KW_REGION_BASE UINT64_C(0x0f00000000)

struct kw_bell {
  _Atomic uint32_t count;
  _Atomic uint32_t sleeping;
};

struct kw_seat {
  struct kw_bell bell;
  _Atomic uint32_t state;
  _Atomic uint32_t quit;
  _Atomic int32_t pid, tid;
  _Atomic uint32_t is_thread;
  /// One more than the position of the command with which it ends; the nursery goes on from there.
  _Atomic uint32_t exit_command;
  /// How often it was asked to show that its waiters' ends are to be seen, and how often it did.
  _Atomic uint32_t asked, shown;
  /// Its waiters that sleep in the ring, and in threads.
  _Atomic uint32_t in_ring, in_threads;
  /// Its pages in `ring_pages`, and the offsets of the completion queue there.
  uint32_t ring_number, ring_ready, cq_head, cq_tail, cq_mask, cq_entries;
} __attribute__((aligned(64)));

enum kw_queue {
  KW_QUEUE_EMPTY = 0xffffffffu,
  /// No program runs: whoever comes with one has to start it.
  KW_QUEUE_IDLE = 0xfffffffeu,
};

struct kw_file {
  _Atomic int32_t pid, fd, segment;
  uint64_t bytes;
};

/// A run of a sweep that is unlike those before it.
struct kw_outcome {
  uint32_t count, first;
  struct kw_command commands[KW_SWEEP_COMMANDS];
  struct kw_waiter waiters[KW_WAITERS];
};

struct kw_sweep {
  uint32_t start, commands, wanted, kinds;
  _Atomic uint32_t done, stop;
  struct kw_plan plans[KW_SWEEP_RUNS][KW_SWEEP_LANES];
  struct kw_outcome outcomes[KW_SWEEP_KINDS];
};

struct kw_region {
  struct kw_settings settings;
  struct kw_abilities abilities;
  _Atomic int32_t nursery;
  _Atomic uint32_t seats_version;
  struct kw_seat seats[KW_SEATS] __attribute__((aligned(64)));

  // The program that runs.
  struct kw_bell host __attribute__((aligned(64)));
  /// How many programs have come to their ends.
  _Atomic uint32_t ended;
  /// The position of the program that agents go on with by themselves, or one of `kw_queue`; and who takes part in it.
  _Atomic uint32_t queue;
  uint32_t queue_in_use;
  _Atomic uint32_t position __attribute__((aligned(64)));
  /// The table of the command that runs.
  uint32_t table;
  /// Seats whose agents' end ends the program as well.
  _Atomic uint32_t in_use;
  uint32_t generation;
  /// Seats that have had waiters in their rings, and whether there were any in threads.
  _Atomic uint32_t ring_seats, threads_used;
  /// Completions noted during the command that runs.
  uint32_t completions;
  /// The race that runs: by seat, one more than the position of its lane; how many lanes there are, have come to the
  /// start, and have ended.
  _Atomic uint32_t lane_of[KW_SEATS];
  uint32_t lanes;
  /// One more than the position of the race whose lanes were called.
  uint32_t called;
  /// Two of its lanes share a processor: whoever waits for another has to give it away.
  _Atomic uint32_t crowded;
  /// Seats that have still to put themselves in order, and how many have.
  _Atomic uint32_t finishing, finished;
  _Atomic uint32_t lanes_ready __attribute__((aligned(64)));
  _Atomic uint32_t lanes_done __attribute__((aligned(64)));
  _Atomic uint32_t noise_rounds[KW_NOISE_KINDS];
  _Atomic uint32_t fault __attribute__((aligned(64)));
  _Atomic int32_t fault_detail;
  _Atomic uint32_t fault_seat;
  struct kw_waiter waiters[KW_TABLES][KW_WAITERS];
  struct kw_file files[KW_FILES];
  char paths[KW_TABLES][KW_FILES][KW_PATH_BYTES];
  struct kw_word words[KW_WORD_LISTS][KW_WORDS];
  struct kw_command commands[KW_COMMANDS] __attribute__((aligned(64)));
  struct kw_sweep sweep __attribute__((aligned(64)));
  /// A ring goes some time after its process, and may still write: its pages are given to others in turn.
  _Atomic uint32_t rings;
  unsigned char ring_pages[KW_RINGS][2][KW_PAGE] __attribute__((aligned(KW_PAGE)));
};

static inline int kw_region_is_idle(struct kw_region *region) {
  return atomic_load_explicit(&region->queue, memory_order_acquire) == KW_QUEUE_IDLE;
}

/// Makes the program at `position` the one that runs. Its first actor is not called yet.
static inline void kw_region_enter(struct kw_region *region, uint32_t position, uint32_t in_use) {
  region->generation += KW_TABLES;
  region->completions = 0;
  atomic_store(&region->ring_seats, 0);
  atomic_store(&region->threads_used, 0);
  // Of a program that came to no end.
  region->called = 0;
  atomic_store(&region->finishing, 0);
  atomic_store(&region->in_use, in_use);
  atomic_store(&region->queue, KW_QUEUE_EMPTY);
  // From here on an agent that happens to look finds its turn.
  atomic_store(&region->position, position);
}

/// Sleeps on a bell unless it was rung since it showed `heard`; looks `spins` times first, and gives the processor away
/// after every `patience` of them.
void kw_bell_wait(struct kw_bell *bell, uint32_t heard, uint32_t spins, uint32_t patience, const struct timespec *limit);
void kw_bell_ring(struct kw_bell *bell);
void kw_seats_changed(struct kw_region *region);
