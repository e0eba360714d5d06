#define _GNU_SOURCE
#include "CKeywakeHost.h"
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <time.h>
#include <unistd.h>

// A journal is text. The first line is "keywake-journal 1 RUN BOOT"; then "SEQUENCE KIND ARGUMENT...", or
// "SEQUENCE done". Arguments are escaped with %XX, so they hold no space and no newline. A last line without
// a newline was torn by a death before the change that it announces, and does not count.

static int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Copies the next word of the line to text, unescaped. The rest of the line, or NULL when there is no word.
static const char *next_word(const char *at, const char *end, char *text, size_t size) {
  while (at < end && *at == ' ') at++;
  if (at == end) return NULL;
  size_t length = 0;
  while (at < end && *at != ' ') {
    char c = *at++;
    if (c == '%' && end - at >= 2 && hex(at[0]) >= 0 && hex(at[1]) >= 0) {
      c = (char)(hex(at[0]) * 16 + hex(at[1]));
      at += 2;
    }
    if (length + 1 == size) return NULL;
    text[length++] = c;
  }
  text[length] = 0;
  return at;
}

static void pause_shortly(void) {
  struct timespec time = {.tv_nsec = 10 * 1000 * 1000};
  nanosleep(&time, NULL);
}

static int undo_swap(const char *path) {
  int result;
  do result = swapoff(path);
  while (result < 0 && errno == EINTR);
  // EINVAL: it is no active swap area (any more); ENOENT: it has gone.
  if (result == 0 || errno == EINVAL || errno == ENOENT) return 0;
  return -errno;
}

static int undo_cgroup_at(const char *path, int depth);

struct cgroup {
  const char *path;
  int depth;
};

static int undo_cgroup_child(int folder, const char *name, void *context) {
  struct cgroup *parent = context;
  struct stat status;
  if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(status.st_mode)) return 0;
  char path[KWH_PATH] = "";
  size_t length = kwh_append(path, 0, sizeof path, parent->path);
  length = kwh_append(path, length, sizeof path, "/");
  kwh_append(path, length, sizeof path, name);
  return undo_cgroup_at(path, parent->depth + 1);
}

// Who is still in the group goes to the parent group.
static void empty_cgroup(int folder) {
  char pids[4096], pid[24];
  if (kwh_read_small(folder, "cgroup.procs", pids, sizeof pids) <= 0) return;
  for (char *at = pids; *at;) {
    char *newline = strchr(at, '\n');
    if (!newline) break;
    *newline = 0;
    pid[0] = 0;
    kwh_append(pid, 0, sizeof pid, at);
    kwh_write_small(folder, "../cgroup.procs", pid, 0, 0);
    at = newline + 1;
  }
}

static int undo_cgroup_at(const char *path, int depth) {
  if (depth > 4) return -ELOOP;
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return errno == ENOENT ? 0 : -errno;
  struct cgroup self = {.path = path, .depth = depth};
  int result = kwh_each_entry(folder, undo_cgroup_child, &self);
  for (int attempt = 0; result == 0 && attempt < 200; attempt++) {
    if (rmdir(path) == 0 || errno == ENOENT) break;
    result = errno == EBUSY && attempt < 199 ? 0 : -errno;
    empty_cgroup(folder);
    pause_shortly(); // a dying process leaves its group a little later
  }
  close(folder);
  return result;
}

// Only a segment that was made by the process in the record: the key may be somebody else's by now.
static int undo_segment(const char *key, const char *creator) {
  int segment = shmget((key_t)kwh_parse_number(key), 0, 0);
  if (segment < 0) return errno == ENOENT ? 0 : -errno;
  struct shmid_ds status;
  if (shmctl(segment, IPC_STAT, &status) < 0) return errno == EINVAL || errno == EIDRM ? 0 : -errno;
  if (status.shm_cpid != (pid_t)kwh_parse_number(creator)) return 0;
  return shmctl(segment, IPC_RMID, NULL) == 0 || errno == EINVAL || errno == EIDRM ? 0 : -errno;
}

static int undo_record(int root, const char *run, const char *boot, int same_boot, const char *at, const char *end) {
  char kind[32], first[KWH_PATH], second[KWH_TEXT];
  at = next_word(at, end, kind, sizeof kind);
  if (!at || !(at = next_word(at, end, first, sizeof first))) return -EBADMSG;
  if (strcmp(kind, "file") == 0) return unlink(first) == 0 || errno == ENOENT ? 0 : -errno;
  if (strcmp(kind, "folder") == 0) return kwh_remove_tree(first);
  int of_this_boot = same_boot;
  if (strcmp(kind, "swap") == 0) return of_this_boot ? undo_swap(first) : 0;
  if (strcmp(kind, "mount") == 0)
    return !of_this_boot || umount2(first, MNT_DETACH | UMOUNT_NOFOLLOW) == 0 || errno == EINVAL || errno == ENOENT
               ? 0
               : -errno;
  if (strcmp(kind, "cgroup") == 0) return of_this_boot ? undo_cgroup_at(first, 0) : 0;
  if (strcmp(kind, "setting") == 0) return of_this_boot ? kwh_lease_release(root, boot, run, first) : 0;
  if (strcmp(kind, "segment") == 0) {
    if (!next_word(at, end, second, sizeof second)) return -EBADMSG;
    return of_this_boot ? undo_segment(first, second) : 0;
  }
  return -EOPNOTSUPP; // written by a later version
}

static int mark_done(int journal, long sequence) {
  char line[48] = "";
  size_t length = kwh_append_number(line, 0, sizeof line, sequence);
  length = kwh_append(line, length, sizeof line, " done\n");
  return write(journal, line, length) == (ssize_t)length ? 0 : -EIO;
}

struct text {
  const char *start, *end;
  size_t mapped;
  int same_boot;
};

static int map_journal(int journal, const char *boot, struct text *text) {
  struct stat status;
  if (fstat(journal, &status) < 0) return -errno;
  text->start = text->end = NULL;
  text->mapped = (size_t)status.st_size;
  text->same_boot = 0;
  if (text->mapped == 0) return 0;
  void *map = mmap(NULL, text->mapped, PROT_READ, MAP_PRIVATE, journal, 0);
  if (map == MAP_FAILED) return -errno;
  text->start = map;
  text->end = text->start + text->mapped;
  while (text->end > text->start && text->end[-1] != '\n') text->end--;
  char word[KWH_TEXT];
  const char *newline = memchr(text->start, '\n', text->mapped);
  const char *at = text->start;
  for (int i = 0; newline && at && i < 4; i++) at = next_word(at, newline, word, sizeof word);
  text->same_boot = newline && at && strcmp(word, boot) == 0;
  return 0;
}

static void unmap_journal(struct text *text) {
  if (text->start) munmap((void *)text->start, text->mapped);
}

// The line before `end` (which stands after a newline): its start.
static const char *line_before(const struct text *text, const char *end) {
  const char *at = end - 1;
  while (at > text->start && at[-1] != '\n') at--;
  return at;
}

static int is_done(const char *at, const char *end) {
  while (at < end && *at != ' ') at++;
  return end - at == 5 && memcmp(at, " done", 5) == 0;
}

int kwh_undo_journal(int root, int journal, const char *run, const char *boot, struct kwh_undo_result *result) {
  *result = (struct kwh_undo_result){0};
  struct text text;
  int error = map_journal(journal, boot, &text);
  if (error || !text.start) return error;
  // One byte a number; numbers are below the count of lines, which is below the size.
  unsigned char *done = mmap(NULL, text.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (done == MAP_FAILED) {
    unmap_journal(&text);
    return -ENOMEM;
  }
  for (const char *end = text.end; end > text.start;) {
    const char *line = line_before(&text, end), *stop = end - 1;
    end = line;
    if (line == text.start) break; // the header
    long sequence = kwh_parse_number(line);
    if (sequence < 0 || (size_t)sequence >= text.mapped) continue;
    if (is_done(line, stop)) {
      done[sequence] = 1;
      continue;
    }
    if (done[sequence]) continue;
    const char *record = memchr(line, ' ', (size_t)(stop - line));
    error = record ? undo_record(root, run, boot, text.same_boot, record, stop) : -EBADMSG;
    if (error == 0) {
      result->undone++;
      mark_done(journal, sequence);
    } else {
      if (result->failed < KWH_FAILURES) {
        result->failed_sequence[result->failed] = sequence;
        result->failed_errno[result->failed] = -error;
      }
      result->failed++;
    }
  }
  munmap(done, text.mapped);
  unmap_journal(&text);
  return 0;
}

int kwh_undo_one(int root, int journal, const char *run, const char *boot, long sequence) {
  struct text text;
  int error = map_journal(journal, boot, &text);
  if (error || !text.start) return error;
  for (const char *end = text.end; end > text.start;) {
    const char *line = line_before(&text, end), *stop = end - 1;
    end = line;
    if (line == text.start) break;
    if (kwh_parse_number(line) != sequence) continue;
    if (is_done(line, stop)) break;
    const char *record = memchr(line, ' ', (size_t)(stop - line));
    error = record ? undo_record(root, run, boot, text.same_boot, record, stop) : -EBADMSG;
    if (error == 0) error = mark_done(journal, sequence);
    break;
  }
  unmap_journal(&text);
  return error;
}
