/// The kernels, for one back end: see `Backends.h`.
///
/// This file has no guard: each back end includes it once, in its own file.

#include "HashKernels.h"
#include "StringKernels.h"
#include "TokenKernels.h"
#include "UTF8Kernels.h"
