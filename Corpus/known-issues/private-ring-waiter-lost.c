// A private futex wait of io_uring, started before the process had a thread, is lost as soon as it has one.
//
// cc -o lost private-ring-waiter-lost.c -luring -lpthread
// ./lost            -> woken 1   (a process without threads)
// ./lost thread     -> woken 0   on 6.18.44: the waiter stays in the global hash table
// ./lost prctl      -> woken 0   on 6.18.44
//
// Kernels with CONFIG_FUTEX_PRIVATE_HASH. Exit code 1 when the waiter was not found.
#include <liburing.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OP_FUTEX_WAIT = 51, FUTEX2_U32 = 2, FUTEX2_PRIVATE_BIT = 128, SET_FUTEX_HASH = 78, SET_SLOTS = 1 };

static uint32_t word;

static void *sleeper(void *unused) {
  pause();
  return unused;
}

int main(int count, char **arguments) {
  const char *how = count > 1 ? arguments[1] : "";
  struct io_uring ring;
  if (io_uring_queue_init(8, &ring, 0) != 0) return 2;
  struct io_uring_sqe *entry = io_uring_get_sqe(&ring);
  memset(entry, 0, sizeof *entry);
  entry->opcode = OP_FUTEX_WAIT;
  entry->fd = FUTEX2_U32 | FUTEX2_PRIVATE_BIT;
  entry->addr = (uintptr_t)&word;
  entry->addr2 = 0;
  entry->addr3 = UINT32_MAX;
  if (io_uring_submit(&ring) != 1) return 2;

  pthread_t thread;
  if (strcmp(how, "thread") == 0 && pthread_create(&thread, NULL, sleeper, NULL) != 0) return 2;
  if (strcmp(how, "prctl") == 0 && prctl(SET_FUTEX_HASH, SET_SLOTS, 16, 0, 0) != 0) return 2;

  long woken = syscall(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
  printf("woken %ld\n", woken);
  fflush(stdout);
  _exit(woken == 1 ? 0 : 1);
}
