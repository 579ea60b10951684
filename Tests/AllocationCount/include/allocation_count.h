#ifndef GATEHOUSE_ALLOCATION_COUNT_H
#define GATEHOUSE_ALLOCATION_COUNT_H

#include <stdbool.h>
#include <stdint.h>

/// How often this thread has asked for memory since it began; always 0 under a sanitizer, which has its own allocator.
int64_t allocation_count(void);

/// Whether it counts here: not under a sanitizer.
bool allocations_are_counted(void);

#endif
