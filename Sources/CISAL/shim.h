#ifndef CISAL_SHIM_H
#define CISAL_SHIM_H

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

// Swift doesn't import this macro, because its value is made of other macros.
enum { CISAL_LEVEL_3_BUFFER_SIZE = ISAL_DEF_LVL3_DEFAULT };

#endif
