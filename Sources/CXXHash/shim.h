#ifndef DSEL_CXXHASH_SHIM_H
#define DSEL_CXXHASH_SHIM_H

// Streaming states of fixed size, so that Swift knows their layout.
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

/// Asks the processor to fetch the 64 bytes around `address`, which will soon be read and written.
static inline void dsel_prefetch(const void *address) { __builtin_prefetch(address, 1); }

#endif
