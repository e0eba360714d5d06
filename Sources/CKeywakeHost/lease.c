#define _GNU_SOURCE
#include "CKeywakeHost.h"
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

// On disk, below the journal folder: settings-BOOT/ESCAPED-PATH/ with the file `original` (the value before the
// first lease) and a file per lease, named after the run, "MODE VALUE". The folder itself carries the lock.
//
// Order, so that a death at any moment loses nothing:
// acquire: journal record (caller), original, lease, write the setting;
// release: write the setting as if the lease had gone, remove the lease, remove `original` after the last one.

static void escape_path(char *name, size_t size, const char *path) {
  size_t length = 0;
  for (; *path; path++) {
    char one[2] = {*path, 0};
    length = kwh_append(name, length, size, *path == '/' ? "%2F" : *path == '%' ? "%25" : one);
  }
}

// The lease folder of a setting, locked. It is made if create is set.
static int open_locked(int root, const char *boot, const char *path, int create) {
  char settings[KWH_TEXT] = "", escaped[NAME_MAX + 2] = "", name[KWH_TEXT * 3] = "";
  size_t length = kwh_append(settings, 0, sizeof settings, "settings-");
  kwh_append(settings, length, sizeof settings, boot);
  escape_path(escaped, sizeof escaped, path);
  if (strlen(escaped) > NAME_MAX) return -ENAMETOOLONG;
  length = kwh_append(name, 0, sizeof name, settings);
  length = kwh_append(name, length, sizeof name, "/");
  kwh_append(name, length, sizeof name, escaped);
  for (int attempt = 0; attempt < 1000; attempt++) {
    if (create) {
      if (mkdirat(root, settings, 0700) < 0 && errno != EEXIST) return -errno;
      if (mkdirat(root, name, 0700) < 0 && errno != EEXIST && errno != ENOENT) return -errno;
    }
    int fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && create) continue;
    if (fd < 0) return -errno;
    int locked;
    do locked = flock(fd, LOCK_EX);
    while (locked < 0 && errno == EINTR);
    struct stat status;
    if (locked < 0 || fstat(fd, &status) < 0) {
      int error = errno;
      close(fd);
      return -error;
    }
    if (status.st_nlink > 0) return fd;
    close(fd); // the last holder removed it while we waited
    if (!create) return -ENOENT;
  }
  return -EAGAIN;
}

// The value of a setting's text: the word in brackets where the kernel lists the choices.
static void value_of(char *text) {
  char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;
  char *from = close ? open + 1 : text;
  size_t length = close ? (size_t)(close - from) : strlen(from);
  while (length > 0 && (from[length - 1] == '\n' || from[length - 1] == ' ')) length--;
  memmove(text, from, length);
  text[length] = 0;
}

struct leases {
  const char *without; // a run that does not count
  int count;           // leases of others
  int mode;            // of the last one seen
  long sum;
  char value[KWH_TEXT]; // of the last one seen
  const char *wanted;   // a value that all others must have, or NULL
  int wanted_mode;
};

static int count_lease(int folder, const char *name, void *context) {
  struct leases *leases = context;
  if (strcmp(name, "original") == 0 || name[0] == '.') return 0;
  if (leases->without && strcmp(name, leases->without) == 0) return 0;
  char text[KWH_TEXT];
  int got = kwh_read_small(folder, name, text, sizeof text);
  if (got < 0) return got;
  if (got < 2) return 0; // torn: its owner died before it touched the setting
  value_of(text);
  leases->count++;
  leases->mode = text[0] - '0';
  const char *value = text + 2;
  leases->sum += kwh_parse_number(value);
  leases->value[0] = 0;
  kwh_append(leases->value, 0, sizeof leases->value, value);
  if (leases->wanted && (leases->mode != leases->wanted_mode ||
                         (leases->mode == KWH_LEASE_EXACT && strcmp(value, leases->wanted) != 0)))
    return -EBUSY;
  return 0;
}

static int write_setting(const char *path, const char *value) {
  char line[KWH_TEXT + 2] = "";
  size_t length = kwh_append(line, 0, sizeof line, value);
  kwh_append(line, length, sizeof line, "\n");
  return kwh_write_small(AT_FDCWD, path, line, O_TRUNC, 0);
}

static int write_combined(int folder, const char *path, const struct leases *leases) {
  char original[KWH_TEXT];
  int got = kwh_read_small(folder, "original", original, sizeof original);
  if (got < 0) return got;
  value_of(original);
  if (leases->count == 0) return write_setting(path, original);
  if (leases->mode == KWH_LEASE_EXACT) return write_setting(path, leases->value);
  char value[KWH_TEXT] = "";
  kwh_append_number(value, 0, sizeof value, kwh_parse_number(original) + leases->sum);
  return write_setting(path, value);
}

static int write_durably(int folder, const char *name, const char *text) {
  char temporary[KWH_TEXT] = ".";
  kwh_append(temporary, 1, sizeof temporary, name);
  int result = kwh_write_small(folder, temporary, text, O_CREAT | O_TRUNC, 1);
  if (result < 0) return result;
  if (renameat(folder, temporary, folder, name) < 0) return -errno;
  return fsync(folder) < 0 ? -errno : 0;
}

// `refused`: the setting never took this lease's value, so that the lease goes whether or not it can be written.
static int release_locked(int folder, const char *run, const char *path, int refused) {
  struct leases others = {.without = run};
  int result = kwh_each_entry(folder, count_lease, &others);
  if (result < 0) return result;
  int holds = faccessat(folder, run, F_OK, 0) == 0;
  if (holds) {
    result = write_combined(folder, path, &others);
    // A setting that has gone (a device, a module) needs no value any more.
    if (result < 0 && result != -ENOENT && !refused) return result;
    if (unlinkat(folder, run, 0) < 0) return -errno;
  }
  if (others.count == 0 && unlinkat(folder, "original", 0) < 0 && errno != ENOENT) return -errno;
  return 0;
}

static int remove_temporary(int folder, const char *name, void *context) {
  (void)context;
  if (name[0] == '.') unlinkat(folder, name, 0);
  return 0;
}

// Removes the lease folder if nobody holds a lease, and the folder of all settings if it was the last.
static void remove_unused(int root, const char *boot, const char *path, int folder) {
  char name[KWH_TEXT * 3] = "", escaped[NAME_MAX + 2] = "";
  size_t length = kwh_append(name, 0, sizeof name, "settings-");
  length = kwh_append(name, length, sizeof name, boot);
  size_t settings = length;
  escape_path(escaped, sizeof escaped, path);
  length = kwh_append(name, length, sizeof name, "/");
  kwh_append(name, length, sizeof name, escaped);
  kwh_each_entry(folder, remove_temporary, NULL);
  if (unlinkat(root, name, AT_REMOVEDIR) < 0) return;
  name[settings] = 0;
  unlinkat(root, name, AT_REMOVEDIR);
}

int kwh_lease_acquire(int root, const char *boot, const char *run, const char *path, int mode, const char *value) {
  int folder = open_locked(root, boot, path, 1);
  if (folder < 0) return folder;
  struct leases leases = {.without = run, .wanted = value, .wanted_mode = mode};
  int result = kwh_each_entry(folder, count_lease, &leases);
  if (result == 0 && leases.count == 0) {
    char original[KWH_TEXT];
    result = kwh_read_small(AT_FDCWD, path, original, sizeof original);
    if (result >= 0) {
      value_of(original);
      result = write_durably(folder, "original", original);
    }
  }
  if (result >= 0) {
    char lease[KWH_TEXT] = "";
    size_t length = kwh_append_number(lease, 0, sizeof lease, mode);
    length = kwh_append(lease, length, sizeof lease, " ");
    kwh_append(lease, length, sizeof lease, value);
    result = write_durably(folder, run, lease);
  }
  if (result >= 0) {
    struct leases all = {0};
    result = kwh_each_entry(folder, count_lease, &all);
    if (result >= 0) result = write_combined(folder, path, &all);
    if (result < 0) release_locked(folder, run, path, 1);
  }
  if (result < 0) remove_unused(root, boot, path, folder);
  close(folder);
  return result < 0 ? result : 0;
}

int kwh_lease_release(int root, const char *boot, const char *run, const char *path) {
  int folder = open_locked(root, boot, path, 0);
  if (folder < 0) return folder == -ENOENT ? 0 : folder;
  int result = release_locked(folder, run, path, 0);
  remove_unused(root, boot, path, folder);
  close(folder);
  return result;
}
