#pragma once
#include <stddef.h>

#define KWH_PATH 4096
#define KWH_TEXT 256

// Reads at most size - 1 bytes of a small file and ends them with a 0. Length or -errno.
int kwh_read_small(int folder, const char *name, char *text, size_t size);

// Writes a small file; with sync it is durable when this returns. 0 or -errno.
int kwh_write_small(int folder, const char *name, const char *text, int flags, int sync);

// Calls visit for each name in the folder but "." and "..", until it answers non-zero. That, or -errno.
int kwh_each_entry(int folder, int (*visit)(int folder, const char *name, void *context), void *context);

// Appends text, cut to fit; keeps a 0 at the end. The new length.
size_t kwh_append(char *text, size_t length, size_t size, const char *more);
size_t kwh_append_number(char *text, size_t length, size_t size, long number);
long kwh_parse_number(const char *text);
