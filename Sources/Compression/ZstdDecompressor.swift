internal import CZstd

/// A streaming zstd decoder that owns one `ZSTD_DStream`.
///
/// Pass it the compressed bytes of a shard in order, in chunks of any size. If it doesn't use up a
/// chunk, call it again with the rest, and with no input while ``hasPendingOutput``. Then call
/// ``finish()``.
///
/// Concatenated frames decode as one stream, since shards are often made by appending files.
/// Skippable frames decode as nothing. Empty input is a stream of no frames.
@safe package struct ZstdDecompressor: ~Copyable, @unchecked Sendable {
  // Sendable because a noncopyable owner moves as a whole: nobody else ever holds its pointer.

  /// Allocated by `init`, freed by `deinit`, and never copied out of this type.
  private let stream: OpaquePointer

  /// The largest window a frame may ask for.
  private let windowByteLimit: UInt64

  /// The largest window that libzstd supports.
  private let largestWindowByteCount: UInt64

  /// The header of the current frame, which is empty exactly at a frame boundary.
  private var header = ZstdFrameHeader()

  /// Whether `header` is complete and has passed its checks.
  private var headerIsRead = false

  /// The content size that the frame's header declares, and the number of bytes decoded so far.
  private var declaredByteCount: UInt64?
  private var decodedByteCount: UInt64 = 0

  /// Whether a frame has ended.
  ///
  /// If so, bytes that begin no frame are trailing garbage.
  private var hasDecodedFrame = false

  /// Whether every frame so far has a checksum.
  ///
  /// Damage to a frame without one may go unnoticed.
  package private(set) var hasChecksums = true

  /// Whether decoded bytes may be waiting inside the decoder.
  ///
  /// If so, call it again with empty input.
  package private(set) var hasPendingOutput = false

  /// Whether ``decompress(_:into:)`` returns at the end of each frame.
  package var stopsAtFrames = false

  /// Whether the next byte begins a frame.
  package var isBetweenFrames: Bool { header.isEmpty && !hasPendingOutput }

  /// Notes whole frames that were decoded elsewhere.
  package mutating func passFrames(hasChecksums: Bool) {
    precondition(isBetweenFrames)
    hasDecodedFrame = true
    self.hasChecksums = self.hasChecksums && hasChecksums
  }

  /// Creates a decoder that needs at most about `maximumWindowByteCount` bytes of memory.
  ///
  /// The limit is clamped to libzstd's own bounds, 1 KiB to 2 GiB.
  ///
  /// - Throws: ``CompressionError/outOfMemory`` if libzstd can't allocate its state.
  package init(maximumWindowByteCount: Int) throws(CompressionError) {
    precondition(maximumWindowByteCount > 0, "a zstd window has at least one byte")
    guard let stream = unsafe ZSTD_createDStream() else { throw .outOfMemory }
    unsafe self.stream = stream
    let bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax)
    // libzstd's limit is a power of two. This takes the next larger one, since each frame is
    // checked against the exact limit first.
    let log2 = Int32(Int.bitWidth - (maximumWindowByteCount - 1).leadingZeroBitCount)
    let windowLog = min(max(log2, bounds.lowerBound), bounds.upperBound)
    windowByteLimit = min(
      max(UInt64(maximumWindowByteCount), 1 << UInt64(bounds.lowerBound)),
      1 << UInt64(bounds.upperBound))
    largestWindowByteCount = 1 << UInt64(bounds.upperBound)
    let result = unsafe ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, windowLog)
    precondition(ZSTD_isError(result) == 0, "the value is within libzstd's bounds")
  }

  deinit { unsafe _ = ZSTD_freeDStream(stream) }

  /// Decodes from `input` until it is used up or `output` is full.
  ///
  /// - Returns: the number of bytes of `input` that were used.
  /// - Throws: ``CompressionError/corrupt(format:reason:)``,
  ///   ``CompressionError/checksumMismatch(format:)``,
  ///   ``CompressionError/trailingGarbage(format:)``,
  ///   ``CompressionError/windowTooLarge(byteCount:limit:)``,
  ///   ``CompressionError/needsDictionary(id:)`` or ``CompressionError/outOfMemory``. Then `output`
  ///   ends with some of the bytes decoded before the error; how many depends on the chunks.
  ///   Discard the decoder: its further output is unspecified.
  /// - Complexity: O(*n* + *m*) for *n* bytes used and *m* bytes decoded.
  package mutating func decompress(
    _ input: Span<UInt8>, into output: inout OutputSpan<UInt8>
  ) throws(CompressionError) -> Int {
    var position = 0
    while position < input.count || hasPendingOutput, !output.isFull {
      if !headerIsRead { try readHeader(from: input.extracting(droppingFirst: position)) }
      let before = output.count
      let remainingHint = decodeBlock(from: input, at: &position, into: &output)
      decodedByteCount += UInt64(output.count - before)
      guard ZSTD_isError(remainingHint) == 0 else { throw error(libzstdResult: remainingHint) }
      if remainingHint == 0 {
        try checkContentSize()
        header = ZstdFrameHeader()
        headerIsRead = false
        hasDecodedFrame = true
      }
      // A full output may leave decoded bytes inside libzstd, unless the frame just ended. At a
      // boundary, another call would begin a frame that has no bytes yet.
      hasPendingOutput = output.isFull && remainingHint != 0
      if stopsAtFrames, remainingHint == 0 { break }
    }
    return position
  }

  /// Checks that the input may end here.
  ///
  /// Call it when ``hasPendingOutput`` is false.
  ///
  /// - Throws: ``CompressionError/truncated(format:)`` if the bytes seen so far stop inside a
  ///   frame.
  package mutating func finish() throws(CompressionError) {
    guard header.isEmpty else { throw .truncated(format: .zstd) }
  }

  /// Compares the content of a frame that has ended with the size that its header declares.
  ///
  /// libzstd checks it too, except where a frame that comes in pieces ends with an empty block.
  private mutating func checkContentSize() throws(CompressionError) {
    guard declaredByteCount == nil || declaredByteCount == decodedByteCount else {
      throw .corrupt(format: .zstd, reason: "the content is not of the size that the header says")
    }
    declaredByteCount = nil
    decodedByteCount = 0
  }

  /// Looks at the frame header, which is at the front of `input` or began in an earlier chunk.
  ///
  /// libzstd gets the same bytes again. This only decides whether it may continue.
  private mutating func readHeader(from input: Span<UInt8>) throws(CompressionError) {
    switch header.read(input) {
    case .incomplete:
      break
    case .notAFrame where hasDecodedFrame:
      throw .trailingGarbage(format: .zstd)
    case .notAFrame:
      let reason = unsafe String(cString: ZSTD_getErrorString(ZSTD_error_prefix_unknown))
      throw .corrupt(format: .zstd, reason: reason)
    case .invalid(let libzstdResult):
      throw error(libzstdResult: libzstdResult)
    case .complete(let windowByteCount, let hasChecksum, let contentByteCount, let dictionaryID):
      if let dictionaryID { throw .needsDictionary(id: dictionaryID) }
      guard windowByteCount <= windowByteLimit else {
        throw .windowTooLarge(
          byteCount: windowByteCount <= largestWindowByteCount ? windowByteCount : nil,
          limit: windowByteLimit)
      }
      headerIsRead = true
      declaredByteCount = contentByteCount
      if !hasChecksum { hasChecksums = false }
    }
  }

  /// Runs one decoding step, which ends at a frame boundary at the latest.
  ///
  /// - Returns: libzstd's estimate of the bytes left in the frame, which is zero exactly at its
  ///   end, or an error code.
  private mutating func decodeBlock(
    from input: Span<UInt8>, at position: inout Int, into output: inout OutputSpan<UInt8>
  ) -> Int {
    unsafe input.withUnsafeBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target, initializedCount in
        // SAFETY: libzstd stays within the two sizes below, and keeps neither pointer.
        var reader = unsafe ZSTD_inBuffer(
          src: source.baseAddress, size: source.count, pos: position)
        var writer = unsafe ZSTD_outBuffer(
          dst: target.baseAddress, size: target.count, pos: initializedCount)
        let remainingHint = unsafe ZSTD_decompressStream(stream, &writer, &reader)
        unsafe position = reader.pos
        unsafe initializedCount = writer.pos
        return remainingHint
      }
    }
  }

  private func error(libzstdResult: Int) -> CompressionError {
    switch ZSTD_getErrorCode(libzstdResult) {
    case ZSTD_error_memory_allocation: .outOfMemory
    case ZSTD_error_checksum_wrong: .checksumMismatch(format: .zstd)
    case ZSTD_error_frameParameter_windowTooLarge:
      .windowTooLarge(byteCount: nil, limit: windowByteLimit)
    default:
      .corrupt(
        format: .zstd, reason: unsafe String(cString: ZSTD_getErrorName(libzstdResult)))
    }
  }
}
