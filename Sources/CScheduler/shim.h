#pragma once

#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include <stddef.h>

#if defined(__linux__)
#include <errno.h>
#include <sched.h>
#endif

/// Writes the mask of the processors that this process may run on, one bit each.
///
/// `size` is the number of bytes in the mask.
///
/// Returns 0, EINVAL if the mask is too small for all processors that the kernel may have, or
/// another errno.
static inline int dsel_get_affinity(unsigned long *mask, size_t size) {
#if defined(__linux__)
  return sched_getaffinity(0, size, (cpu_set_t *)mask) == 0 ? 0 : errno;
#else
  (void)mask;
  (void)size;
  return -1;
#endif
}
