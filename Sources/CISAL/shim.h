#ifndef CISAL_SHIM_H
#define CISAL_SHIM_H

#include <isa-l/igzip_lib.h>

// Swift doesn't import the macro, whose value is made of other macros.
enum { CISAL_LEVEL_3_BUFFER_SIZE = ISAL_DEF_LVL3_DEFAULT };

#endif
