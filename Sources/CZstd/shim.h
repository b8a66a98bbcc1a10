#ifndef CZSTD_SHIM_H
#define CZSTD_SHIM_H

// For ZSTD_getFrameHeader. It is marked unstable, so Swift sees only the function below.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

/// Reads the window size out of the frame header that begins at `source`; 0 for a skippable frame.
///
/// Returns 0 if `windowSize` is set, the number of bytes wanted if `size` is less than the header, or
/// an error code.
static inline size_t CZstd_getWindowSize(
    unsigned long long *windowSize, const void *source, size_t size) {
  ZSTD_frameHeader header;
  size_t result = ZSTD_getFrameHeader(&header, source, size);
  *windowSize = result == 0 && header.frameType == ZSTD_frame ? header.windowSize : 0;
  return result;
}

#endif
