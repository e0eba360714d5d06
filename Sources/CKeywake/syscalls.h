// Raw system calls: no errno, so that threads without storage of their own can make them.
#pragma once
#include <stdint.h>

static inline long kw_call6(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
#else
#error "no system call sequence for this machine"
#endif
}

#define kw_call0(n) kw_call6((n), 0, 0, 0, 0, 0, 0)
#define kw_call1(n, a) kw_call6((n), (long)(a), 0, 0, 0, 0, 0)
#define kw_call2(n, a, b) kw_call6((n), (long)(a), (long)(b), 0, 0, 0, 0)
#define kw_call3(n, a, b, c) kw_call6((n), (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define kw_call4(n, a, b, c, d) kw_call6((n), (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define kw_call5(n, a, b, c, d, e) kw_call6((n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

static inline void kw_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield" ::: "memory");
#endif
}

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef SYS_futex_wake
#define SYS_futex_wake 454
#endif
#ifndef SYS_futex_wait
#define SYS_futex_wait 455
#endif
#ifndef SYS_futex_requeue
#define SYS_futex_requeue 456
#endif
