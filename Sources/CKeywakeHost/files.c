#define _GNU_SOURCE
#include "CKeywakeHost.h"
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int kwh_read_small(int folder, const char *name, char *text, size_t size) {
  int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return -errno;
  size_t length = 0;
  while (length < size - 1) {
    ssize_t got = read(fd, text + length, size - 1 - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      int error = errno;
      close(fd);
      return -error;
    }
    if (got == 0) break;
    length += (size_t)got;
  }
  text[length] = 0;
  close(fd);
  return (int)length;
}

int kwh_write_small(int folder, const char *name, const char *text, int flags, int sync) {
  int fd = openat(folder, name, O_WRONLY | O_CLOEXEC | flags, 0600);
  if (fd < 0) return -errno;
  size_t size = strlen(text);
  int error = 0;
  ssize_t wrote;
  do wrote = write(fd, text, size);
  while (wrote < 0 && errno == EINTR);
  if (wrote < 0)
    error = errno;
  else if ((size_t)wrote != size)
    error = EIO;
  if (!error && sync && fsync(fd) < 0) error = errno;
  if (close(fd) < 0 && !error) error = errno;
  return -error;
}

int kwh_each_entry(int folder, int (*visit)(int, const char *, void *), void *context) {
  struct entry {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
  };
  _Alignas(struct entry) char buffer[4096];
  if (lseek(folder, 0, SEEK_SET) < 0) return -errno;
  for (;;) {
    long got = syscall(SYS_getdents64, folder, buffer, sizeof buffer);
    if (got < 0) return -errno;
    if (got == 0) return 0;
    for (long at = 0; at < got;) {
      struct entry *entry = (struct entry *)(buffer + at);
      at += entry->length;
      if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0) continue;
      int answer = visit(folder, entry->name, context);
      if (answer) return answer;
    }
  }
}

struct removal {
  dev_t device;
  int depth;
};

static int remove_entry(int folder, const char *name, void *context) {
  struct removal *removal = context;
  if (unlinkat(folder, name, 0) == 0 || errno == ENOENT) return 0;
  if (errno != EISDIR && errno != EPERM) return -errno;
  int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT ? 0 : -errno;
  struct stat status;
  int result = 0;
  if (fstat(fd, &status) < 0)
    result = -errno;
  else if (status.st_dev != removal->device)
    result = -EXDEV;
  else if (removal->depth == 32)
    result = -ELOOP;
  else {
    removal->depth++;
    result = kwh_each_entry(fd, remove_entry, removal);
    removal->depth--;
  }
  close(fd);
  if (result) return result;
  return unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -errno;
}

int kwh_remove_tree(const char *path) {
  // Somebody who is about to die may still put a file into the folder: look again.
  int result = 0;
  for (int attempt = 0; attempt < 100; attempt++) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? 0 : -errno;
    struct stat status;
    struct removal removal = {0};
    if (fstat(fd, &status) < 0)
      result = -errno;
    else {
      removal.device = status.st_dev;
      result = kwh_each_entry(fd, remove_entry, &removal);
    }
    close(fd);
    if (result == 0) result = rmdir(path) == 0 || errno == ENOENT ? 0 : -errno;
    if (result != -ENOTEMPTY) return result;
  }
  return result;
}

size_t kwh_append(char *text, size_t length, size_t size, const char *more) {
  while (*more && length + 1 < size) text[length++] = *more++;
  text[length] = 0;
  return length;
}

size_t kwh_append_number(char *text, size_t length, size_t size, long number) {
  char digits[24];
  int at = sizeof digits - 1;
  digits[at] = 0;
  unsigned long rest = number < 0 ? 0ul - (unsigned long)number : (unsigned long)number;
  do digits[--at] = (char)('0' + rest % 10);
  while (rest /= 10);
  if (number < 0) digits[--at] = '-';
  return kwh_append(text, length, size, digits + at);
}

long kwh_parse_number(const char *text) {
  long value = 0;
  int negative = *text == '-';
  for (text += negative; *text >= '0' && *text <= '9'; text++) {
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, *text - '0', &value)) return 0;
  }
  return negative ? -value : value;
}
