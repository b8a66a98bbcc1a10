#ifndef CZSTD_SHIM_H
#define CZSTD_SHIM_H

// For ZSTD_getFrameHeader. It is marked unstable, so Swift sees only the function below.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

/// Reads the frame header that begins at `source`: its window size, 0 for a skippable frame, and whether a checksum
/// guards its content. A skippable frame has none to guard. The content's size is ZSTD_CONTENTSIZE_UNKNOWN where the
/// header doesn't say it; `dictionaryID` is 0 where it names no dictionary.
///
/// Returns 0 if all are set, the number of bytes wanted if `size` is less than the header, or
/// an error code.
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

#endif
