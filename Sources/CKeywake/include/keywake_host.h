// The host's side of the memory that it shares with its agents.
#pragma once
#include "keywake_commands.h"
#include <sys/types.h>

#pragma clang assume_nonnull begin

struct kw_region;

/// What widens the windows of races.
enum kw_noise {
  KW_NOISE_RECLAIM = 0,
  KW_NOISE_DROP_CACHES,
  KW_NOISE_COMPACT,
  KW_NOISE_HOG,
  KW_NOISE_MEMORY_GROUP,
  KW_NOISE_KINDS
};

/// Settings that agents read.
struct kw_settings {
  /// Rounds that the host looks, and an agent, before it sleeps.
  uint32_t host_spins, spins;
  /// How long a wake waits for the completions that it was promised.
  uint32_t completion_milliseconds;
  uint32_t pageout_attempts;
  uint8_t waiters_by_thread;
  uint8_t swap;
  /// All agents run on one processor.
  uint8_t one_processor;
  /// KSM looks at all anonymous memory of the agents.
  uint8_t merge;
  /// Bits of `kw_noise` that go on as long as the nursery does.
  uint8_t noise;
  /// For `KW_NOISE_MEMORY_GROUP`: the version of control groups, and the folder of the agents' group.
  uint8_t group_version;
  char group[192];
};

/// What the nursery found out about its host.
struct kw_abilities {
  uint64_t text, text_bytes, vdso, vvar;
  /// 0, or the error number with which it failed.
  int32_t ring, map_files, proc_sleep, futex2;
  int32_t ready;
};

/// Makes the shared memory; its descriptor in `fd`. NULL: `errno` says why.
struct kw_region *_Nullable kw_region_create(int *fd);
/// Where the shared memory lies in each agent: an agent that sleeps on a word of it waits for its turn.
uint64_t kw_region_base(void);
uint64_t kw_region_bytes(void);
void kw_region_destroy(struct kw_region *region);
struct kw_settings *kw_region_settings(struct kw_region *region);
const struct kw_abilities *kw_region_abilities(struct kw_region *region);
struct kw_command *kw_region_commands(struct kw_region *region);
/// `KW_WAITERS` waiters of a table.
struct kw_waiter *kw_region_waiters(struct kw_region *region, unsigned table);
/// `KW_WORDS` words of each `waitv`.
struct kw_word *kw_region_words(struct kw_region *region);
/// `KW_PATH_BYTES` bytes: the path of a file without the three digits that number its names.
char *kw_region_path(struct kw_region *region, unsigned table, unsigned file);

/// How often a noise has been made since the nursery started.
uint32_t kw_region_noise(struct kw_region *region, unsigned kind);

uint32_t kw_seat_now(struct kw_region *region, unsigned seat);
pid_t kw_seat_pid(struct kw_region *region, unsigned seat);
pid_t kw_seat_tid(struct kw_region *region, unsigned seat);
void kw_seat_claim(struct kw_region *region, unsigned seat);
/// The seat takes part in no run any more: that its agent ends is no fault. Before it is retired or killed.
void kw_seat_dismiss(struct kw_region *region, unsigned seat);
/// Asks an agent to end.
void kw_seat_retire(struct kw_region *region, unsigned seat);
/// The nursery saw it end, and nobody may touch the seat any more.
void kw_seat_clear(struct kw_region *region, unsigned seat);

/// Starts the program at a position, which has a command. `in_use` is the mask of the seats that take part.
void kw_region_start(struct kw_region *region, uint32_t position, uint32_t in_use);
/// Agents go on with this program when they have ended the one that runs; if they have ended it already, it is started.
void kw_region_queue(struct kw_region *region, uint32_t position, uint32_t in_use);
/// What waits in the queue is not run.
void kw_region_withdraw(struct kw_region *region);
/// How many programs have come to their ends so far.
uint32_t kw_region_ended(struct kw_region *region);
/// Waits until so many programs have come to their ends: 1; -1 for a fault; 0 after so many milliseconds.
int kw_region_wait(struct kw_region *region, uint32_t program, unsigned milliseconds);

/// A sweep of the program that stands from `start` on, `commands` long, behind which a `KW_AGAIN` stands.
void kw_sweep_begin(struct kw_region *region, uint32_t start, uint32_t commands, uint32_t runs);
/// `KW_SWEEP_LANES` plans of each run; the program itself has those of the first.
struct kw_plan *kw_sweep_plans(struct kw_region *region);
/// No further run is begun.
void kw_sweep_stop(struct kw_region *region);
/// Runs that came to their ends, and how many of them are unlike each other.
uint32_t kw_sweep_done(struct kw_region *region);
uint32_t kw_sweep_kinds(struct kw_region *region);
/// Puts the first run of a kind back where it was written, to be read there: its number in the sweep, and how many came
/// of it. After the program has ended.
uint32_t kw_sweep_restore(struct kw_region *region, uint32_t kind, unsigned table, uint32_t *count);

uint32_t kw_region_position(struct kw_region *region);
uint32_t kw_region_fault(struct kw_region *region, int32_t *detail, uint32_t *seat);
/// Waits for a change of any seat's state, or until so many milliseconds are over.
void kw_region_wait_seats(struct kw_region *region, uint32_t seen, unsigned milliseconds);
uint32_t kw_region_seats_version(struct kw_region *region);

/// Starts the agents' program: with `--nursery` the process that all agents are forked from, with `--stress` a stress run.
/// 0, or an error number.
int kw_agent_start(const char *path, const char *mode, int region_fd, int *control, pid_t *pid);
/// Asks for one thing: 's' spawn, 'k' kill. 0, or an error number.
int kw_nursery_ask(int control, char what, unsigned seat);

/// The agent executable's main function.
int kw_agent_main(int argc, char *_Nullable *_Nonnull argv);

/// 1 if the path is on tmpfs, 0 if not, or a negative error number.
int kw_is_on_tmpfs(const char *path);

#pragma clang assume_nonnull end
