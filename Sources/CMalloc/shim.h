#pragma once

#if defined(__GLIBC__) || defined(__linux__)
#include <malloc.h>
#endif

/// Has large blocks go back to the system when they are freed. Left to itself, glibc keeps those that are as large as
/// ones freed before, and memory becomes what all steps need instead of what one does.
static inline void dsel_return_large_blocks(void) {
#if defined(M_MMAP_THRESHOLD)
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}
