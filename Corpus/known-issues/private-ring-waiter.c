// A private io_uring futex wait is lost when its process starts its first thread (Linux 6.17 and later).
// cc -O1 private-ring-waiter.c -luring -lpthread && ./a.out; ./a.out thread-first
// Exit code 0: the wake found the waiter; 1: it did not; 2: this kernel cannot wait on a futex in a ring.
#include <liburing.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *idle(void *unused) {
  pause();
  return unused;
}

int main(int count, char **arguments) {
  int thread_first = count > 1 && strcmp(arguments[1], "thread-first") == 0;
  pthread_t thread;
  struct io_uring ring;
  uint32_t *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (word == MAP_FAILED || io_uring_queue_init(8, &ring, 0) != 0) return 2;
  if (thread_first && pthread_create(&thread, NULL, idle, NULL) != 0) return 2;

  struct io_uring_sqe *entry = io_uring_get_sqe(&ring);
  memset(entry, 0, sizeof *entry);
  entry->opcode = 51;  // IORING_OP_FUTEX_WAIT
  entry->fd = 2 | 128; // FUTEX2_SIZE_U32 | FUTEX2_PRIVATE
  entry->addr = (uintptr_t)word;
  entry->addr3 = FUTEX_BITSET_MATCH_ANY;
  struct io_uring_cqe *completion;
  if (io_uring_submit(&ring) != 1 || io_uring_peek_cqe(&ring, &completion) == 0) return 2;

  if (!thread_first && pthread_create(&thread, NULL, idle, NULL) != 0) return 2;
  long woken = syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
  printf("the wake found %ld waiters, 1 was queued\n", woken);
  return woken == 1 ? 0 : 1;
}
