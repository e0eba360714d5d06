// The windows of an address space.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <time.h>

#include "agent.h"
#include "syscalls.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif
#define KW_HUGE_PAGE UINT64_C(0x200000)
#define KW_HUGE_2MB (21 << 26)

/// What this address space has mapped in a window: its page size, and which pages. `fork` copies it.
static struct window {
  uint64_t page;
  uint32_t mapped;
} windows[KW_SLOTS];
static int pagemap = -1;

static uint64_t page_of(unsigned slot) { return windows[slot].page ? windows[slot].page : KW_PAGE; }
static uint64_t base_of(unsigned slot) { return KW_WINDOW_BASE + slot * KW_WINDOW_BYTES; }

struct range {
  uint64_t address, bytes;
  uint32_t pages;
};

static struct range range_of(const struct kw_command *command) {
  unsigned first = command->first, last = command->last;
  uint32_t mapped = windows[command->slot].mapped;
  if (first == 0 && last == 7) {
    first = mapped ? (unsigned)__builtin_ctz(mapped) : 0;
    last = mapped ? 31 - (unsigned)__builtin_clz(mapped) : 0;
  }
  uint64_t page = page_of(command->slot);
  uint32_t count = last - first + 1;
  struct range range = {base_of(command->slot) + first * page, count * page, ((1u << count) - 1) << first};
  return range;
}

static int protection_of(unsigned bits) {
  return (bits & 1 ? PROT_READ : 0) | (bits & 2 ? PROT_WRITE : 0);
}

static long map(struct kw_command *command) {
  unsigned slot = command->slot;
  struct window *window = &windows[slot];
  uint64_t page = command->flags & (KW_HUGE | KW_HUGETLB) && command->flags & KW_ANONYMOUS ? KW_HUGE_PAGE : KW_PAGE;
  int flags = MAP_FIXED | (command->flags & KW_SHARED ? MAP_SHARED : MAP_PRIVATE);
  if (command->flags & KW_POPULATE) flags |= MAP_POPULATE;
  if (command->flags & KW_HUGETLB) flags |= MAP_HUGETLB | KW_HUGE_2MB;
  int protection = protection_of(command->argument), fd = -1;
  uint64_t offset = 0;
  if (command->flags & KW_ANONYMOUS) {
    flags |= MAP_ANONYMOUS;
  } else {
    // `value` is the file's page size.
    page = command->value;
    fd = kw_file_descriptor(command->file);
    offset = command->first * page;
  }
  // Part of a huge page cannot be mapped over.
  if (window->mapped && page_of(slot) != page) {
    kw_call2(SYS_munmap, base_of(slot), KW_WINDOW_BYTES);
    window->mapped = 0;
  }
  uint32_t count = command->last - command->first + 1u;
  long result;
  // The mapping that is replaced goes in the same call: another lane finds the old one or the new one, never a hole.
  if (command->flags & KW_SEGMENT) {
    int32_t segment = atomic_load_explicit(&kw_shared->files[command->file].segment, memory_order_relaxed);
    result = kw_file_attached(command->file)
                 ? kw_call3(SYS_shmat, segment - 1, base_of(slot), SHM_REMAP | (protection & PROT_WRITE ? 0 : SHM_RDONLY))
                 : -EBADF;
    if (result > 0 && protection != (PROT_READ | PROT_WRITE) && protection != PROT_READ) {
      long error = kw_call3(SYS_mprotect, base_of(slot), count * page, protection);
      if (error < 0) result = error;
    }
  } else {
    result = kw_call6(SYS_mmap, (long)base_of(slot), (long)(count * page), protection, flags, fd, (long)offset);
  }
  uint32_t rest = window->mapped;
  uint64_t end = rest ? page_of(slot) * (32u - (unsigned)__builtin_clz(rest)) : 0;
  if (result < 0) {
    // The kernel may have emptied the place before it failed.
    if (rest) kw_call2(SYS_munmap, base_of(slot), KW_WINDOW_BYTES);
    window->mapped = 0;
    return result;
  }
  if (end > count * page) kw_call2(SYS_munmap, base_of(slot) + count * page, end - count * page);
  window->page = page;
  window->mapped = (1u << count) - 1;
  if (command->flags & KW_HUGE) kw_call3(SYS_madvise, base_of(slot), count * page, MADV_HUGEPAGE);
  return 0;
}

static long unmap(struct kw_command *command) {
  struct range range = range_of(command);
  long result = kw_call2(SYS_munmap, range.address, range.bytes);
  if (result == 0) windows[command->slot].mapped &= ~range.pages;
  return result;
}

/// A window is about to count in pages of another size: what stays in it is counted anew.
static void count_in(struct window *window, uint64_t page) {
  uint64_t old = window->page ? window->page : KW_PAGE;
  if (old < page && window->mapped) window->mapped = 1;
  if (old > page) window->mapped = window->mapped & 1 ? 0xff : 0;
  window->page = page;
}

static long remap(struct kw_command *command) {
  struct window *from = &windows[command->slot], *to = &windows[command->slot2];
  uint64_t page = page_of(command->slot);
  uint32_t pages = from->mapped;
  for (unsigned i = 0; i < 8; i++) {
    if (!(pages >> i & 1)) continue;
    long result = kw_call5(SYS_mremap, base_of(command->slot) + i * page, command->flags & KW_DUPLICATE ? 0 : page, page,
                           MREMAP_MAYMOVE | MREMAP_FIXED, base_of(command->slot2) + i * page);
    if (result < 0) return result;
    if (page_of(command->slot2) != page) count_in(to, page);
    to->page = page;
    to->mapped |= 1u << i;
    if (!(command->flags & KW_DUPLICATE)) from->mapped &= ~(1u << i);
  }
  return 0;
}

enum { PAGE_THERE = 1, PAGE_ALONE = 2, PAGE_CACHED = 4 };

static unsigned look_at(uint64_t address) {
  uint64_t entry = 0;
  unsigned char cached = 0;
  if (pagemap < 0) pagemap = (int)kw_call4(SYS_openat, AT_FDCWD, "/proc/self/pagemap", O_RDONLY | O_CLOEXEC, 0);
  kw_call4(SYS_pread64, pagemap, &entry, sizeof entry, address / KW_PAGE * sizeof entry);
  if (entry >> 63) return PAGE_THERE | (entry >> 56 & 1 ? PAGE_ALONE : 0);
  // An anonymous page that was swapped out: the entry says so. Any other may be in memory though it is not mapped.
  if (entry >> 62 & 1) return 0;
  kw_call3(SYS_mincore, address, KW_PAGE, &cached);
  return cached & 1 ? PAGE_CACHED : 0;
}

/// The text of /proc/self/smaps, as far as the windows; NULL if it cannot be read.
static char *read_smaps(void) {
  static char text[65536];
  long fd = kw_call4(SYS_openat, AT_FDCWD, "/proc/self/smaps", O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return NULL;
  long length = 0, got;
  // Windows lie below the program and its libraries: they come early.
  while (length < (long)sizeof text - 1 && (got = kw_call3(SYS_read, fd, text + length, sizeof text - 1 - length)) > 0)
    length += got;
  kw_call1(SYS_close, fd);
  text[length] = 0;
  return text;
}

static char *next_line(char *line) {
  char *end = strchr(line, '\n');
  return end ? end + 1 : end;
}

/// How many base pages of the mapping at an address are in swap: for shmem nothing else tells a page that was swapped
/// out and is still in the swap cache.
static unsigned long swapped(uint64_t address) {
  int inside = 0;
  for (char *line = read_smaps(); line && *line; line = next_line(line)) {
    unsigned long low, high, kilobytes;
    char right;
    if (sscanf(line, "%lx-%lx %c", &low, &high, &right) == 3) inside = address >= low && address < high;
    if (inside && sscanf(line, "Swap: %lu kB", &kilobytes) == 1) return kilobytes / 4;
  }
  return 0;
}

/// Whether KSM looks at any part of the range: the advice succeeds, and changes nothing, for memory that it never
/// merges. Without any such memory anywhere KSM makes no scan that one could wait for.
static int is_mergeable(struct range range) {
  int inside = 0;
  char *line = read_smaps();
  if (!line) return 1;
  for (; line && *line; line = next_line(line)) {
    unsigned long low, high;
    char right;
    if (sscanf(line, "%lx-%lx %c", &low, &high, &right) == 3)
      inside = range.address < high && low < range.address + range.bytes;
    if (!inside || strncmp(line, "VmFlags:", 8) != 0) continue;
    char *flag = strstr(line, " mg"), *end = next_line(line);
    if (flag && (!end || flag < end)) return 1;
  }
  return 0;
}

/// Which pages of the range are still there, and whether trying again can help.
static uint32_t still_there(struct range range, uint64_t page, unsigned attempt, int *hope) {
  uint32_t there = 0, cached = 0;
  unsigned first = (unsigned)__builtin_ctz(range.pages);
  *hope = 0;
  for (unsigned i = 0; i < range.bytes / page; i++) {
    unsigned state = look_at(range.address + i * page);
    if (state & PAGE_THERE) there |= 1u << (first + i);
    if (state & PAGE_CACHED) cached |= 1u << (first + i);
    // A page that is mapped elsewhere, too, stays, and so does one without a place to go. One that is not mapped here
    // and stays in memory may be mapped elsewhere.
    if (kw_shared->settings.swap && (state & PAGE_ALONE || (state & PAGE_CACHED && attempt < 3))) *hope = 1;
  }
  if (!cached || !kw_shared->settings.swap) return there | cached;
  uint64_t at = range.address + ((unsigned)__builtin_ctz(cached) - first) * page;
  if (swapped(at) >= (unsigned long)__builtin_popcount(cached)) return there;
  return there | cached;
}

static long pageout(struct kw_command *command) {
  struct range range = range_of(command);
  uint64_t page = page_of(command->slot);
  long result = kw_call3(SYS_madvise, range.address, range.bytes, 21);
  if (result < 0) return result;
  int hope;
  command->pages_left = (uint8_t)still_there(range, page, 0, &hope);
  for (unsigned i = 1; i < kw_shared->settings.pageout_attempts && command->pages_left && hope; i++) {
    if (i > 2) {
      struct timespec pause = {0, 2000000};
      kw_call2(SYS_nanosleep, &pause, 0);
    }
    kw_call3(SYS_madvise, range.address, range.bytes, 21);
    command->pages_left = (uint8_t)still_there(range, page, i, &hope);
  }
  return result;
}

/// Advice on a part of a huge page splits it. It is our means, not the scenario's call: its answer is none of the
/// result.
static long split(struct kw_command *command) {
  struct range range = range_of(command);
  for (uint64_t at = range.address & ~(KW_HUGE_PAGE - 1); at < range.address + range.bytes; at += KW_HUGE_PAGE)
    kw_call3(SYS_madvise, at, KW_PAGE, 20);
  return 0;
}

static long scans(void) {
  char text[32] = {0};
  long fd = kw_call4(SYS_openat, AT_FDCWD, "/sys/kernel/mm/ksm/full_scans", O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  kw_call3(SYS_read, fd, text, sizeof text - 1);
  kw_call1(SYS_close, fd);
  long count = 0;
  for (char *digit = text; *digit >= '0' && *digit <= '9'; digit++) count = count * 10 + (*digit - '0');
  return count;
}

/// Two whole scans after the advice: the first finds a page's checksum, the second merges it.
static long merge(struct kw_command *command) {
  struct range range = range_of(command);
  long result = kw_call3(SYS_madvise, range.address, range.bytes, MADV_MERGEABLE);
  if (result < 0) return result;
  long before = is_mergeable(range) ? scans() : -1;
  if (before < 0) return 0;
  for (unsigned i = 0; i < 2000 && scans() < before + 3; i++) {
    struct timespec pause = {0, 1000000};
    kw_call2(SYS_nanosleep, &pause, 0);
  }
  return result;
}

static void access_word(struct kw_actor *actor, struct kw_command *command) {
  int signal = sigsetjmp(actor->recovery, 0);
  if (signal) {
    actor->guarded = 0;
    command->result_kind = (uint8_t)signal;
    return;
  }
  actor->guarded = 1;
  volatile uint32_t *word = (volatile uint32_t *)(uintptr_t)command->address;
  if (command->code == KW_STORE) {
    *word = command->value;
    command->result = 0;
  } else {
    command->result = *word;
  }
  actor->guarded = 0;
  command->result_kind = KW_VALUE;
}

void kw_memory_command(struct kw_actor *actor, struct kw_command *command) {
  if (command->code == KW_STORE || command->code == KW_LOAD) {
    access_word(actor, command);
    return;
  }
  struct range range = range_of(command);
  long result = 0;
  switch (command->code) {
  case KW_MAP: result = map(command); break;
  case KW_UNMAP: result = unmap(command); break;
  case KW_REMAP: result = remap(command); break;
  case KW_PROTECT:
    result = kw_call3(SYS_mprotect, range.address, range.bytes, protection_of(command->argument));
    break;
  case KW_ADVISE: result = kw_call3(SYS_madvise, range.address, range.bytes, command->argument); break;
  case KW_PAGEOUT: result = pageout(command); break;
  case KW_SPLIT: result = split(command); break;
  case KW_MERGE: result = merge(command); break;
  case KW_LOCK_MEMORY: result = kw_call2(SYS_mlock, range.address, range.bytes); break;
  default: kw_fault(KW_NOT_UNDERSTOOD, command->code, actor->index); break;
  }
  command->result = result;
  command->result_kind = KW_RETURNED;
}

void kw_memory_reset(void) {
  unsigned first = KW_SLOTS, last = 0;
  for (unsigned i = 0; i < KW_SLOTS; i++) {
    if (windows[i].mapped) {
      if (first == KW_SLOTS) first = i;
      last = i;
    }
    windows[i].mapped = 0;
    windows[i].page = 0;
  }
  if (first < KW_SLOTS) kw_call2(SYS_munmap, base_of(first), (last - first + 1) * KW_WINDOW_BYTES);
}

void kw_memory_forked(void) {
  if (pagemap >= 0) kw_call1(SYS_close, pagemap);
  pagemap = -1;
}

void kw_memory_write_back(void) {
  for (unsigned i = 0; i < KW_SLOTS; i++) {
    if (!windows[i].mapped) continue;
    // What is not mapped in between is an error that stops nothing.
    uint64_t end = page_of(i) * (32u - (unsigned)__builtin_clz(windows[i].mapped));
    kw_call3(SYS_msync, base_of(i), end, MS_SYNC);
  }
}
