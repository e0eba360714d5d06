// A stress run, as it stands in the memory that its host and its processes share.
#pragma once
#include <stdint.h>

#pragma clang assume_nonnull begin

enum {
  KW_STRESS_PAGE = 4096,
  /// Kinds of memory: the private one last.
  KW_STRESS_MEMFD = 0,
  KW_STRESS_TMPFS,
  KW_STRESS_DISK,
  KW_STRESS_ANONYMOUS,
  KW_STRESS_SYSV,
  KW_STRESS_HUGE,
  KW_STRESS_PRIVATE,
  KW_STRESS_KINDS,
  KW_STRESS_LANES = 8,
  KW_STRESS_SLEEPERS = 4,
  KW_STRESS_PATH = 192,
};

/// What is wrong, in `kw_stress_finding.rule`.
enum kw_stress_rule {
  KW_STRESS_FINE = 0,
  /// All waiters of a word were woken, and fewer were than had queued before the call.
  KW_STRESS_LOST_WAKE,
  /// A word's wakes say that they woke more than ever waited.
  KW_STRESS_WOKE_TOO_MANY,
  /// With everybody at rest, wakes say another number than came back.
  KW_STRESS_NOT_CONSERVED,
  /// A call on a word beyond its file's end did not answer EFAULT.
  KW_STRESS_NO_FAULT,
  /// An answer that is not allowed.
  KW_STRESS_WRONG_ANSWER,
  /// After all words were woken somebody still sleeps.
  KW_STRESS_STILL_ASLEEP,
  /// A word has another value than its owner gave it.
  KW_STRESS_WRONG_VALUE,
};

struct kw_stress_finding {
  uint32_t rule, kind, owner, word;
  int64_t expected, seen;
};

struct kw_stress {
  // The host's part.
  uint32_t waiters, lanes, sleepers;
  /// Bits of the kinds wanted; without their bit, `pageout` and `fork` are not done.
  uint32_t kinds;
  uint8_t swap, forks;
  uint8_t unused[6];
  uint64_t seed;
  char tmpfs[KW_STRESS_PATH], disk[KW_STRESS_PATH];
  uint32_t stop;

  // The processes' part.
  uint32_t ready;
  /// Bits of the kinds that there are; for the others the error number.
  uint32_t made;
  int32_t refused[KW_STRESS_KINDS];
  /// Errno of what failed that nothing runs without, and in which step.
  int32_t fault, fault_step;
  uint64_t waits, wakes, woken, requeues, truncations, punches, pageouts, forks_done, checks, refusals;
  uint32_t asleep;
  uint32_t ended;
  struct kw_stress_finding finding;
};

struct kw_stress *_Nullable kw_stress_create(int *fd);
void kw_stress_destroy(struct kw_stress *stress);
/// One of the run's counters, or a flag, as it is now.
uint32_t kw_stress_read(const uint32_t *value);
void kw_stress_stop(struct kw_stress *stress);

#pragma clang assume_nonnull end
