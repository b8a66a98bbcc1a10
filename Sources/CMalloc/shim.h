#pragma once

#if defined(__GLIBC__) || defined(__linux__)
#include <malloc.h>
#endif

/// Makes large blocks return to the system when they are freed.
///
/// Otherwise glibc keeps blocks as large as those freed before, and the process holds the memory of
/// all steps instead of one.
static inline void dsel_return_large_blocks(void) {
#if defined(M_MMAP_THRESHOLD)
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}
