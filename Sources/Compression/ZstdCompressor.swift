internal import CZstd

/// A streaming zstd encoder that owns one `ZSTD_CCtx`.
///
/// The frame carries a checksum of its content. Equal bytes give an equal frame, however they are
/// split over calls.
@safe package struct ZstdCompressor: ~Copyable {
  /// Allocated by `init`, freed by `deinit`, and never copied out of this type.
  private let context: OpaquePointer

  /// Creates an encoder.
  ///
  /// libzstd clamps `level` to the range that it supports.
  ///
  /// - Throws: ``CompressionError/outOfMemory`` if libzstd can't allocate its state.
  package init(level: Int32) throws(CompressionError) {
    guard let context = unsafe ZSTD_createCCtx() else { throw .outOfMemory }
    unsafe self.context = context
    let levelResult = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    let checksumResult = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    precondition(
      ZSTD_isError(levelResult) == 0 && ZSTD_isError(checksumResult) == 0,
      "libzstd clamps the level and knows the flag")
  }

  deinit { unsafe _ = ZSTD_freeCCtx(context) }

  /// Compresses all of `input` and appends the encoder's output to `output`.
  ///
  /// - Throws: ``CompressionError/outOfMemory``. Discard the encoder after that.
  /// - Complexity: O(*n*), where *n* is the number of bytes of `input`.
  package mutating func compress(
    _ input: Span<UInt8>, appendingTo output: inout [UInt8]
  ) throws(CompressionError) {
    var position = 0
    while position < input.count {
      _ = try encodeBlock(ZSTD_e_continue, from: input, at: &position, appendingTo: &output)
    }
  }

  /// Ends the frame, which exists even if nothing was written.
  ///
  /// More input would begin another.
  ///
  /// - Throws: ``CompressionError/outOfMemory``. Discard the encoder after that.
  package mutating func finish(appendingTo output: inout [UInt8]) throws(CompressionError) {
    var position = 0
    while try encodeBlock(ZSTD_e_end, from: Span(), at: &position, appendingTo: &output) > 0 {}
  }

  /// Runs one encoding step, and returns how many bytes at least still wait inside the encoder.
  private mutating func encodeBlock(
    _ directive: ZSTD_EndDirective, from input: Span<UInt8>, at position: inout Int,
    appendingTo output: inout [UInt8]
  ) throws(CompressionError) -> Int {
    var remainingHint = 0
    output.append(addingCapacity: ZSTD_CStreamOutSize()) { block in
      unsafe input.withUnsafeBufferPointer { source in
        unsafe block.withUnsafeMutableBufferPointer { free, initializedCount in
          // SAFETY: libzstd stays within the two sizes below, and keeps neither pointer.
          var reader = unsafe ZSTD_inBuffer(
            src: source.baseAddress, size: source.count, pos: position)
          var writer = unsafe ZSTD_outBuffer(dst: free.baseAddress, size: free.count, pos: 0)
          remainingHint = unsafe ZSTD_compressStream2(context, &writer, &reader, directive)
          unsafe position = reader.pos
          unsafe initializedCount = writer.pos
        }
      }
    }
    try check(remainingHint)
    return remainingHint
  }

  /// Compression can only fail for lack of memory, as long as this type calls libzstd correctly.
  private func check(_ result: Int) throws(CompressionError) {
    guard ZSTD_isError(result) != 0 else { return }
    guard ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation else {
      preconditionFailure(unsafe String(cString: ZSTD_getErrorName(result)))
    }
    throw .outOfMemory
  }
}
