// What the parts of an agent know of each other.
#pragma once
#include <setjmp.h>
#include <stdint.h>

#include "region.h"

/// The shared memory, at the same address in each agent.
#define kw_shared ((struct kw_region *)KW_REGION_BASE)

/// A waiter of the scenario that runs.
static inline struct kw_waiter *kw_waiter_at(unsigned number) { return &kw_shared->waiters[kw_shared->table][number]; }

/// Every signal but those of faults stays blocked; this one ends the wait of a parked thread.
enum { KW_CANCEL_SIGNAL = 40 };

struct kw_actor {
  struct kw_seat *seat;
  unsigned index;
  /// A load or store that may fault runs.
  volatile int guarded;
  /// One more than the number of the processor that it is kept on for races.
  int pinned;
  sigjmp_buf recovery;
};

// agent.c
/// The program is over: waiters that end now were still asleep, or had ended unnoticed.
extern uint8_t kw_finishing;
void kw_seat_loop(struct kw_actor *actor) __attribute__((noreturn));
void kw_become(unsigned seat, int is_thread);
struct kw_actor *kw_actor_of(unsigned seat);
/// Goes on with the command at `position`: whoever has to do it is called.
void kw_pass(uint32_t position);
void kw_fault(enum kw_fault fault, long detail, unsigned seat);
void kw_execute(struct kw_actor *actor, struct kw_command *command);
/// Does a command that is neither a futex call nor about the program itself; 0 for those, which it leaves undone.
int kw_plain_command(struct kw_actor *actor, struct kw_command *command);

// memory.c
void kw_memory_command(struct kw_actor *actor, struct kw_command *command);
void kw_memory_reset(void);
void kw_memory_forked(void);
/// Writes the dirty pages of all windows to their files.
void kw_memory_write_back(void);

// files.c
void kw_file_command(struct kw_command *command);
void kw_files_reset(void);
int kw_file_descriptor(unsigned file);
/// This process was there when the segment was made, or is a fork of one that was.
int kw_file_attached(unsigned file);

// futexes.c
void kw_futex_command(struct kw_actor *actor, struct kw_command *command);
/// Notes which waiters ended, and waits until `promised` of them have.
void kw_settle(struct kw_actor *actor, struct kw_command *command, long promised);
/// Each process with waiters shows that what they have to complete is complete. Then whoever has not ended sleeps.
void kw_prove_all(struct kw_actor *actor);
/// The system call of whatever is no wait, and nothing else.
long kw_futex_call(const struct kw_command *command);
/// How many waiters a call with this result says it woke.
long kw_promised(const struct kw_command *command, long result);
/// A wait beside other lanes, which may end it before anybody sees that it sleeps.
void kw_race_wait(struct kw_actor *actor, struct kw_command *command);
/// Ends a wait of this process beside other lanes, which may end it first.
void kw_race_cancel(struct kw_actor *actor, struct kw_command *command);
/// The system call of a wait as its command says it.
long kw_wait_call(const struct kw_command *command);
uint32_t kw_futex2_flags(const struct kw_command *command);

// ring.c
long kw_ring_open(unsigned seat);
/// The wait's result when it failed at once, 1 when it sleeps.
long kw_ring_wait(unsigned seat, struct kw_command *command);
long kw_ring_cancel(unsigned seat, unsigned waiter);
void kw_ring_cancel_all(unsigned seat);
void kw_ring_collect(unsigned seat);
void kw_ring_forked(void);
void kw_note_end(unsigned waiter, int32_t result);

// threads.c
long kw_thread_wait(unsigned seat, struct kw_command *command);
long kw_thread_cancel(unsigned seat, unsigned waiter);
/// The same, and nobody else's end is noted.
long kw_thread_cancel_one(unsigned seat, unsigned waiter);
void kw_thread_cancel_all(unsigned seat);
/// Notes which of all parked threads came back.
void kw_thread_collect(void);
/// Waits until each waiter of this process's threads is proven to be asleep or has come back.
void kw_thread_prove(unsigned seat);
/// The same, and notes which came back.
void kw_thread_settle(unsigned seat);
void kw_thread_forked(void);
long kw_thread_probe(void);
/// Starts a further actor of this process.
long kw_thread_start_actor(unsigned seat);

// noise.c
/// Starts what the settings ask for.
void kw_noise_start(void);

// race.c
void kw_race(struct kw_actor *actor, struct kw_command *command);
/// Calls the lanes of the race at a position, but that of the actor who is to begin it: they wait for it at the start.
void kw_race_call(uint32_t position);
/// For how many turns to wait for another actor before the processor is given away: `turns`, or fewer where the lanes of the
/// last race shared one, or all actors are on one between races.
uint32_t kw_race_patience(uint32_t turns);
/// Runs the lane that was given to this actor, if one was.
void kw_race_join(struct kw_actor *actor);
/// Called in the nursery, before and after it chooses where agents run.
void kw_race_allow(void);
void kw_race_home(void);
/// A thread of this process runs where the process did before its first race.
void kw_race_send_home(int32_t thread);
/// The actor runs again where it did before its first race.
void kw_race_reset(struct kw_actor *actor);

// sweep.c
/// A run of a sweep has come to its `KW_AGAIN` at this position: where to go on.
uint32_t kw_sweep_next(uint32_t position);

// actors.c
void kw_own_command(struct kw_actor *actor, struct kw_command *command);
/// Waits until a thread that ends is gone; what the kernel does at a thread's end is done by then.
void kw_thread_gone(unsigned seat);
void kw_own_reset(struct kw_actor *actor);
