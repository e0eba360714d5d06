#pragma once
// What the host side of the live kernel needs from C: raw system calls, and the undo of host changes.
// The undo runs in a process forked from a threaded one, where only async-signal-safe calls are sound: it
// neither allocates nor calls into Swift. All functions answer 0 or a value, or -errno.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Calls. ----------------------------------------------------------------------------------------------------

// syscall(2) with the error in the result.
long kwh_syscall(long number, long a, long b, long c, long d, long e, long f);

// The number of the system call with that name on this architecture, -1 when this shim does not know it.
long kwh_syscall_number(const char *name);

// The name of an errno ("EPERM"), or NULL.
const char *kwh_errno_name(int error);

// A child that sleeps until it is killed, and dies with the calling thread. Its pid.
int kwh_start_sleeper(void);

// swapon(2), which the C library's module does not give to Swift.
int kwh_swapon(const char *path);

// Keeps btrfs from copying on write (FS_NOCOW_FL). ENOTTY or EOPNOTSUPP elsewhere.
int kwh_set_no_copy_on_write(int fd);

// A pipe that no child inherits: [0] is read without waiting, [1] written.
int kwh_pipe(int ends[2]);

// Starts a program in a process group of its own, with nothing open but /dev/null and the two descriptors as standard
// output and error. It is killed when the calling thread ends. Its pid.
int kwh_worker_start(const char *path, char *const *arguments, char *const *environment, int out, int err);

// Leases on settings. ---------------------------------------------------------------------------------------

// How the values of several holders of one setting combine.
enum kwh_lease_mode {
  KWH_LEASE_EXACT = 0, // all holders want the same value; another one is refused with -EBUSY
  KWH_LEASE_SUM = 1,   // original value plus what each holder adds
};

// Takes run's lease on the setting at path and writes the combined value. The original value is kept from
// before the first lease on. root: the journal folder. -EBUSY: another run holds a different value.
int kwh_lease_acquire(int root, const char *boot, const char *run, const char *path, int mode, const char *value);

// Ends run's lease on path: the value becomes what the other holders want, the original when there is none.
// 0 also when run holds no lease.
int kwh_lease_release(int root, const char *boot, const char *run, const char *path);

// The undo of a journal. ------------------------------------------------------------------------------------

#define KWH_FAILURES 16

struct kwh_undo_result {
  int undone;                        // records undone now
  int failed;                        // records that could not be undone; they stay in the journal
  long failed_sequence[KWH_FAILURES]; // of the first ones: number of the record ...
  int failed_errno[KWH_FAILURES];     // ... and why
};

// Undoes, latest first, every record of the journal that is not marked as done, and marks it. Records of
// another boot that ended with it (settings, swap, mounts, cgroups, segments) are only marked.
int kwh_undo_journal(int root, int journal, const char *run, const char *boot, struct kwh_undo_result *result);

// Undoes one record and marks it. 0 also when it is marked already or unknown.
int kwh_undo_one(int root, int journal, const char *run, const char *boot, long sequence);

// Removes a folder with all in it, not crossing into other file systems, not following links.
int kwh_remove_tree(const char *path);

// The guardian. ---------------------------------------------------------------------------------------------

// Forks a process in a session of its own that waits for this one to end, by whatever death, and then undoes
// the journal and removes it. Answers the file descriptor that controls it.
int kwh_guardian_start(int root, int journal, const char *run, const char *boot);

// Dismisses the guardian without an undo, waits until it has gone, closes the descriptor.
void kwh_guardian_dismiss(int control);

// Stacks. ---------------------------------------------------------------------------------------------------

struct kwh_frame {
  uint64_t address; // of the instruction
  uint64_t offset;  // from the function's start
  char name[160];   // of the function, "" when unknown
};

// The user stack of a thread of another process, innermost frame first: the number of frames. Stops the thread with
// ptrace(2) and lets it go on, which restarts a futex wait. -ETIMEDOUT: it did not stop within limit milliseconds.
int kwh_user_stack(pid_t thread, struct kwh_frame *frames, int count, int limit);

// From now on a crash of this process (SIGSEGV, SIGABRT, ...) writes its stack to standard error, innermost function
// first, before the signal does its work: 0, or -errno.
int kwh_report_crashes(void);
