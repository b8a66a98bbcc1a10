#ifndef DSEL_CXXHASH_SHIM_H
#define DSEL_CXXHASH_SHIM_H

// Streaming states of fixed size, so that Swift need not guess.
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#endif
