#ifndef CZSTD_SHIM_H
#define CZSTD_SHIM_H

// For ZSTD_getFrameHeader, which is marked unstable. So Swift sees only the function below.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

/// Reads the frame header that begins at `source`: the window size (0 for a skippable frame),
/// whether a checksum guards the content (true for a skippable frame, which has none), the content
/// size (ZSTD_CONTENTSIZE_UNKNOWN if it isn't declared), and the dictionary's number (0 if it names
/// none).
///
/// Returns 0 if all are set, the number of bytes needed if `size` is too small, or an error code.
static inline size_t CZstd_getFrameHeader(
    unsigned long long *windowSize, int *hasChecksum,
    unsigned long long *contentSize, unsigned *dictionaryID, const void *source,
    size_t size) {
  ZSTD_frameHeader header;
  size_t result = ZSTD_getFrameHeader(&header, source, size);
  int isFrame = result == 0 && header.frameType == ZSTD_frame;
  *windowSize = isFrame ? header.windowSize : 0;
  *contentSize = isFrame ? header.frameContentSize : ZSTD_CONTENTSIZE_UNKNOWN;
  *dictionaryID = isFrame ? header.dictID : 0;
  *hasChecksum = !isFrame || header.checksumFlag != 0;
  return result;
}

/// A bound of the decoded size of a whole frame.
static inline unsigned long long CZstd_decompressBound(const void *source, size_t size) {
  return ZSTD_decompressBound(source, size);
}

#endif
