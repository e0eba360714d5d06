// Waiters in an io_uring: queued before the submission returns, without a thread.
//
// A ring's memory lies in the region, so that each agent sees each ring's completions; it has no descriptor, so that
// `fork` copies none.
#define _GNU_SOURCE
#include <errno.h>
#include <liburing.h>
#include <string.h>
#include <sys/syscall.h>

#include "agent.h"
#include "syscalls.h"

// Newer than the headers of Debian 12.
enum {
  SETUP_NO_MMAP = 1u << 14,
  SETUP_REGISTERED_FD_ONLY = 1u << 15,
  OP_FUTEX_WAIT = 51,
  OP_FUTEX_WAITV = 53,
  ENTRIES = 16,
  COMPLETIONS = 128,
  /// liburing's mark for a ring that is known by its registered number.
  REGISTERED_RING = 1,
  CANCEL_TAG = 1,
  TIMEOUT_TAG = 2,
  LONG_SECONDS = 4 * 3600,
};

static struct io_uring ring;
static int ready;
static int32_t cancel_result;

struct waitv_element {
  uint64_t value, address;
  uint32_t flags, reserved;
};
/// Read by the kernel during the submission.
static struct waitv_element elements[KW_WORDS];

static uint64_t tag(unsigned kind, unsigned waiter) {
  return (uint64_t)(kw_shared->generation + kw_shared->table) << 16 | kind << 8 | waiter;
}

/// An agent that lives long keeps its ring while others come and go: its memory must not be given away.
static int is_anothers(uint32_t ring_number, unsigned number) {
  for (unsigned i = 0; i < KW_SEATS; i++) {
    const struct kw_seat *other = &kw_shared->seats[i];
    if (i != number && other->ring_ready && other->ring_number == ring_number) return 1;
  }
  return 0;
}

long kw_ring_open(unsigned number) {
  struct kw_seat *seat = &kw_shared->seats[number];
  do {
    seat->ring_number = atomic_fetch_add(&kw_shared->rings, 1) % KW_RINGS;
  } while (is_anothers(seat->ring_number, number));
  unsigned char *queues = kw_shared->ring_pages[seat->ring_number][0];
  unsigned char *entries = kw_shared->ring_pages[seat->ring_number][1];
  memset(queues, 0, KW_PAGE);
  memset(entries, 0, KW_PAGE);
  struct io_uring_params parameters;
  memset(&parameters, 0, sizeof parameters);
  parameters.flags = SETUP_NO_MMAP | SETUP_REGISTERED_FD_ONLY | IORING_SETUP_CQSIZE;
  parameters.cq_entries = COMPLETIONS;
  // Of this kernel: `resv2` of the offsets are `user_addr`.
  memcpy((char *)&parameters.sq_off + 32, &(uint64_t){(uintptr_t)entries}, 8);
  memcpy((char *)&parameters.cq_off + 32, &(uint64_t){(uintptr_t)queues}, 8);
  long fd = kw_call2(SYS_io_uring_setup, ENTRIES, &parameters);
  if (fd < 0) return fd;

  memset(&ring, 0, sizeof ring);
  ring.sq.khead = (unsigned *)(queues + parameters.sq_off.head);
  ring.sq.ktail = (unsigned *)(queues + parameters.sq_off.tail);
  ring.sq.kring_mask = (unsigned *)(queues + parameters.sq_off.ring_mask);
  ring.sq.kring_entries = (unsigned *)(queues + parameters.sq_off.ring_entries);
  ring.sq.kflags = (unsigned *)(queues + parameters.sq_off.flags);
  ring.sq.kdropped = (unsigned *)(queues + parameters.sq_off.dropped);
  ring.sq.array = (unsigned *)(queues + parameters.sq_off.array);
  ring.sq.sqes = (struct io_uring_sqe *)entries;
  ring.sq.ring_mask = *ring.sq.kring_mask;
  ring.sq.ring_entries = *ring.sq.kring_entries;
  ring.cq.khead = (unsigned *)(queues + parameters.cq_off.head);
  ring.cq.ktail = (unsigned *)(queues + parameters.cq_off.tail);
  ring.cq.kring_mask = (unsigned *)(queues + parameters.cq_off.ring_mask);
  ring.cq.kring_entries = (unsigned *)(queues + parameters.cq_off.ring_entries);
  ring.cq.kflags = (unsigned *)(queues + parameters.cq_off.flags);
  ring.cq.koverflow = (unsigned *)(queues + parameters.cq_off.overflow);
  ring.cq.cqes = (struct io_uring_cqe *)(queues + parameters.cq_off.cqes);
  ring.cq.ring_mask = *ring.cq.kring_mask;
  ring.cq.ring_entries = *ring.cq.kring_entries;
  ring.flags = parameters.flags;
  ring.features = parameters.features;
  ring.ring_fd = ring.enter_ring_fd = (int)fd;
  ring.int_flags = REGISTERED_RING;
  for (unsigned i = 0; i < ring.sq.ring_entries; i++) ring.sq.array[i] = i;

  seat->cq_head = parameters.cq_off.head;
  seat->cq_tail = parameters.cq_off.tail;
  seat->cq_mask = ring.cq.ring_mask;
  seat->cq_entries = parameters.cq_off.cqes;
  seat->ring_ready = 1;
  ready = 1;
  return 0;
}

void kw_ring_forked(void) { ready = 0; }

void kw_ring_collect(unsigned number) {
  struct kw_region *region = kw_shared;
  struct kw_seat *seat = &region->seats[number];
  if (!seat->ring_ready) return;
  unsigned char *queues = region->ring_pages[seat->ring_number][0];
  _Atomic uint32_t *head = (_Atomic uint32_t *)(queues + seat->cq_head);
  _Atomic uint32_t *tail = (_Atomic uint32_t *)(queues + seat->cq_tail);
  uint32_t at = atomic_load_explicit(head, memory_order_relaxed);
  uint32_t end = atomic_load_explicit(tail, memory_order_acquire);
  if (at == end) return;
  struct io_uring_cqe *completions = (struct io_uring_cqe *)(queues + seat->cq_entries);
  for (; at != end; at++) {
    struct io_uring_cqe *completion = &completions[at & seat->cq_mask];
    unsigned kind = completion->user_data >> 8 & 0xff, waiter = completion->user_data & 0xff;
    // A time-out goes with its wait, whose completion says all.
    if (kind == TIMEOUT_TAG) continue;
    if (completion->user_data >> 16 != region->generation + region->table) {
      kw_fault(KW_STALE_COMPLETION, completion->res, number);
    } else if (kind == CANCEL_TAG) {
      cancel_result = completion->res;
    } else if (waiter < KW_WAITERS && kw_waiter_at(waiter)->state == KW_SLEEPS) {
      kw_note_end(waiter, completion->res);
    } else {
      kw_fault(KW_STALE_COMPLETION, completion->res, number);
    }
  }
  atomic_store_explicit(head, at, memory_order_release);
}

static struct io_uring_sqe *entry(unsigned seat) {
  if (!ready) {
    long error = kw_ring_open(seat);
    if (error < 0) {
      kw_fault(KW_RING_FAILED, error, seat);
      return NULL;
    }
  }
  struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
  if (!sqe) {
    kw_fault(KW_RING_FAILED, -EBUSY, seat);
    return NULL;
  }
  memset(sqe, 0, sizeof *sqe);
  return sqe;
}

static int submit(unsigned seat, int entries) {
  int submitted = io_uring_submit(&ring);
  if (submitted == entries) return 1;
  kw_fault(KW_RING_FAILED, submitted, seat);
  return 0;
}

/// The entry before has a time-out.
static int add_timeout(unsigned seat, struct io_uring_sqe *before) {
  static const int64_t time[2] = {LONG_SECONDS, 0};
  struct io_uring_sqe *sqe = entry(seat);
  if (!sqe) return 0;
  before->flags |= IOSQE_IO_LINK;
  sqe->opcode = IORING_OP_LINK_TIMEOUT;
  sqe->fd = -1;
  sqe->addr = (uintptr_t)time;
  sqe->len = 1;
  sqe->user_data = tag(TIMEOUT_TAG, 0);
  return 1;
}

long kw_ring_wait(unsigned seat, struct kw_command *command) {
  struct kw_waiter *waiter = kw_waiter_at(command->waiter);
  struct io_uring_sqe *sqe = entry(seat);
  if (!sqe) return -EIO;
  if (command->code == KW_WAITV) {
    const struct kw_word *words = kw_shared->words[command->value];
    for (int32_t i = 0; i < command->count; i++)
      elements[i] = (struct waitv_element){words[i].value, words[i].address, words[i].flags, 0};
    sqe->opcode = OP_FUTEX_WAITV;
    sqe->addr = (uintptr_t)elements;
    sqe->len = (uint32_t)command->count;
  } else {
    sqe->opcode = OP_FUTEX_WAIT;
    sqe->fd = (int)kw_futex2_flags(command);
    sqe->addr = command->address;
    sqe->off = command->value;
    sqe->addr3 = command->bitset;
  }
  sqe->user_data = tag(0, command->waiter);
  waiter->state = KW_SLEEPS;
  int entries = command->flags & KW_LONG ? 2 : 1;
  if (entries == 2 && !add_timeout(seat, sqe)) return -EIO;
  if (!submit(seat, entries)) return -EIO;
  // A wait that failed has its completion by now.
  kw_ring_collect(seat);
  return waiter->state == KW_SLEEPS ? 1 : waiter->result;
}

static long cancel(unsigned seat, uint64_t target, uint32_t flags) {
  struct io_uring_sqe *sqe = entry(seat);
  if (!sqe) return -EIO;
  sqe->opcode = IORING_OP_ASYNC_CANCEL;
  sqe->fd = -1;
  sqe->addr = target;
  sqe->cancel_flags = flags;
  sqe->user_data = tag(CANCEL_TAG, 0);
  cancel_result = INT32_MIN;
  if (!submit(seat, 1)) return -EIO;
  for (unsigned i = 0; i < 1000 && cancel_result == INT32_MIN; i++) {
    kw_ring_collect(seat);
    if (cancel_result == INT32_MIN) kw_call0(SYS_sched_yield);
  }
  return cancel_result;
}

long kw_ring_cancel(unsigned seat, unsigned number) {
  struct kw_waiter *waiter = kw_waiter_at(number);
  cancel(seat, tag(0, number), 0);
  for (unsigned i = 0; i < 1000 && waiter->state == KW_SLEEPS; i++) {
    kw_call0(SYS_sched_yield);
    kw_ring_collect(seat);
  }
  if (waiter->state == KW_SLEEPS) kw_fault(KW_WAITER_LEFT, number, seat);
  return waiter->result == -ECANCELED;
}

void kw_ring_cancel_all(unsigned seat) {
  struct kw_region *region = kw_shared;
  if (!ready || !atomic_load(&region->seats[seat].in_ring)) return;
  cancel(seat, 0, IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY);
  for (unsigned i = 0; i < 1000 && atomic_load(&region->seats[seat].in_ring); i++) {
    kw_call0(SYS_sched_yield);
    kw_ring_collect(seat);
  }
  if (atomic_load(&region->seats[seat].in_ring)) kw_fault(KW_WAITER_LEFT, -1, seat);
}
