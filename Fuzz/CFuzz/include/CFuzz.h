#pragma once
#include <stddef.h>
#include <stdint.h>

// Counters that libFuzzer reads as coverage besides the compiler's: one for each behaviour seen.
#define KEYWAKE_EXTRA_COUNTERS (1u << 16)
void keywake_count_behaviour(uint32_t index);

// Ends the process so that libFuzzer saves the input.
_Noreturn void keywake_crash(const char *why);
