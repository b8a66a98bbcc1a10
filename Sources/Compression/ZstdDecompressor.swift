internal import CZstd

/// A streaming zstd decoder that owns one `ZSTD_DStream`.
///
/// Concatenated and skippable frames decode as one stream: shards are often built by appending
/// files. Content checksums are verified where a frame has one.
@safe package struct ZstdDecompressor: ~Copyable, @unchecked Sendable {
  // Sendable because a noncopyable owner moves as a whole: nobody else ever holds its pointer.

  /// Allocated by `init`, freed by `deinit`, and never copied out of this type.
  private let stream: OpaquePointer
  private let maximumWindow: UInt64
  /// libzstd's last estimate of the bytes left in the frame; zero exactly at a frame boundary.
  private var remainingHint = 0
  private var hasDecodedFrame = false
  /// The window that the current frame's header asks for, where the header has been seen whole.
  private var window: UInt64?

  /// - Parameter maximumWindowByteCount: rounded down to a power of two, as libzstd counts.
  /// - Throws: ``CompressionError/outOfMemory`` if libzstd can't allocate its state.
  package init(maximumWindowByteCount: Int) throws(CompressionError) {
    guard let stream = unsafe ZSTD_createDStream() else { throw .outOfMemory }
    unsafe self.stream = stream
    let bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax)
    let log = Int.bitWidth - 1 - max(1, maximumWindowByteCount).leadingZeroBitCount
    let clamped = min(max(Int32(log), bounds.lowerBound), bounds.upperBound)
    maximumWindow = 1 << UInt64(clamped)
    unsafe ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, clamped)
  }

  deinit { unsafe _ = ZSTD_freeDStream(stream) }

  /// Decodes from `input` until it is used up or `output` is full. With empty input, writes
  /// what the decoder still holds.
  ///
  /// - Returns: the bytes of `input` that were used.
  /// - Throws: ``CompressionError``. Discard the decoder after that.
  package mutating func decompress(
    _ input: Span<UInt8>, into output: inout OutputSpan<UInt8>
  ) throws(CompressionError) -> Int {
    var position = 0
    // At a frame boundary nothing is held back, and asking would open a frame that has no bytes yet.
    while output.freeCapacity > 0, position < input.count || remainingHint != 0 {
      if remainingHint == 0 { window = Self.window(of: input.extracting(position...)) }
      let isAtBoundary = remainingHint == 0
      let before = (position, output.count)
      position = step(input, from: position, into: &output)
      if ZSTD_isError(remainingHint) != 0 { throw error(isAtBoundary: isAtBoundary) }
      if remainingHint == 0 { hasDecodedFrame = true }
      if before == (position, output.count) { break }
    }
    return position
  }

  /// - Throws: ``CompressionError/truncated(format:)`` if the bytes seen so far stop inside a frame.
  package func finish() throws(CompressionError) {
    guard remainingHint == 0 else { throw .truncated(format: .zstd) }
  }

  private func error(isAtBoundary: Bool) -> CompressionError {
    switch ZSTD_getErrorCode(remainingHint) {
    case ZSTD_error_frameParameter_windowTooLarge:
      return .windowTooLarge(byteCount: window, limit: maximumWindow)
    case ZSTD_error_checksum_wrong: return .checksumMismatch(format: .zstd)
    case ZSTD_error_memory_allocation: return .outOfMemory
    case ZSTD_error_prefix_unknown where hasDecodedFrame && isAtBoundary:
      return .trailingGarbage(format: .zstd)
    default:
      let reason = unsafe String(cString: ZSTD_getErrorName(remainingHint))
      return .corrupt(format: .zstd, reason: reason)
    }
  }

  /// Runs one decoding step, which never goes over a frame's end, and returns the new read position.
  private mutating func step(
    _ input: Span<UInt8>, from position: Int, into output: inout OutputSpan<UInt8>
  ) -> Int {
    unsafe input.withUnsafeBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { buffer, initializedCount in
        // SAFETY: libzstd stays within the two sizes below, and keeps neither pointer.
        var reader = unsafe ZSTD_inBuffer(
          src: source.baseAddress, size: source.count, pos: position)
        var writer = unsafe ZSTD_outBuffer(
          dst: buffer.baseAddress, size: buffer.count, pos: initializedCount)
        remainingHint = unsafe ZSTD_decompressStream(stream, &writer, &reader)
        unsafe initializedCount = writer.pos
        return unsafe reader.pos
      }
    }
  }

  /// The window that a frame header asks for (RFC 8878, section 3.1.1.1); nil where it isn't whole.
  private static func window(of frame: Span<UInt8>) -> UInt64? {
    guard frame.count >= 14, frame[0] == 0x28 else { return nil }
    let descriptor = frame[4]
    guard descriptor & 0x20 != 0 else {
      let base: UInt64 = 1 << (10 + UInt64(frame[5] >> 3))
      return base + base / 8 * UInt64(frame[5] & 7)
    }
    // A single segment: the window is the content.
    let dictionarySize = [0, 1, 2, 4][Int(descriptor & 3)]
    let fieldSize = [1, 2, 4, 8][Int(descriptor >> 6)]
    let start = 5 + dictionarySize
    guard start + fieldSize <= frame.count else { return nil }
    var size: UInt64 = fieldSize == 2 ? 256 : 0
    for index in 0..<fieldSize {
      let byte = UInt64(frame[start + index])
      size += byte << UInt64(8 * index)
    }
    return size
  }
}
