// The files of a process: one descriptor each, under the number of the file.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent.h"
#include "syscalls.h"

enum { MEMFD = 0, MEMFD_HUGETLB, TMPFS, DISK, ANONYMOUS_SHARED, SYSV, MEMFD_THP };

/// One more than the descriptor; 0 for none. `fork` copies it with the descriptors.
static int descriptors[KW_FILES];
/// Where a System V segment is attached to stay alive, or 0.
static uint64_t attached[KW_FILES];

int kw_file_descriptor(unsigned file) { return descriptors[file] - 1; }
int kw_file_attached(unsigned file) { return attached[file] != 0; }

/// The path of a file's name: the file's prefix, and the name's number.
static void path_write(char *path, unsigned file, unsigned number) {
  const char *pattern = kw_shared->paths[kw_shared->table][file];
  size_t length = strnlen(pattern, KW_PATH_BYTES - 4);
  memcpy(path, pattern, length);
  char digits[4] = {(char)('0' + number / 100 % 10), (char)('0' + number / 10 % 10), (char)('0' + number % 10), 0};
  memcpy(path + length, digits, 4);
}

static long anonymous(uint64_t bytes) {
  long memory = kw_call6(SYS_mmap, 0, (long)bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory < 0) return memory;
  char path[96];
  snprintf(path, sizeof path, "/proc/self/map_files/%lx-%lx", (unsigned long)memory, (unsigned long)memory + bytes);
  long fd = kw_call4(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  kw_call2(SYS_munmap, memory, bytes);
  return fd;
}

/// The segment is removed at once: it lives as long as somebody is attached, and dies with the processes.
static long segment(struct kw_file *file, unsigned number) {
  long identifier = kw_call3(SYS_shmget, IPC_PRIVATE, file->bytes, 0600);
  if (identifier < 0) return identifier;
  long memory = kw_call3(SYS_shmat, identifier, 0, 0);
  kw_call3(SYS_shmctl, identifier, IPC_RMID, 0);
  if (memory < 0) return memory;
  attached[number] = (uint64_t)memory;
  atomic_store(&file->segment, (int32_t)identifier + 1);
  return 0;
}

static long create(struct kw_command *command) {
  struct kw_file *file = &kw_shared->files[command->file];
  char path[KW_PATH_BYTES + 8];
  long fd;
  file->bytes = command->address;
  atomic_store(&file->segment, 0);
  atomic_store(&file->fd, -1);
  switch (command->argument) {
  case MEMFD_HUGETLB:
    fd = kw_call2(SYS_memfd_create, "keywake", MFD_CLOEXEC | MFD_HUGETLB | (21 << 26));
    break;
  case TMPFS:
  case DISK:
    path_write(path, command->file, 0);
    fd = kw_call4(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    break;
  case ANONYMOUS_SHARED: fd = anonymous(file->bytes); break;
  case SYSV: return segment(file, command->file);
  default: fd = kw_call2(SYS_memfd_create, "keywake", MFD_CLOEXEC); break;
  }
  if (fd < 0) return fd;
  descriptors[command->file] = (int)fd + 1;
  atomic_store(&file->pid, (int32_t)kw_call0(SYS_getpid));
  atomic_store(&file->fd, (int32_t)fd);
  if (command->argument == ANONYMOUS_SHARED) return 0;
  return kw_call2(SYS_ftruncate, fd, file->bytes);
}

/// Another process's file becomes this one's as well, through its /proc entry: nobody in between holds it.
static long open_other(struct kw_command *command) {
  struct kw_file *file = &kw_shared->files[command->file];
  int32_t identifier = atomic_load(&file->segment);
  if (identifier > 0) {
    long memory = kw_call3(SYS_shmat, identifier - 1, 0, 0);
    if (memory < 0) return memory;
    attached[command->file] = (uint64_t)memory;
    return 0;
  }
  // It could not be made: nobody has it.
  if (atomic_load(&file->fd) < 0) return 0;
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd/%d", atomic_load(&file->pid), atomic_load(&file->fd));
  long fd = kw_call4(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (fd >= 0) descriptors[command->file] = (int)fd + 1;
  return fd;
}

static long close_file(unsigned file) {
  long result = kw_call1(SYS_close, descriptors[file] - 1);
  descriptors[file] = 0;
  return result;
}

static long reopen(struct kw_command *command) {
  char path[KW_PATH_BYTES + 8];
  path_write(path, command->file, command->first);
  long fd = kw_call4(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  if (!descriptors[command->file]) {
    descriptors[command->file] = (int)fd + 1;
    return 0;
  }
  // In one step: another lane of this process finds the old file or the new one.
  long result = kw_call3(SYS_dup3, fd, descriptors[command->file] - 1, O_CLOEXEC);
  kw_call1(SYS_close, fd);
  return result < 0 ? result : 0;
}

static long rename_file(struct kw_command *command) {
  char from[KW_PATH_BYTES + 8], to[KW_PATH_BYTES + 8];
  path_write(from, command->file, command->first);
  path_write(to, command->file, command->last);
  return kw_call5(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static long unlink_file(struct kw_command *command) {
  char path[KW_PATH_BYTES + 8];
  path_write(path, command->file, command->first);
  return kw_call3(SYS_unlinkat, AT_FDCWD, path, 0);
}

static long drop_file(int fd) {
  long result = kw_call1(SYS_fsync, fd);
  if (result < 0) return result;
  return kw_call4(SYS_fadvise64, fd, 0, 0, POSIX_FADV_DONTNEED);
}

/// Dirty pages stay. What this process can reach is written first, and only that: a host's other files may take long.
static long drop_system(void) {
  for (unsigned i = 0; i < KW_FILES; i++)
    if (descriptors[i]) kw_call1(SYS_fsync, descriptors[i] - 1);
  kw_memory_write_back();
  long fd = kw_call4(SYS_openat, AT_FDCWD, "/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  long result = kw_call3(SYS_write, fd, "3", 1);
  kw_call1(SYS_close, fd);
  return result < 0 ? result : 0;
}

void kw_file_command(struct kw_command *command) {
  int fd = command->file < KW_FILES ? kw_file_descriptor(command->file) : -1;
  long result = 0;
  switch (command->code) {
  case KW_FILE: result = create(command); break;
  case KW_FILE_OPEN:
    result = open_other(command);
    if (result < 0) kw_fault(KW_OPEN_FAILED, result, command->seat);
    break;
  case KW_TRUNCATE: result = kw_call2(SYS_ftruncate, fd, command->address); break;
  case KW_GROW: result = kw_call4(SYS_fallocate, fd, 0, 0, command->address); break;
  case KW_PUNCH: result = kw_call4(SYS_fallocate, fd, 3, command->address, command->address2); break;
  case KW_DROP_FILE: result = drop_file(fd); break;
  case KW_DROP_SYSTEM: result = drop_system(); break;
  case KW_CLOSE: result = close_file(command->file); break;
  case KW_UNLINK: result = unlink_file(command); break;
  case KW_RENAME: result = rename_file(command); break;
  case KW_REOPEN: result = reopen(command); break;
  default: kw_fault(KW_NOT_UNDERSTOOD, command->code, command->seat); break;
  }
  command->result = result;
  command->result_kind = KW_RETURNED;
}

void kw_files_reset(void) {
  for (unsigned i = 0; i < KW_FILES; i++) {
    if (descriptors[i]) close_file(i);
    if (attached[i]) kw_call1(SYS_shmdt, attached[i]);
    attached[i] = 0;
  }
}
