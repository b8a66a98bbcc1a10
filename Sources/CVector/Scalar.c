#include "Backends.h"

#include <string.h>

// All processors for x86-64 have SSE2. `DSEL_PLAIN_WORDS` does without, so that tests can compare.
#if defined(__SSE2__) && !defined(DSEL_PLAIN_WORDS)
#include "SSE2Blocks.h"
#else
#include "WordBlocks.h"
#endif

#include "Kernels.h"

const dsel_backend dsel_scalar = DSEL_BACKEND("scalar");
