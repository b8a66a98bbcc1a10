import CZstd

/// libzstd called directly, so that no dsel code is on both sides of a comparison.
enum ZstdReference {
  /// An empty skippable frame, and one of five bytes.
  static let emptySkippableFrame: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0]
  static let skippableFrame: [UInt8] = [0x5F, 0x2A, 0x4D, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]

  /// Returns one frame with a checksum, and a header with the content's size but no window.
  static func compress(_ bytes: [UInt8]) -> [UInt8] {
    compress(bytes, directives: [ZSTD_e_end])
  }

  /// Returns one frame with a checksum, and a header that requests a window of 2^`windowLog` bytes.
  static func compress(_ bytes: [UInt8], windowLog: Int32) -> [UInt8] {
    // If libzstd knew the content's size from the first call, it would lower the window to it.
    compress(bytes, windowLog: windowLog, directives: [ZSTD_e_continue, ZSTD_e_end])
  }

  private static func compress(
    _ bytes: [UInt8], windowLog: Int32 = 0, directives: [ZSTD_EndDirective]
  ) -> [UInt8] {
    let context = unsafe ZSTD_createCCtx()
    defer { unsafe _ = ZSTD_freeCCtx(context) }
    unsafe _ = ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    unsafe _ = ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
    let bound = ZSTD_compressBound(bytes.count)
    return unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      // SAFETY: libzstd stays within the two sizes, and both buffers outlive the calls.
      unsafe bytes.withUnsafeBufferPointer { bytes in
        var input = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        var output = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
        for directive in directives {
          unsafe _ = ZSTD_compressStream2(context, &output, &input, directive)
        }
        count = unsafe output.pos
      }
    }
  }

  /// Returns the content of all frames in `bytes`, or nil if it isn't `byteCount` bytes.
  static func decompress(_ bytes: [UInt8], byteCount: Int) -> [UInt8]? {
    var result = 0
    // One more byte, because without any the count would be written into the empty array that all
    // threads share.
    let content = unsafe [UInt8](unsafeUninitializedCapacity: byteCount + 1) { buffer, count in
      // SAFETY: libzstd stays within the two sizes.
      result = unsafe ZSTD_decompress(buffer.baseAddress, byteCount, bytes, bytes.count)
      count = min(result, byteCount)
    }
    return result == byteCount ? content : nil
  }
}
