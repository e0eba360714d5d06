// Linux loses huge pages: when a part of a private hugetlb mapping that nobody has touched is moved by mremap(2), the
// pages of the other parts stay reserved after the process has ended, until the next boot. Each run of this program
// costs PAGES - 1 huge pages; no privilege is needed, only a pool.
//
// Seen on 6.18.44, every time. Touching the pages first, or moving the mapping as a whole, loses none.
// The futex keys are right all the same: this is no scenario, but a long `keywake fuzz --system-wide` meets it.
//
//     cc -o hugetlb-reservation hugetlb-reservation.c && ./hugetlb-reservation
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGES = 2, HUGE = 2 << 20 };

static long reserved(void) {
  FILE *file = fopen("/sys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages", "r");
  long value = -1;
  if (!file || fscanf(file, "%ld", &value) != 1) exit(2);
  fclose(file);
  return value;
}

int main(void) {
  long before = reserved();
  pid_t child = fork();
  if (child == 0) {
    char *memory = mmap(NULL, PAGES * HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    if (memory == MAP_FAILED) _exit(2);
    char *place = (char *)0x300000000000;
    _exit(mremap(memory, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, place) == MAP_FAILED);
  }
  int status;
  waitpid(child, &status, 0);
  if (status) {
    puts("no huge pages to be had: echo 8 > /proc/sys/vm/nr_hugepages");
    return 2;
  }
  printf("reserved before %ld, after %ld: %s\n", before, reserved(), reserved() > before ? "lost" : "given back");
  return reserved() > before;
}
