// What a host asks of its agents, as it stands in the memory that they share.
#pragma once
#include <stdint.h>

enum {
  KW_SEATS = 24,
  KW_FILES = 8,
  KW_SLOTS = 16,
  /// The waiters of a scenario, and after them the probes of `keys`.
  KW_SCENARIO_WAITERS = 32,
  KW_WAITERS = 40,
  /// Scenarios of one batch. There is room for two batches: one runs, and the other is written or read.
  KW_BATCH = 32,
  KW_TABLES = 2 * KW_BATCH,
  /// Commands of one batch.
  KW_HALF = 6144,
  /// A position at which no program is.
  KW_NOWHERE = 2 * KW_HALF,
  KW_COMMANDS = KW_NOWHERE + 1,
  /// In `kw_command.seat`: the program ends here.
  KW_END = 255,
  KW_PATH_BYTES = 160,
  KW_WORDS = 8,
  KW_WORD_LISTS = 64 * KW_TABLES,
  /// A sweep: the most runs of one program, its commands, the lanes of its race, and the kinds of run that are kept.
  KW_SWEEP_RUNS = 1024,
  KW_SWEEP_COMMANDS = 256,
  KW_SWEEP_LANES = 3,
  KW_SWEEP_KINDS = 48,
};

/// Where slot 0's window lies, in each agent; slot n is n * 32 MiB further.
#define KW_WINDOW_BASE UINT64_C(0x1000000000)
#define KW_WINDOW_BYTES UINT64_C(0x2000000)

enum kw_code {
  KW_NOTHING = 0,
  KW_FORK,
  KW_THREAD,
  KW_EXIT,
  KW_THREAD_EXIT,
  KW_THREAD_GONE,
  KW_FILE,
  KW_FILE_OPEN,
  KW_TRUNCATE,
  KW_GROW,
  KW_PUNCH,
  KW_DROP_FILE,
  KW_DROP_SYSTEM,
  KW_CLOSE,
  KW_UNLINK,
  KW_RENAME,
  KW_REOPEN,
  KW_MAP,
  KW_UNMAP,
  KW_REMAP,
  KW_PROTECT,
  KW_ADVISE,
  KW_PAGEOUT,
  KW_SPLIT,
  KW_MERGE,
  KW_LOCK_MEMORY,
  KW_STORE,
  KW_LOAD,
  KW_WAIT,
  KW_WAITV,
  KW_WAKE,
  KW_REQUEUE,
  KW_COMPARE_REQUEUE,
  KW_WAKE_OP,
  KW_CANCEL,
  KW_LOCK_PI,
  KW_TRYLOCK_PI,
  KW_UNLOCK_PI,
  KW_ROBUST,
  KW_CLEAR_TID,
  KW_HASH_SLOTS,
  KW_PROBE,
  KW_PROBE_WAKE,
  KW_COLLECT,
  /// The scenario is over: the process puts itself in order, and at the same time those whose seats are the bits of
  /// `value`.
  KW_FINISH,
  /// Lanes that run at once: `argument` of them, in the next `value` commands, done by the actor of the first lane.
  KW_RACE,
  /// Begins a lane of `value` commands: `count` idle turns after the start, on processor `count2` of those allowed, or
  /// any if negative. `bitset`: before which of its commands it gives the processor away. Afterwards `address` and
  /// `address2` say when its calls began and ended, in nanoseconds; one that ends with its process says no end.
  KW_LANE,
  /// The end of one run of a sweep: the program begins again, as long as runs are wanted.
  KW_AGAIN,
};

/// `kw_command.flags`.
enum kw_flag {
  KW_PRIVATE = 1,
  KW_FUTEX2 = 2,
  KW_NUMA = 4,
  KW_MPOL = 8,
  KW_POPULATE = 16,
  KW_HUGE = 32,
  KW_HUGETLB = 64,
  KW_SHARED = 128,
  KW_ANONYMOUS = 256,
  KW_DUPLICATE = 512,
  /// The wait has a time-out that outlasts the run.
  KW_LONG = 1024,
  /// The wait ends by itself: the actor makes the call and stays in it.
  KW_BLOCKING = 2048,
  /// The file is a System V segment.
  KW_SEGMENT = 4096,
};

enum kw_timeout {
  KW_NO_TIMEOUT = 0,
  KW_RELATIVE_ZERO,
  KW_RELATIVE_SHORT,
  KW_RELATIVE_LONG,
  KW_ABSOLUTE_PAST,
  KW_ABSOLUTE_SHORT,
  KW_ABSOLUTE_LONG,
};

enum kw_result {
  KW_UNDONE = 0,
  /// `result` is the call's return value: negative ones are error numbers.
  KW_RETURNED,
  KW_VALUE,
  KW_SIGSEGV,
  KW_SIGBUS,
  KW_WAITING,
};

struct kw_command {
  uint8_t code;
  uint8_t seat;
  /// Index of the scenario's operation that it is part of.
  uint8_t operation;
  uint8_t waiter;
  uint8_t slot;
  uint8_t slot2;
  uint8_t file;
  /// Another seat; a file's kind; a protection; a time-out; an advice.
  uint8_t argument;
  uint8_t first;
  uint8_t last;
  uint16_t flags;
  uint32_t value;
  uint32_t bitset;
  int32_t count;
  int32_t count2;
  /// Size of the futex word: FUTEX2_SIZE_*.
  uint8_t size;
  uint8_t result_kind;
  /// Pages that did not leave, by number; for KW_WAKE and the like how many completions did not arrive.
  uint8_t pages_left;
  uint8_t missing;
  uint64_t address;
  uint64_t address2;
  int64_t result;
  /// The scenario's own table of waiters and of paths.
  uint8_t table;
  uint8_t unused[7];
};

enum kw_waiter_state {
  KW_FREE = 0,
  /// The wait failed at once.
  KW_FAILED,
  KW_SLEEPS,
  /// A parked thread came back; nobody has noted yet during which operation.
  KW_BACK,
  KW_ENDED,
};

struct kw_waiter {
  uint32_t state;
  /// What the wait returned, errors as negative numbers.
  int32_t result;
  uint8_t operation;
  uint8_t seat;
  uint8_t by_thread;
  /// Its end was asked for.
  uint8_t cancelled;
  /// It was found ended when the run was over, after the last operation.
  uint8_t late;
  uint8_t died;
  /// Words that it waits on.
  uint8_t words;
  uint8_t unused;
  uint32_t command;
};

/// How a lane is laid out in one run of a sweep: as in a `KW_LANE`.
struct kw_plan {
  int32_t delay, processor;
  uint32_t yields;
};

/// One word of a waitv.
struct kw_word {
  uint64_t address;
  uint32_t value;
  uint32_t flags;
};

enum kw_seat_state {
  KW_EMPTY = 0,
  KW_STARTING,
  KW_IDLE,
  KW_LEAVING,
  KW_DEAD,
};

enum kw_fault {
  KW_FINE = 0,
  /// An agent ended that nobody had asked to end.
  KW_AGENT_DIED,
  KW_RING_FAILED,
  KW_STALE_COMPLETION,
  KW_FORK_FAILED,
  KW_OPEN_FAILED,
  KW_NOT_UNDERSTOOD,
  KW_WAITER_LEFT,
  KW_PARKING_UNPROVEN,
  KW_AGENT_CRASHED,
};
