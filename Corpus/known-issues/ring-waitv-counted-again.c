// A wake counts an io_uring futex waitv that it has already ended, in place of a waiter that sleeps (Linux 6.7 and later).
// cc -O1 ring-waitv-counted-again.c -luring && ./a.out
// Exit code 0: all waiters were woken; 1: one sleeps on; 2: this kernel cannot wait on futexes in a ring.
//
// One ring waits for [word, word] and for [word]: three entries in the queue of one word. FUTEX_WAKE_OP with this word as
// both of its own wakes two entries and then one, which makes three: all of them.
#include <liburing.h>
#include <linux/futex.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct waitv {
  uint64_t value, address;
  uint32_t flags, reserved;
};

int main(void) {
  struct io_uring ring;
  uint32_t *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (word == MAP_FAILED || io_uring_queue_init(8, &ring, 0) != 0) return 2;
  // FUTEX2_SIZE_U32
  struct waitv words[2] = {{0, (uintptr_t)word, 2, 0}, {0, (uintptr_t)word, 2, 0}};

  struct io_uring_sqe *entry = io_uring_get_sqe(&ring);
  memset(entry, 0, sizeof *entry);
  entry->opcode = 53; // IORING_OP_FUTEX_WAITV
  entry->addr = (uintptr_t)words;
  entry->len = 2;
  entry->user_data = 1;
  entry = io_uring_get_sqe(&ring);
  memset(entry, 0, sizeof *entry);
  entry->opcode = 51; // IORING_OP_FUTEX_WAIT
  entry->fd = 2;
  entry->addr = (uintptr_t)word;
  entry->addr3 = FUTEX_BITSET_MATCH_ANY;
  entry->user_data = 2;
  struct io_uring_cqe *completion;
  if (io_uring_submit(&ring) != 2 || io_uring_peek_cqe(&ring, &completion) == 0) return 2;

  // The old value is 0 and is compared with 0: the second word's waiters are woken, too.
  long woken = syscall(SYS_futex, word, FUTEX_WAKE_OP, 2, (void *)1L, word,
                       FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_EQ, 0));
  unsigned ended = 0;
  while (io_uring_peek_cqe(&ring, &completion) == 0) {
    ended |= 1u << completion->user_data;
    io_uring_cqe_seen(&ring, completion);
  }
  printf("3 entries were queued, the wake counts %ld; the waitv %s, the wait %s\n", woken,
         ended & 2 ? "was woken" : "sleeps", ended & 4 ? "was woken" : "sleeps");
  return ended == 6 ? 0 : 1;
}
