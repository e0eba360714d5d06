#pragma once
#include <stdint.h>

// Straight C without any checking: what `keywake bench live` measures itself against. Each function does `rounds` times
// the system calls of the scenario that the benchmark names beside it, and returns the nanoseconds it took, or -1 with
// errno set. `operations` says how many operations of the scenario one round stands for.

// One process: memfd, two mappings, stores and loads, ring waits woken through the alias, requeue, truncate, unmap, close.
int64_t baseline_one_process(uint32_t rounds);
#define BASELINE_ONE_PROCESS_OPERATIONS 24

// One process: memfd, two mappings, and pairs of a wait through the ring, a wake and the reaping; then all is given back.
int64_t baseline_wait_wake(uint32_t rounds);
#define BASELINE_WAIT_WAKE_PAIRS 29

// Two processes that take turns over shared memory: one waits (ring), the other wakes it through its own mapping.
int64_t baseline_two_processes(uint32_t rounds);
#define BASELINE_TWO_PROCESSES_OPERATIONS 14

// A fresh pair of processes for each round: fork of an address space with two mappings, a wake in each, exit of both.
int64_t baseline_fork_exit(uint32_t rounds);
#define BASELINE_FORK_EXIT_OPERATIONS 8

// A race of two processes: a file, a mapping of it in each, a wait (ring) beside a store and a wake, a last wake, and
// everything put away. One round is one run. Lanes meet at a spin barrier.
int64_t baseline_race(uint32_t rounds);
