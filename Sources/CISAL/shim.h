#ifndef DSEL_CISAL_SHIM_H
#define DSEL_CISAL_SHIM_H

#include <isa-l/igzip_lib.h>

// A macro that Swift doesn't import: it is a computed expression.
static inline uint32_t dsel_isal_level2_buffer_size(void) { return ISAL_DEF_LVL2_DEFAULT; }

#endif
