#pragma once
#include <stddef.h>
#include <stdint.h>

// Counters that libFuzzer reads as coverage besides the compiler's: one for each behaviour seen.
#define KEYWAKE_EXTRA_COUNTERS (1u << 16)
void keywake_count_behaviour(uint32_t index);

// Swift's backtracer would take the signals from libFuzzer, which then saves no input. Called before it sets its own.
void keywake_default_signals(void);

// Ends the process so that libFuzzer saves the input.
_Noreturn void keywake_crash(const char *why);
