// Sleeping and waking between processes, through the memory that they share.
#define _GNU_SOURCE
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>

#include "region.h"
#include "syscalls.h"

void kw_bell_wait(struct kw_bell *bell, uint32_t heard, uint32_t spins, uint32_t patience, const struct timespec *limit) {
  for (uint32_t i = 0; i < spins; i++) {
    if (atomic_load_explicit(&bell->count, memory_order_acquire) != heard) return;
    kw_relax();
    // Whoever is to ring may need this very processor.
    if (i % patience == patience - 1) kw_call0(SYS_sched_yield);
  }
  atomic_store(&bell->sleeping, 1);
  if (atomic_load(&bell->count) == heard) {
    kw_call6(SYS_futex, (long)&bell->count, FUTEX_WAIT, heard, (long)limit, 0, 0);
  }
  atomic_store_explicit(&bell->sleeping, 0, memory_order_relaxed);
}

void kw_bell_ring(struct kw_bell *bell) {
  atomic_fetch_add(&bell->count, 1);
  if (atomic_load(&bell->sleeping)) kw_call3(SYS_futex, &bell->count, FUTEX_WAKE, 1);
}

void kw_seats_changed(struct kw_region *region) {
  atomic_fetch_add(&region->seats_version, 1);
  kw_call3(SYS_futex, &region->seats_version, FUTEX_WAKE, 0x7fffffff);
}
