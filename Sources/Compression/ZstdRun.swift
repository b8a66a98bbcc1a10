internal import CZstd

/// Whole zstd frames at the front of some bytes, which can be decoded at once.
package struct ZstdRun: Equatable, Sendable {
  /// The number of bytes of the frames.
  package var byteCount = 0
  /// The decoded bytes are at most this many.
  package var textBound = 0
  /// Whether each frame has a checksum.
  package var hasChecksums = true

  /// Finds frames without decoding them, by the sizes in the headers of their blocks.
  ///
  /// - Parameters:
  ///   - maximumWindowByteCount: the largest window that a frame may ask for.
  ///   - textLimit: the largest number of decoded bytes.
  ///   - wanted: no frame is added once there are this many decoded bytes.
  /// - Returns: nil if the first frame doesn't end within `bytes`, isn't within the limits, or may
  ///   be damaged: ``ZstdDecompressor`` says what is wrong with it.
  /// - Complexity: O(*n*) for *n* blocks.
  package init?(
    in bytes: Span<UInt8>, maximumWindowByteCount: Int, textLimit: Int, wanted: Int
  ) {
    while byteCount < bytes.count, textBound < wanted {
      let rest = bytes.extracting(droppingFirst: byteCount)
      var header = ZstdFrameHeader()
      guard
        case .complete(let window, let hasChecksum, _, let dictionaryID) = header.read(rest),
        dictionaryID == nil, window <= UInt64(maximumWindowByteCount)
      else { break }
      let (size, bound) = unsafe rest.withUnsafeBufferPointer { rest in
        // SAFETY: libzstd reads at most `count` bytes, and keeps no pointer.
        let size = unsafe ZSTD_findFrameCompressedSize(rest.baseAddress, rest.count)
        guard ZSTD_isError(size) == 0 else { return (0, UInt64.max) }
        return unsafe (size, CZstd_decompressBound(rest.baseAddress, size))
      }
      guard size > 0, bound <= UInt64(textLimit - textBound) else { break }
      byteCount += size
      textBound += Int(bound)
      hasChecksums = hasChecksums && hasChecksum
    }
    guard byteCount > 0 else { return nil }
  }

  /// Decodes the frames, which are the whole of `bytes`.
  ///
  /// - Precondition: `output` has room for ``textBound`` bytes.
  /// - Returns: false if they are damaged, or if memory is lacking. The output is unspecified then.
  package func decompress(_ bytes: Span<UInt8>, into output: inout OutputSpan<UInt8>) -> Bool {
    precondition(bytes.count == byteCount && output.freeCapacity >= textBound)
    return unsafe bytes.withUnsafeBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target, initializedCount in
        // SAFETY: libzstd reads at most `count` bytes and writes at most the free ones.
        let free = unsafe target.baseAddress.map { unsafe $0 + initializedCount }
        let result = unsafe ZSTD_decompress(
          free, target.count - initializedCount, source.baseAddress, source.count)
        guard ZSTD_isError(result) == 0 else { return false }
        initializedCount += result
        return true
      }
    }
  }
}
