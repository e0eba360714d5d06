/*@ section: head */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef SYS_futex_wake
#define SYS_futex_wake 454
#endif
#ifndef SYS_futex_wait
#define SYS_futex_wait 455
#endif
#ifndef SYS_futex_requeue
#define SYS_futex_requeue 456
#endif

/* Seconds after which a step without an answer counts as hung. */
#define PATIENCE 30

#define PAGE 4096UL
#define HUGE_PAGE 0x200000UL
/* Each window is a fixed range of addresses, the same in each process. */
#define WINDOW_BYTES 0x2000000UL
#define WINDOW(number) (0x1000000000UL + (number)*WINDOW_BYTES)
#define AT(window, offset) (WINDOW((unsigned long)(window)) + (offset))
#define ALL_BITS 0xffffffffU
#define MOST_ACTORS 8
#define MOST_WAITERS 40

/* What an operation answers besides a value or a negative error number. */
#define WAITS (-10001L)
#define RAISED_SIGSEGV (-10002L)
#define RAISED_SIGBUS (-10003L)

enum waiter_state { IDLE, ASLEEP, BACK, GONE };

/* What all processes of the scenario share: it is mapped before the first of them starts. */
static struct control {
	_Atomic int pid[MOST_ACTORS], tid[MOST_ACTORS];
	_Atomic long answer;
	struct {
		_Atomic int state, pid, tid;
		_Atomic long result;
	} waiter[MOST_WAITERS];
	struct {
		_Atomic int pid, fd, segment;
	} file[8];
} *control;

/* An actor is told on its pipe what to do; all answer on one. */
static int orders[MOST_ACTORS][2], answers[2];

/* The process that directs all others. */
static int conductor;

static long perform(int order);
static void prepare_actor(void);

/*@ section: harness; needs: head */
static void end_all(void)
{
	for (int i = 0; i < MOST_ACTORS; i++)
		if (control && control->pid[i] > 0)
			kill(control->pid[i], SIGKILL);
}

/* The scenario cannot run here. */
static void skip(const char *why) __attribute__((noreturn));
static void clean_up(void);

/*@ section: actors; needs: head harness */
static void become(int actor) __attribute__((noreturn));
static void become(int actor)
{
	int order;

	control->tid[actor] = (int)syscall(SYS_gettid);
	while (read(orders[actor][0], &order, sizeof(order)) == (ssize_t)sizeof(order)) {
		control->answer = perform(order);
		if (write(answers[1], "", 1) != 1)
			break;
	}
	_exit(0);
}

static void start_process(int actor)
{
	fflush(stdout);
	pid_t pid = fork();

	if (pid < 0)
		skip("no further process can be started");
	if (pid == 0) {
		/* The conductor alone holds the pipes' writing ends: when it ends, everybody does. */
		for (int i = 0; i < MOST_ACTORS; i++)
			close(orders[i][1]);
		close(answers[0]);
		prepare_actor();
		become(actor);
	}
	control->pid[actor] = pid;
}

/*@ section: ask; needs: actors */
/* Has an actor do something, and waits for the answer. */
static long ask(int actor, int order)
{
	char byte;
	ssize_t got;

	if (write(orders[actor][1], &order, sizeof(order)) != (ssize_t)sizeof(order))
		return -ESRCH;
	do
		got = read(answers[0], &byte, 1);
	while (got < 0 && errno == EINTR);
	return got == 1 ? control->answer : -ESRCH;
}

/*@ section: answer; needs: actors */
static long answer_of(long result)
{
	return result < 0 ? -errno : result;
}

/*@ section: fork; needs: actors */
static long fork_actor(int actor)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		become(actor);
	}
	control->pid[actor] = pid;
	return 0;
}

/*@ section: thread; needs: actors */
static void *thread_main(void *argument)
{
	become((int)(intptr_t)argument);
}

static long start_thread(int actor)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, thread_main, (void *)(intptr_t)actor);

	if (error)
		return -error;
	pthread_detach(thread);
	/* Its number is known as soon as it runs. */
	while (!control->tid[actor])
		sched_yield();
	return 0;
}

/*@ section: exit; needs: actors */
/* The conductor's side: returns when the kernel has done all that it does at the end of a process. */
static long end_process(int actor, int order)
{
	int pid = control->pid[actor];
	struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};

	if (ended.fd < 0)
		skip("pidfd_open does not work");
	if (write(orders[actor][1], &order, sizeof(order)) != (ssize_t)sizeof(order))
		return -ESRCH;
	while (poll(&ended, 1, -1) < 0 && errno == EINTR)
		;
	close(ended.fd);
	control->pid[actor] = 0;
	for (int i = 0; i < MOST_WAITERS; i++)
		if (control->waiter[i].pid == pid && control->waiter[i].state == ASLEEP)
			control->waiter[i].state = GONE;
	return 0;
}

/*@ section: thread-exit; needs: actors */
static long end_thread(int actor, int process, int order)
{
	if (write(orders[actor][1], &order, sizeof(order)) != (ssize_t)sizeof(order))
		return -ESRCH;
	while (syscall(SYS_tgkill, control->pid[process], control->tid[actor], 0) == 0)
		sched_yield();
	return 0;
}

/*@ section: windows; needs: actors */
/* What this address space has mapped in its windows: the size of a page there, and which pages. fork copies it. */
static struct window {
	unsigned long page;
	unsigned int mapped;
} windows[16];

/*@ section: page-of; needs: windows */
static unsigned long page_of(int slot)
{
	return windows[slot].page ? windows[slot].page : PAGE;
}

/*@ section: range; needs: page-of */
struct range {
	char *start;
	size_t bytes;
	unsigned int pages;
};

/* The pages first to last of a window. */
static struct range pages(int slot, unsigned int first, unsigned int last)
{
	unsigned int count = last - first + 1;
	struct range range = {
		.start = (char *)(WINDOW((unsigned long)slot) + first * page_of(slot)),
		.bytes = count * page_of(slot),
		.pages = ((1U << count) - 1) << first,
	};
	return range;
}

/*@ section: whole; needs: range */
/* From the first mapped page of a window to the last; page 0 if nothing is mapped. */
static struct range whole(int slot)
{
	unsigned int mapped = windows[slot].mapped;

	if (!mapped)
		return pages(slot, 0, 0);
	return pages(slot, (unsigned int)__builtin_ctz(mapped), 31 - (unsigned int)__builtin_clz(mapped));
}

/*@ section: map; needs: windows */
static void clear_window(int slot)
{
	if (windows[slot].mapped)
		munmap((void *)WINDOW((unsigned long)slot), WINDOW_BYTES);
	windows[slot].mapped = 0;
}

static long note_mapping(int slot, void *memory, unsigned int count, unsigned long page, int huge)
{
	if (memory == MAP_FAILED)
		return -errno;
	windows[slot].page = page;
	windows[slot].mapped = (1U << count) - 1;
	if (huge)
		madvise(memory, count * page, MADV_HUGEPAGE);
	return 0;
}

/*@ section: map-anonymous; needs: map */
static long map_anonymous(int slot, unsigned int count, int protection, int flags, int huge)
{
	unsigned long page = huge || flags & MAP_HUGETLB ? HUGE_PAGE : PAGE;

	clear_window(slot);
	if (flags & MAP_HUGETLB)
		flags |= 21 << 26; /* pages of 2 MiB */
	return note_mapping(slot,
			    mmap((void *)WINDOW((unsigned long)slot), count * page, protection,
				 MAP_FIXED | MAP_ANONYMOUS | flags, -1, 0),
			    count, page, huge);
}

/*@ section: files; needs: actors */
/* Descriptors of this process, one more than their number; 0 for none. fork copies them. */
static int descriptors[8];

/*@ section: descriptor; needs: files */
static int descriptor(int file)
{
	return descriptors[file] - 1;
}

/*@ section: memfd; needs: files answer */
static long make_memfd(int file, unsigned int flags, off_t bytes)
{
	int fd = memfd_create("scenario", MFD_CLOEXEC | flags);

	if (fd < 0)
		return -errno;
	descriptors[file] = fd + 1;
	control->file[file].pid = getpid();
	control->file[file].fd = fd;
	return answer_of(ftruncate(fd, bytes));
}

/*@ section: path; needs: files */
/* The path of a file's name; rename gives it another. The conductor removes what is left at the end. */
static const char *path_of(const char *folder, int file, int name)
{
	static __thread char path[2][256];
	static __thread int turn;

	turn ^= 1;
	snprintf(path[turn], sizeof(path[turn]), "%s/scenario-%d-%d-%d", folder, conductor, file, name);
	return path[turn];
}

/*@ section: named; needs: path answer */
static long make_file(int file, const char *folder, off_t bytes)
{
	int fd = open(path_of(folder, file, 0), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	descriptors[file] = fd + 1;
	control->file[file].pid = getpid();
	control->file[file].fd = fd;
	return answer_of(ftruncate(fd, bytes));
}

/*@ section: anonymous-shared; needs: files */
/* The object of a shared anonymous mapping, reached through /proc/self/map_files, which needs privileges. */
static long make_anonymous_shared(int file, size_t bytes)
{
	char path[96];
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx", (unsigned long)memory,
		 (unsigned long)memory + bytes);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	int error = errno;

	munmap(memory, bytes);
	if (fd < 0)
		return -error;
	descriptors[file] = fd + 1;
	control->file[file].pid = getpid();
	control->file[file].fd = fd;
	return 0;
}

/*@ section: open-other; needs: files */
/* A file that another process made becomes this one's, too. */
static long open_other(int file)
{
	char path[64];

	if (control->file[file].fd < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", control->file[file].pid, control->file[file].fd);
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	descriptors[file] = fd + 1;
	return 0;
}

/*@ section: segment; needs: actors */
/* Where a System V segment is attached besides the windows, so that it lives on. */
static void *attached[8];

static long make_segment(int file, size_t bytes)
{
	int id = shmget(IPC_PRIVATE, bytes, 0600);

	if (id < 0)
		return -errno;
	attached[file] = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	control->file[file].segment = id + 1;
	return attached[file] == (void *)-1 ? -errno : 0;
}

/*@ section: open-segment; needs: segment */
static long open_segment(int file)
{
	attached[file] = shmat(control->file[file].segment - 1, NULL, 0);
	return attached[file] == (void *)-1 ? -errno : 0;
}

/*@ section: map-segment; needs: segment map */
static long map_segment(int slot, int file, unsigned int count, int protection, int huge)
{
	clear_window(slot);
	if (!attached[file])
		return -EBADF;
	void *memory = shmat(control->file[file].segment - 1, (void *)WINDOW((unsigned long)slot),
			     protection & PROT_WRITE ? 0 : SHM_RDONLY);

	return note_mapping(slot, memory, count, PAGE, huge);
}

/*@ section: map-file; needs: descriptor map */
static long map_file(int slot, int file, unsigned long page, unsigned int first, unsigned int count, int protection,
		     int flags, int huge)
{
	clear_window(slot);
	return note_mapping(slot,
			    mmap((void *)WINDOW((unsigned long)slot), count * page, protection, MAP_FIXED | flags,
				 descriptor(file), (off_t)(first * page)),
			    count, page, huge);
}

/*@ section: close; needs: descriptor answer */
static long close_file(int file)
{
	long result = answer_of(close(descriptor(file)));

	descriptors[file] = 0;
	return result;
}

/*@ section: reopen; needs: path descriptor */
static long reopen(const char *folder, int file, int name)
{
	int fd = open(path_of(folder, file, name), O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (descriptors[file])
		close(descriptor(file));
	descriptors[file] = fd + 1;
	return 0;
}

/*@ section: drop-file; needs: descriptor */
static long drop_caches(int file)
{
	if (fsync(descriptor(file)) < 0)
		return -errno;
	return -posix_fadvise(descriptor(file), 0, 0, POSIX_FADV_DONTNEED);
}

/*@ section: drop-system; needs: answer */
static long drop_all_caches(void)
{
	sync();
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
	long result = answer_of(fd < 0 ? -1 : (long)write(fd, "3", 1));

	if (fd >= 0)
		close(fd);
	return result < 0 ? result : 0;
}

/*@ section: unmap; needs: range answer */
static long unmap(int slot, struct range range)
{
	long result = answer_of(munmap(range.start, range.bytes));

	if (result == 0)
		windows[slot].mapped &= ~range.pages;
	return result;
}

/*@ section: remap; needs: page-of */
/* Moves each mapped page of a window to the same place of another; with length 0 it is mapped there a second time. */
static long remap(int from, int to, int duplicate)
{
	unsigned long page = page_of(from);
	unsigned int mapped = windows[from].mapped;

	for (unsigned int i = 0; i < 8; i++) {
		if (!(mapped >> i & 1))
			continue;
		if (mremap((void *)(WINDOW((unsigned long)from) + i * page), duplicate ? 0 : page, page,
			   MREMAP_MAYMOVE | MREMAP_FIXED,
			   (void *)(WINDOW((unsigned long)to) + i * page)) == MAP_FAILED)
			return -errno;
		/* What stays in the other window is counted in its new pages. */
		if (page_of(to) < page && windows[to].mapped)
			windows[to].mapped = 1;
		else if (page_of(to) > page)
			windows[to].mapped = windows[to].mapped & 1 ? 0xff : 0;
		windows[to].page = page;
		windows[to].mapped |= 1U << i;
		if (!duplicate)
			windows[from].mapped &= ~(1U << i);
	}
	return 0;
}

/*@ section: protect; needs: range answer */
static long protect(struct range range, int protection)
{
	return answer_of(mprotect(range.start, range.bytes, protection));
}

/*@ section: advise; needs: range answer */
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

static long advise(struct range range, int advice)
{
	return answer_of(madvise(range.start, range.bytes, advice));
}

/*@ section: lock-memory; needs: range answer */
static long lock_memory(struct range range)
{
	return answer_of(mlock(range.start, range.bytes));
}

/*@ section: pageout; needs: advise */
static int any_present(struct range range)
{
	uint64_t entry;
	int present = 0, fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	for (size_t at = 0; fd >= 0 && at < range.bytes; at += PAGE)
		if (pread(fd, &entry, sizeof(entry), (off_t)(((unsigned long)range.start + at) / PAGE * sizeof(entry))) ==
			    (ssize_t)sizeof(entry) && entry >> 63)
			present = 1;
	if (fd >= 0)
		close(fd);
	return present;
}

/* Asks again as long as a page stays: reclaim passes over one that is busy. Whether it goes is not promised. */
static long page_out(struct range range)
{
	long result = advise(range, MADV_PAGEOUT);

	for (int i = 0; i < 20 && result == 0 && any_present(range); i++) {
		struct timespec pause = {0, 2000000};

		nanosleep(&pause, NULL);
		advise(range, MADV_PAGEOUT);
	}
	return result;
}

/*@ section: split; needs: range */
/* Advice on a part of a huge page splits it; what it answers is no result. */
static long split(struct range range)
{
	unsigned long start = (unsigned long)range.start;

	for (unsigned long at = start & ~(HUGE_PAGE - 1); at < start + range.bytes; at += HUGE_PAGE)
		madvise((void *)at, PAGE, 20 /* MADV_COLD */);
	return 0;
}

/*@ section: merge; needs: advise */
static long full_scans(void)
{
	long count = 0;
	FILE *file = fopen("/sys/kernel/mm/ksm/full_scans", "re");

	if (!file)
		return -1;
	if (fscanf(file, "%ld", &count) != 1)
		count = -1;
	fclose(file);
	return count;
}

/* KSM has been over the pages when it has made three scans: it needs two, and the first may have begun before. */
static long merge(struct range range)
{
	long result = advise(range, MADV_MERGEABLE), before = full_scans();

	for (int i = 0; i < 4000 && result == 0 && full_scans() < before + 3; i++) {
		struct timespec pause = {0, 1000000};

		nanosleep(&pause, NULL);
	}
	return result;
}

/*@ section: guard; needs: actors */
/* Catches what an access raises, in the thread that made it. */
static __thread sigjmp_buf recovery;
static __thread volatile int guarded;

static void raised(int number)
{
	if (!guarded) {
		signal(number, SIG_DFL);
		return;
	}
	guarded = 0;
	siglongjmp(recovery, number == SIGSEGV ? 1 : 2);
}

/*@ section: store; needs: guard */
static long store(unsigned long address, uint32_t value)
{
	int number = sigsetjmp(recovery, 1);

	if (number)
		return number == 1 ? RAISED_SIGSEGV : RAISED_SIGBUS;
	guarded = 1;
	*(volatile uint32_t *)address = value;
	guarded = 0;
	return 0;
}

/*@ section: load; needs: guard */
static long load(unsigned long address)
{
	volatile uint32_t value;
	int number = sigsetjmp(recovery, 1);

	if (number)
		return number == 1 ? RAISED_SIGSEGV : RAISED_SIGBUS;
	guarded = 1;
	value = *(volatile uint32_t *)address;
	guarded = 0;
	return (long)value;
}

/*@ section: vvar; needs: actors */
static unsigned long vvar(void)
{
	static unsigned long start;
	char line[256];
	FILE *maps = start ? NULL : fopen("/proc/self/maps", "re");

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "[vvar]"))
			start = strtoul(line, NULL, 16);
	if (maps)
		fclose(maps);
	return start;
}

/*@ section: futex; needs: answer */
static long futex(unsigned long address, int operation, uint32_t value, unsigned long value2, unsigned long address2,
		  uint32_t value3)
{
	return answer_of(syscall(SYS_futex, address, operation, value, value2, address2, value3));
}

/*@ section: timeout; needs: actors */
enum timeout { NEVER, RELATIVE_ZERO, RELATIVE_SHORT, RELATIVE_LONG, ABSOLUTE_PAST, ABSOLUTE_SHORT, ABSOLUTE_LONG };

static struct timespec time_of(enum timeout timeout, int relative)
{
	struct timespec time = {0, 0};

	if (timeout == ABSOLUTE_PAST) {
		time.tv_nsec = 1;
		return time;
	}
	if (!relative)
		clock_gettime(CLOCK_MONOTONIC, &time);
	if (timeout == RELATIVE_SHORT || timeout == ABSOLUTE_SHORT)
		time.tv_nsec += 4000000;
	if (timeout == RELATIVE_LONG || timeout == ABSOLUTE_LONG)
		time.tv_sec += 4 * 3600;
	if (time.tv_nsec >= 1000000000) {
		time.tv_sec++;
		time.tv_nsec -= 1000000000;
	}
	return time;
}

/*@ section: wait; needs: timeout futex */
static long wait_on(unsigned long address, uint32_t value, uint32_t bitset, enum timeout timeout, int private)
{
	/* FUTEX_WAIT_BITSET takes no relative time. */
	int relative = timeout >= RELATIVE_ZERO && timeout <= RELATIVE_LONG && bitset == ALL_BITS;
	struct timespec limit = time_of(timeout, relative);

	return futex(address, (relative ? FUTEX_WAIT : FUTEX_WAIT_BITSET) | private, value,
		     timeout == NEVER ? 0 : (unsigned long)&limit, 0, bitset);
}

/*@ section: wait2; needs: timeout answer */
static long wait2_on(unsigned long address, uint32_t value, uint32_t bitset, enum timeout timeout, unsigned int flags)
{
	struct timespec limit = time_of(timeout, 0);

	return answer_of(syscall(SYS_futex_wait, address, (unsigned long)value, (unsigned long)bitset, flags,
				 timeout == NEVER ? NULL : &limit, CLOCK_MONOTONIC));
}

/*@ section: element; needs: actors */
struct wait_element {
	uint64_t value, address;
	uint32_t flags, reserved;
};

/*@ section: waitv; needs: timeout element answer */
static long wait_on_several(const struct wait_element *elements, unsigned int count, enum timeout timeout)
{
	struct timespec limit = time_of(timeout, 0);

	return answer_of(syscall(SYS_futex_waitv, elements, count, 0, timeout == NEVER ? NULL : &limit,
				 CLOCK_MONOTONIC));
}

/*@ section: waiters; needs: actors */
/* Whether the kernel shows the thread asleep in a futex call: what is queued cannot miss a wake. */
static int is_parked(int pid, int tid)
{
	char path[64], text[512];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[length > 0 ? length : 0] = 0;
	const char *state = strrchr(text, ')');

	if (!state || state[1] != ' ' || state[2] != 'S')
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", pid, tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	if (length > 0) {
		text[length] = 0;
		long number = text[0] >= '0' && text[0] <= '9' ? strtol(text, NULL, 10) : -1;

		return number == SYS_futex || number == SYS_futex_wait || number == SYS_futex_waitv;
	}
	/* Not every kernel shows the call; its name in the kernel will do. */
	snprintf(path, sizeof(path), "/proc/%d/task/%d/wchan", pid, tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = 0;
	return strstr(text, "futex") != NULL;
}

/* Returns when the waiter is asleep in its call (1), or back from it or gone (0). */
static int settle(int waiter)
{
	for (;;) {
		int state = control->waiter[waiter].state;

		if (state == BACK || state == GONE)
			return 0;
		if (state == ASLEEP && is_parked(control->waiter[waiter].pid, control->waiter[waiter].tid))
			return control->waiter[waiter].state == ASLEEP;
		sched_yield();
	}
}

/*@ section: waiter-threads; needs: waiters */
/* A waiter is a thread. It says when it enters its call and when it is back. */
struct job {
	int waiter, order;
};

static long wait_call(int order);

static long start_thread_of(void *(*main)(void *), int waiter, int order)
{
	pthread_t thread;
	pthread_attr_t attributes;
	struct job *job = malloc(sizeof(*job));

	if (!job)
		return -ENOMEM;
	*job = (struct job){waiter, order};
	control->waiter[waiter].pid = getpid();
	control->waiter[waiter].state = IDLE;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	int error = pthread_create(&thread, &attributes, main, job);

	pthread_attr_destroy(&attributes);
	if (error)
		return -error;
	pthread_detach(thread);
	return 0;
}

/*@ section: start-waiter; needs: waiter-threads */
static void *waiter_main(void *argument)
{
	struct job job = *(struct job *)argument;

	free(argument);
	control->waiter[job.waiter].tid = (int)syscall(SYS_gettid);
	control->waiter[job.waiter].state = ASLEEP;
	control->waiter[job.waiter].result = wait_call(job.order);
	control->waiter[job.waiter].state = BACK;
	for (;;)
		pause();
	return NULL;
}

static long start_waiter(int waiter, int order)
{
	long error = start_thread_of(waiter_main, waiter, order);

	if (error)
		return error;
	if (settle(waiter))
		return WAITS;
	/* It did not wait: it is no waiter. */
	control->waiter[waiter].state = IDLE;
	control->waiter[waiter].pid = 0;
	return control->waiter[waiter].result;
}

/*@ section: cancel; needs: actors */
static void interrupted(int number)
{
	(void)number;
}

static long cancel(int waiter)
{
	if (control->waiter[waiter].state != ASLEEP)
		return 0;
	/* Again where it came before the thread was in its call. */
	for (int i = 0; control->waiter[waiter].state == ASLEEP; i++) {
		if (i % 1000 == 0)
			syscall(SYS_tgkill, getpid(), control->waiter[waiter].tid, SIGUSR1);
		sched_yield();
	}
	return control->waiter[waiter].result == -EINTR;
}

/*@ section: wake; needs: futex */
static long wake(unsigned long address, int count, uint32_t bitset, int private)
{
	return futex(address, FUTEX_WAKE_BITSET | private, (uint32_t)count, 0, 0, bitset);
}

/*@ section: wake2; needs: answer */
static long wake2(unsigned long address, int count, uint32_t bitset, unsigned int flags)
{
	return answer_of(syscall(SYS_futex_wake, address, (unsigned long)bitset, count, flags));
}

/*@ section: requeue2; needs: element answer */
static long requeue2(unsigned long from, unsigned long to, int wake, int move, uint32_t value, unsigned int flags)
{
	struct wait_element pair[2] = {{value, from, flags, 0}, {0, to, flags, 0}};

	return answer_of(syscall(SYS_futex_requeue, pair, 0, wake, move));
}

/*@ section: lock-pi; needs: futex */
/* With a time that is over: a lock that is taken answers at once. */
static long lock_pi(unsigned long address, int operation)
{
	struct timespec over = {0, 1};

	return futex(address, operation, 0, (unsigned long)&over, 0, 0);
}

/*@ section: robust; needs: store */
/* Entries stand at one distance from their words, so each word has a place of its own in a shadow of the windows. */
#define SHADOW 0x2000000000UL
#define SHADOW_DISTANCE ((long)(WINDOW(0UL) - SHADOW))

struct robust_entry {
	struct robust_entry *next;
};

static long robust(int actor, unsigned long address)
{
	static struct {
		struct robust_entry list;
		long offset;
		struct robust_entry *pending;
		int pid;
	} heads[MOST_ACTORS];
	static int shadow;
	long result;

	if (!shadow && mmap((void *)SHADOW, 16 * WINDOW_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) == MAP_FAILED)
		return -errno;
	shadow = 1;
	result = store(address, (uint32_t)syscall(SYS_gettid));
	if (result)
		return result;
	if (heads[actor].pid != getpid()) {
		heads[actor].pid = getpid();
		heads[actor].list.next = &heads[actor].list;
		heads[actor].offset = SHADOW_DISTANCE;
		heads[actor].pending = NULL;
		if (syscall(SYS_set_robust_list, &heads[actor], 3 * sizeof(void *)) < 0)
			return -errno;
	}
	struct robust_entry *entry = (struct robust_entry *)(address - (unsigned long)SHADOW_DISTANCE);

	for (struct robust_entry *it = heads[actor].list.next; it != &heads[actor].list; it = it->next)
		if (it == entry)
			return 0;
	entry->next = heads[actor].list.next;
	heads[actor].list.next = entry;
	return 0;
}

/*@ section: clear-tid; needs: actors */
static long clear_tid(unsigned long address)
{
	syscall(SYS_set_tid_address, address);
	return 0;
}

/*@ section: hash-slots; needs: answer */
static long hash_slots(unsigned int slots)
{
	return answer_of(prctl(78 /* PR_FUTEX_HASH */, 1 /* PR_FUTEX_HASH_SET_SLOTS */, slots, 0, 0));
}

/*@ section: probe; needs: start-waiter load */
/* One word of "keys": waits on it with the value that is there, unless it still waits. */
static uint32_t probe_value(unsigned long address)
{
	long value = load(address);

	return value < 0 ? 0 : (uint32_t)value;
}

static long start_probe(int waiter, int order)
{
	if (control->waiter[waiter].state == ASLEEP)
		return WAITS;
	return start_waiter(waiter, order);
}

/*@ section: keys; needs: probe cancel ask */
#define MOST_WORDS 8
#define PROBE(word) (32 + (word))

struct key_word {
	int process, actor, probe, wake, cancel;
};

/* The key of each word as a class, numbered by first occurrence, or the error that it has instead. */
static long classes[MOST_WORDS];

/*
 * For each word in turn all words are waited on and the word is woken: whoever ends has its key.
 * At the end those that are left are cancelled.
 */
static long find_keys(const struct key_word *words, int count)
{
	unsigned int woken[MOST_WORDS] = {0};
	long wakes[MOST_WORDS] = {0}, failures[MOST_WORDS] = {0};
	int heads[MOST_WORDS], head_count = 0;

	for (int turn = 0; turn < count; turn++) {
		for (int i = 0; i < count; i++) {
			long result = ask(words[i].process, words[i].probe);

			/* A word that the kernel writes may change between the look and the wait. */
			for (int again = 0; again < 1000 && result == -EAGAIN; again++)
				result = ask(words[i].process, words[i].probe);
			if (result < 0 && result != WAITS)
				failures[i] = result;
		}
		wakes[turn] = ask(words[turn].actor, words[turn].wake);
		for (int i = 0; i < count; i++) {
			if (control->waiter[PROBE(i)].state == IDLE || settle(PROBE(i)))
				continue;
			if (control->waiter[PROBE(i)].result >= 0)
				woken[turn] |= 1U << i;
			control->waiter[PROBE(i)].state = IDLE;
		}
	}
	for (int i = 0; i < count; i++) {
		ask(words[i].process, words[i].cancel);
		control->waiter[PROBE(i)].state = IDLE;
	}
	for (int i = 0; i < count; i++) {
		classes[i] = wakes[i] < 0 ? wakes[i] : failures[i];
		for (int h = 0; h < head_count && classes[i] == 0; h++)
			if (woken[heads[h]] >> i & 1) {
				classes[i] = h + 1;
				break;
			}
		if (classes[i] == 0) {
			heads[head_count] = i;
			classes[i] = ++head_count;
		}
	}
	for (int i = 0; i < count; i++)
		if (classes[i] > 0)
			classes[i]--;
	return 0;
}

/*@ section: check; needs: actors */
/* Which waiters ended during a step: woken, interrupted by a cancel, or with their process. Bits by waiter. */
struct ends {
	uint32_t woken, cancelled, died, other;
};

static struct ends ends;
static long seen;
static int allowed;

static int ends_are(uint32_t woken, uint32_t cancelled, uint32_t died)
{
	return ends.woken == woken && ends.cancelled == cancelled && ends.died == died && ends.other == 0;
}

/*@ section: race; needs: check actors */
/* What lanes that run at once share: where they meet, how long each waits then, and what came of their calls. */
#define MOST_LANES 3
#define MOST_LANE_STEPS 64

static struct race {
	_Atomic int ready, go[MOST_WAITERS];
	int lanes, delay[MOST_LANES], processor[MOST_LANES], patience;
	_Atomic long result[MOST_LANE_STEPS];
} *race;

/* All lanes start together, each after its own delay. */
static void meet(int lane)
{
	cpu_set_t one;

	if (race->processor[lane] >= 0) {
		CPU_ZERO(&one);
		CPU_SET(race->processor[lane], &one);
		sched_setaffinity(0, sizeof(one), &one);
	}
	race->ready++;
	for (int i = 1; race->ready < race->lanes; i++)
		if (i % race->patience == 0)
			sched_yield();
	for (volatile int i = 0; i < race->delay[lane]; i++)
		;
}

static uint64_t random_state;

static unsigned int draw(unsigned int below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned int)(random_state >> 33) % below;
}

/*
 * Most times each lane has a processor of its own as long as there are enough, sometimes all share one. Delays are
 * spread over their magnitudes, and one lane has none.
 */
static void lay_out(int lanes)
{
	cpu_set_t allowed;
	int processors[64], count = 0;

	CPU_ZERO(&allowed);
	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (int i = 0; i < CPU_SETSIZE && count < 64; i++)
		if (CPU_ISSET(i, &allowed))
			processors[count++] = i;
	unsigned int first = draw(64);
	int together = draw(8) == 0, prompt = (int)draw((unsigned int)lanes);

	race->ready = 0;
	race->lanes = lanes;
	race->patience = together || lanes > count ? 1 : 1 << 14;
	for (int i = 0; i < lanes; i++) {
		unsigned int place = together ? first : first + (unsigned int)i;

		race->delay[i] = i == prompt ? 0 : (int)draw(1U << draw(15));
		race->processor[i] = count ? processors[place % (unsigned int)count] : -1;
	}
}

struct lane {
	int actor, order;
};

static void run_race(const struct lane *lanes, int count)
{
	char byte;

	lay_out(count);
	for (int i = 0; i < count; i++)
		if (write(orders[lanes[i].actor][1], &lanes[i].order, sizeof(int)) != (ssize_t)sizeof(int))
			_exit(1);
	for (int i = 0; i < count;) {
		ssize_t got = read(answers[0], &byte, 1);

		if (got == 1)
			i++;
		else if (got == 0 || errno != EINTR)
			_exit(1);
	}
}

/*@ section: race-waiters; needs: race waiter-threads */
/* A thread that enters its wait when a lane tells it to. */
static void *race_waiter_main(void *argument)
{
	struct job job = *(struct job *)argument;

	free(argument);
	control->waiter[job.waiter].tid = (int)syscall(SYS_gettid);
	while (!race->go[job.waiter])
		syscall(SYS_futex, &race->go[job.waiter], FUTEX_WAIT, 0, NULL, NULL, 0);
	control->waiter[job.waiter].state = ASLEEP;
	control->waiter[job.waiter].result = wait_call(job.order);
	control->waiter[job.waiter].state = BACK;
	for (;;)
		pause();
	return NULL;
}

static long prepare_waiter(int waiter, int order) { return start_thread_of(race_waiter_main, waiter, order); }

/* In a lane. A wait that another lane has ended before it was seen asleep has slept. */
static long begin_waiter(int waiter)
{
	race->go[waiter] = 1;
	syscall(SYS_futex, &race->go[waiter], FUTEX_WAKE, 1, NULL, NULL, 0);
	if (settle(waiter))
		return WAITS;
	long result = control->waiter[waiter].result;

	if (result == 0 || result == -EINTR)
		return WAITS;
	control->waiter[waiter].state = IDLE;
	control->waiter[waiter].pid = 0;
	return result;
}

/*@ section: collect; needs: check waiters */
/* Every waiter is asleep for certain, or has ended; those that ended are noted. */
static void collect(void)
{
	memset(&ends, 0, sizeof(ends));
	for (int i = 0; i < 32; i++) {
		int state = control->waiter[i].state;
		long result;

		if (!control->waiter[i].pid || state == IDLE)
			continue;
		if (settle(i))
			continue;
		result = control->waiter[i].result;
		if (control->waiter[i].state == GONE)
			ends.died |= 1U << i;
		else if (result >= 0)
			ends.woken |= 1U << i;
		else if (result == -EINTR || result == -ECANCELED)
			ends.cancelled |= 1U << i;
		else
			ends.other |= 1U << i;
		control->waiter[i].pid = 0;
		control->waiter[i].state = IDLE;
	}
}

/*@ section: collect-none; needs: check */
static void collect(void)
{
	memset(&ends, 0, sizeof(ends));
}

/*@ section: allow-value; needs: check */
/* One way that the step may go: this result, and exactly these waiters end. */
static void allow(long result, uint32_t woken, uint32_t cancelled, uint32_t died)
{
	if (seen == result && ends_are(woken, cancelled, died))
		allowed = 1;
}

/*@ section: allow-any-value; needs: check */
static void allow_any_value(uint32_t woken, uint32_t cancelled, uint32_t died)
{
	if (seen >= 0 && ends_are(woken, cancelled, died))
		allowed = 1;
}

/*@ section: allow-anything; needs: check */
static void allow_anything(uint32_t woken, uint32_t cancelled, uint32_t died)
{
	if (ends_are(woken, cancelled, died))
		allowed = 1;
}

/*@ section: allow-keys; needs: keys */
static void allow_keys(const long *expected, int count, uint32_t woken, uint32_t cancelled, uint32_t died)
{
	if (memcmp(expected, classes, (size_t)count * sizeof(long)) == 0 && ends_are(woken, cancelled, died))
		allowed = 1;
}

/*@ section: requirements; needs: harness */
static long number_in(const char *path, const char *label)
{
	char line[256];
	long number = -1;
	FILE *file = fopen(path, "re");

	while (file && number < 0 && fgets(line, sizeof(line), file))
		if (strncmp(line, label, strlen(label)) == 0)
			number = strtol(line + strlen(label), NULL, 10);
	if (file)
		fclose(file);
	return number;
}

/*@ section: folder; needs: harness */
/* A folder for named files on the kind of file system that the scenario wants. */
static const char *folder_for(const char *variable, const char *standard, int on_tmpfs)
{
	const char *folder = getenv(variable) ? getenv(variable) : standard;
	struct statfs system;

	if (statfs(folder, &system) < 0 || access(folder, W_OK) < 0)
		skip("no folder for files; name one in KEYWAKE_TMPFS or KEYWAKE_DISK");
	if ((system.f_type == 0x01021994) != on_tmpfs || (!on_tmpfs && system.f_type == 0x794c7630))
		skip("a folder is on another kind of file system; name one in KEYWAKE_TMPFS or KEYWAKE_DISK");
	return folder;
}

/*@ section: report; needs: check harness */
static int number_of_steps, current;
static const char *current_text, *current_promise;

static void say_seen(void);

static void hung(int number)
{
	static const char text[] = "hung: a step has had no answer for too long\n";

	(void)number;
	if (write(1, text, sizeof(text) - 1) < 0)
		_exit(1);
	end_all();
	_exit(1);
}

static void begin(const char *text, const char *promise)
{
	current++;
	current_text = text;
	current_promise = promise;
	allowed = 0;
	seen = 0;
	alarm(PATIENCE);
}

static void say_result(long result)
{
	if (result == WAITS)
		printf("waits");
	else if (result == RAISED_SIGSEGV || result == RAISED_SIGBUS)
		printf("%s", result == RAISED_SIGSEGV ? "SIGSEGV" : "SIGBUS");
	else if (result < 0)
		printf("error %ld (%s)", -result, strerror((int)-result));
	else
		printf("%ld", result);
}

/*@ section: kselftest */
/* In the kernel's tree kselftest.h does this; elsewhere these few lines do. */
#if defined(__has_include)
#if __has_include("kselftest.h")
#include "kselftest.h"
#define HAVE_KSELFTEST
#elif __has_include("../../kselftest.h")
#include "../../kselftest.h"
#define HAVE_KSELFTEST
#endif
#endif

#ifndef HAVE_KSELFTEST
#define KSFT_PASS 0
#define KSFT_FAIL 1
#define KSFT_SKIP 4
#endif

/*@ section: report-program; needs: report */
static void skip(const char *why)
{
	printf("skipped: %s\n", why);
	end_all();
	clean_up();
	exit(2);
}

/* Ends the program at the first step that is not as promised. */
static void end(void)
{
	printf("%s %d: %s: promised %s; seen ", allowed ? "  " : "!!", current, current_text, current_promise);
	say_seen();
	if (allowed)
		return;
	printf("not what is promised\n");
	end_all();
	clean_up();
	exit(1);
}

static int finish(void)
{
	printf("all %d steps are as promised\n", number_of_steps);
	return 0;
}

/*@ section: report-kselftest; needs: report kselftest */
static void skip(const char *why)
{
	end_all();
	clean_up();
	if (current)
		printf("ok %d # SKIP %s\n", current, why);
	else
		printf("1..0 # SKIP %s\n", why);
	exit(KSFT_SKIP);
}

/* What comes after a step that is not as promised has no promise: the rest is skipped. */
static void end(void)
{
	printf("%s %d %s\n", allowed ? "ok" : "not ok", current, current_text);
	if (allowed)
		return;
	printf("# promised %s; seen ", current_promise);
	say_seen();
	int failed = current;

	while (current++ < number_of_steps)
		printf("ok %d # SKIP after a step that failed\n", current);
	printf("# Totals: pass:%d fail:1 xfail:0 xpass:0 skip:%d error:0\n", failed - 1, number_of_steps - failed);
	end_all();
	clean_up();
	exit(KSFT_FAIL);
}

static int finish(void)
{
	printf("# Totals: pass:%d fail:0 xfail:0 xpass:0 skip:0 error:0\n", number_of_steps);
	return KSFT_PASS;
}

/*@ section: report-rounds; needs: report race */
/* Results that are not told apart. */
#define ANY_VALUE (-10004L)
#define ANYTHING (-10005L)

/* What a round came to. A step beside the race that was not as promised has a number. */
static struct row {
	long results[MOST_LANE_STEPS], seen;
	struct ends race_ends, step_ends;
	int step, has_race;
	const char *text, *promise;
	unsigned long count;
	int is_allowed;
} rows[256];
static int row_count, outcome;
static unsigned long rounds, forbidden;
static struct ends race_ends;
static jmp_buf round_over;

static void say_ends(void);
static void say_lanes(const long *results);
static int find_outcome(void);
static void scenario(void);

static void record(int step, int is_allowed)
{
	struct row row = {.step = step, .is_allowed = is_allowed, .race_ends = race_ends, .count = 1};

	row.has_race = !step || outcome >= 0;
	if (!is_allowed)
		forbidden++;
	for (int i = 0; i < MOST_LANE_STEPS; i++)
		row.results[i] = race->result[i];
	if (step) {
		row.text = current_text;
		row.promise = current_promise;
		row.seen = seen;
		row.step_ends = ends;
	}
	for (int i = 0; i < row_count; i++) {
		struct row *other = &rows[i];

		if (other->step == row.step && other->seen == row.seen &&
		    memcmp(other->results, row.results, sizeof(row.results)) == 0 &&
		    memcmp(&other->race_ends, &row.race_ends, sizeof(row.race_ends)) == 0 &&
		    memcmp(&other->step_ends, &row.step_ends, sizeof(row.step_ends)) == 0) {
			other->count++;
			return;
		}
	}
	if (row_count < (int)(sizeof(rows) / sizeof(rows[0])))
		rows[row_count++] = row;
}

/* The race's outcome: its number among those that are promised. Any other ends the round. */
static void end_race(void)
{
	race_ends = ends;
	outcome = find_outcome();
	if (outcome >= 0)
		return;
	record(0, 0);
	longjmp(round_over, 1);
}

/* A step that is not as promised ends the round. */
static void end(void)
{
	if (allowed)
		return;
	record(current, 0);
	longjmp(round_over, 1);
}

static unsigned long number_from(const char *variable, unsigned long standard)
{
	return getenv(variable) ? strtoul(getenv(variable), NULL, 10) : standard;
}

/* Each round in fresh processes. */
static void run_rounds(void)
{
	static unsigned long most, seconds;
	static time_t start;

	most = number_from("KEYWAKE_ROUNDS", 20000);
	seconds = number_from("KEYWAKE_SECONDS", 60);
	random_state = number_from("KEYWAKE_SEED", 1) * 0x9e3779b97f4a7c15UL | 1;
	start = time(NULL);
	race = mmap(NULL, sizeof(*race), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (race == MAP_FAILED || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		skip("no memory or no care of orphans");
	for (; rounds < most && (unsigned long)(time(NULL) - start) < seconds; rounds++) {
		current = 0;
		outcome = -1;
		memset(&race_ends, 0, sizeof(race_ends));
		if (setjmp(round_over) == 0) {
			scenario();
			record(0, 1);
		}
		end_all();
		/* Nobody is left who could take an order of the next round. */
		while (wait(NULL) > 0 || errno == EINTR)
			;
		clean_up();
		memset(control, 0, sizeof(*control));
		memset(race, 0, sizeof(*race));
	}
	alarm(0);
}

static void say_rows(const char *margin)
{
	printf("%s    count  promise    outcome\n", margin);
	for (int i = 0; i < row_count; i++) {
		struct row *row = &rows[i];

		printf("%s%9lu  %-9s  ", margin, row->count, row->is_allowed ? "allowed" : "FORBIDDEN");
		ends = row->race_ends;
		if (row->has_race) {
			say_lanes(row->results);
			say_ends();
		}
		if (row->step) {
			printf("%sstep %d, %s: promised %s; seen ", row->has_race ? "; " : "", row->step, row->text,
			       row->promise);
			seen = row->seen;
			ends = row->step_ends;
			say_seen();
		} else {
			printf("\n");
		}
	}
}

/*@ section: report-rounds-program; needs: report-rounds */
static void skip(const char *why)
{
	printf("skipped: %s\n", why);
	end_all();
	clean_up();
	exit(2);
}

static int finish(void)
{
	say_rows("");
	printf("%lu rounds, %lu with an outcome that is not promised\n", rounds, forbidden);
	return forbidden ? 1 : 0;
}

/*@ section: report-rounds-kselftest; needs: report-rounds kselftest */
static void skip(const char *why)
{
	end_all();
	clean_up();
	printf("ok 1 # SKIP %s\n", why);
	exit(KSFT_SKIP);
}

static int finish(void)
{
	say_rows("# ");
	printf("%s 1 %lu rounds, %lu with an outcome that is not promised\n", forbidden ? "not ok" : "ok", rounds, forbidden);
	printf("# Totals: pass:%d fail:%d xfail:0 xpass:0 skip:0 error:0\n", !forbidden, !!forbidden);
	return forbidden ? KSFT_FAIL : KSFT_PASS;
}
