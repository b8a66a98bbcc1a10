internal import CISAL

/// A streaming gzip decoder that owns one ISA-L `inflate_state`.
///
/// Use it like ``ZstdDecompressor``. Concatenated members decode as one stream. Zeros may follow
/// the last member up to the end: tapes and block devices pad files with them, and gzip accepts
/// them too. Empty input is a stream of no members.
@safe package struct GzipDecompressor: ~Copyable, @unchecked Sendable {
  // Sendable because a noncopyable owner moves as a whole: nobody else ever holds its pointer.

  /// The part of the file that the next byte of input belongs to.
  private enum Place {
    case start
    case magic(isFirstMember: Bool)  // the first of the two magic bytes has been read
    case header
    case body  // the deflate data and the trailer after it
    case border
    case padding
  }

  /// Allocated by `init`, freed by `deinit`, and never copied out of this type.
  ///
  /// Allocated separately because it takes a hundred kilobytes, too much to move.
  private let state: UnsafeMutablePointer<inflate_state>

  /// The part of a header read so far, since a header may be split over chunks.
  ///
  /// Its buffers stay nil: names and comments are skipped.
  ///
  /// `isal_inflate` can read headers itself, but forgets the flags when one is split.
  private var header = unsafe isal_gzip_header()

  private var place = Place.start

  /// Whether decoded bytes may be waiting inside the decoder.
  ///
  /// If so, call it again with empty input.
  package private(set) var hasPendingOutput = false

  package init() {
    unsafe state = .allocate(capacity: 1)
    unsafe isal_inflate_init(state)
  }

  deinit { unsafe state.deallocate() }

  /// Decodes from `input` until it is used up or `output` is full.
  ///
  /// - Returns: the number of bytes of `input` that were used.
  /// - Throws: ``CompressionError/corrupt(format:reason:)``,
  ///   ``CompressionError/checksumMismatch(format:)`` (also for a wrong length) or
  ///   ``CompressionError/trailingGarbage(format:)``. Then `output` ends with some of the bytes
  ///   decoded before the error; how many depends on the chunks. Discard the decoder: its further
  ///   output is unspecified.
  /// - Complexity: O(*n* + *m*) for *n* bytes used and *m* bytes decoded. Each call also copies up
  ///   to 64 KiB, so pass outputs that are larger than that.
  package mutating func decompress(
    _ input: Span<UInt8>, into output: inout OutputSpan<UInt8>
  ) throws(CompressionError) -> Int {
    var position = 0
    while position < input.count || hasPendingOutput, !output.isFull {
      switch place {
      case .start, .magic, .border, .padding:
        try step(over: input[position])
        position += 1
      case .header:
        if try readHeader(input, at: &position) { place = .body }
      case .body:
        let isWholeMember = try inflate(input, at: &position, into: &output)
        if isWholeMember { place = .border }
        hasPendingOutput = !isWholeMember && output.isFull
      }
    }
    return position
  }

  /// Checks that the input may end here.
  ///
  /// Call it when ``hasPendingOutput`` is false.
  ///
  /// - Throws: ``CompressionError/truncated(format:)`` if the bytes seen so far stop inside a
  ///   member.
  package mutating func finish() throws(CompressionError) {
    switch place {
    case .start, .border, .padding: break
    case .magic, .header, .body: throw .truncated(format: .gzip)
    }
  }

  /// Reads one byte outside a member's header and body.
  private mutating func step(over byte: UInt8) throws(CompressionError) {
    switch (place, byte) {
    case (.start, GzipMagic.first):
      place = .magic(isFirstMember: true)
    case (.border, GzipMagic.first):
      place = .magic(isFirstMember: false)
    case (.magic, GzipMagic.second):
      try beginMember()
    case (.border, 0), (.padding, 0):
      place = .padding
    case (.start, _), (.magic(isFirstMember: true), _):
      throw .corrupt(format: .gzip, reason: "unknown magic number")
    default:
      throw .trailingGarbage(format: .gzip)
    }
  }

  /// Prepares ISA-L for a member whose magic number has been read.
  private mutating func beginMember() throws(CompressionError) {
    unsafe isal_inflate_reset(state)
    // The header is read separately. ISA-L checks the checksum and the length in the trailer.
    unsafe state.pointee.crc_flag = UInt32(ISAL_GZIP_NO_HDR_VER)
    unsafe isal_gzip_header_init(&header)
    let magic: InlineArray<2, UInt8> = [GzipMagic.first, GzipMagic.second]
    var position = 0
    _ = try readHeader(magic.span, at: &position)
    place = .header
  }

  /// Continues to read the member's header, and returns whether that was all of it.
  private mutating func readHeader(
    _ input: Span<UInt8>, at position: inout Int
  ) throws(CompressionError) -> Bool {
    let result = unsafe input.withUnsafeBufferPointer { source in
      // SAFETY: ISA-L reads at most `avail_in` bytes and writes none. It doesn't use `next_in`
      // after it returns, and every later call sets it again.
      unsafe setInput(source, at: position)
      let result = unsafe isal_read_gzip_header(state, &header)
      unsafe advance(&position, in: source)
      return result
    }
    guard result >= 0 else { throw error(isalResult: result) }
    return result == ISAL_DECOMP_OK
  }

  /// Runs one decoding step, and returns whether it reached the end of the member.
  private mutating func inflate(
    _ input: Span<UInt8>, at position: inout Int, into output: inout OutputSpan<UInt8>
  ) throws(CompressionError) -> Bool {
    let result = unsafe input.withUnsafeBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target, initializedCount in
        // SAFETY: ISA-L reads at most `avail_in` bytes and writes at most `avail_out`. It uses
        // neither pointer after it returns: it keeps a copy of the last 32 KiB for references.
        let freeCount = min(target.count - initializedCount, Int(Int32.max))
        unsafe setInput(source, at: position)
        unsafe state.pointee.next_out = target.baseAddress.map { unsafe $0 + initializedCount }
        unsafe state.pointee.avail_out = UInt32(freeCount)
        let result = unsafe isal_inflate(state)
        unsafe advance(&position, in: source)
        // After an invalid symbol or distance, ISA-L may count bytes that it hasn't written. So the
        // output of this step is dropped.
        if result >= 0 || result == ISAL_INCORRECT_CHECKSUM {
          unsafe initializedCount += freeCount - Int(state.pointee.avail_out)
        }
        return result
      }
    }
    guard result >= 0 else { throw error(isalResult: result) }
    return unsafe state.pointee.block_state == ISAL_BLOCK_FINISH
  }

  /// Points ISA-L at the rest of `source`, up to the 2 GiB that it can count.
  private func setInput(_ source: UnsafeBufferPointer<UInt8>, at position: Int) {
    // SAFETY: ISA-L may compare `next_in` with addresses near it even if there is nothing to read.
    // So it gets a real address for empty input too.
    let anyAddress = unsafe UnsafeMutableRawPointer(state).assumingMemoryBound(to: UInt8.self)
    let address = unsafe UnsafeMutablePointer(mutating: source.baseAddress).map {
      unsafe $0 + position
    }
    unsafe state.pointee.next_in = address ?? anyAddress
    unsafe state.pointee.avail_in = UInt32(min(source.count - position, Int(Int32.max)))
  }

  /// Moves `position` past the bytes that ISA-L has taken since `setInput`.
  private func advance(_ position: inout Int, in source: UnsafeBufferPointer<UInt8>) {
    let givenCount = min(source.count - position, Int(Int32.max))
    unsafe position += givenCount - Int(state.pointee.avail_in)
  }

  private func error(isalResult: Int32) -> CompressionError {
    // ISA-L has no messages of its own. These are its names for the codes, spelt out.
    switch isalResult {
    case ISAL_INCORRECT_CHECKSUM: .checksumMismatch(format: .gzip)
    case ISAL_INVALID_BLOCK: .corrupt(format: .gzip, reason: "invalid deflate block")
    case ISAL_INVALID_SYMBOL: .corrupt(format: .gzip, reason: "invalid deflate symbol")
    case ISAL_INVALID_LOOKBACK: .corrupt(format: .gzip, reason: "invalid lookback distance")
    case ISAL_INVALID_WRAPPER: .corrupt(format: .gzip, reason: "invalid gzip header")
    case ISAL_UNSUPPORTED_METHOD: .corrupt(format: .gzip, reason: "unsupported method")
    default: .corrupt(format: .gzip, reason: "ISA-L error \(isalResult)")
    }
  }
}
