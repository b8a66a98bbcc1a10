internal import CISAL

/// A streaming gzip decoder that owns one ISA-L `inflate_state`.
///
/// It is used as ``ZstdDecompressor`` is. Concatenated members decode as one stream. Zeros may follow
/// the last member, up to the end: tapes and block devices pad files with them, and gzip accepts
/// them too. No bytes at all are a stream of no members.
@safe package struct GzipDecompressor: ~Copyable, @unchecked Sendable {
  // Sendable because a noncopyable owner moves as a whole: nobody else ever holds its pointer.

  /// Where in the file the next byte of input stands.
  private enum Place {
    case start
    case magic(isFirstMember: Bool)  // the first of the two magic bytes has been read
    case header
    case body  // the deflate data and the trailer behind it
    case border
    case padding
  }

  /// Allocated by `init`, freed by `deinit`, and never copied out of this type.
  ///
  /// It has its own allocation because it is a hundred kilobytes, too much to move about.
  private let state: UnsafeMutablePointer<inflate_state>

  /// What has been read of a header that may be split over chunks. Its buffers stay nil: names and
  /// comments are skipped.
  ///
  /// `isal_inflate` can read headers itself, but forgets the flags when one is split.
  private var header = unsafe isal_gzip_header()

  private var place = Place.start

  /// Whether decoded bytes may be waiting inside the decoder: call it again with empty input.
  package private(set) var hasPendingOutput = false

  package init() {
    unsafe state = .allocate(capacity: 1)
    unsafe isal_inflate_init(state)
  }

  deinit { unsafe state.deallocate() }

  /// Decodes from `input` until it is used up or `output` is full.
  ///
  /// - Returns: How many bytes of `input` were used.
  /// - Throws: ``CompressionError/corrupt(format:reason:)``,
  ///   ``CompressionError/checksumMismatch(format:)`` (also for a wrong length) or
  ///   ``CompressionError/trailingGarbage(format:)``. `output` then ends with some of what was
  ///   decoded before; how much depends on the chunks. Discard the decoder after that: what it
  ///   would decode next is unspecified.
  /// - Complexity: O(*n* + *m*) for *n* bytes used and *m* bytes decoded. A call costs up to 64 KiB
  ///   of copying besides, so pass outputs that are larger than that.
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

  /// Checks that the input may end here. Call it when ``hasPendingOutput`` is false.
  ///
  /// - Throws: ``CompressionError/truncated(format:)`` if the bytes seen so far stop inside a member.
  package mutating func finish() throws(CompressionError) {
    switch place {
    case .start, .border, .padding: break
    case .magic, .header, .body: throw .truncated(format: .gzip)
    }
  }

  /// Reads one byte that stands outside a member's header and body.
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

  /// Gets ISA-L ready for a member whose magic number has been read.
  private mutating func beginMember() throws(CompressionError) {
    unsafe isal_inflate_reset(state)
    // The header is read apart; the trailer's checksum and length are for ISA-L to check.
    unsafe state.pointee.crc_flag = UInt32(ISAL_GZIP_NO_HDR_VER)
    unsafe isal_gzip_header_init(&header)
    let magic: InlineArray<2, UInt8> = [GzipMagic.first, GzipMagic.second]
    var position = 0
    _ = try readHeader(magic.span, at: &position)
    place = .header
  }

  /// Reads on in the member's header, and returns whether that was all of it.
  private mutating func readHeader(
    _ input: Span<UInt8>, at position: inout Int
  ) throws(CompressionError) -> Bool {
    let result = unsafe input.withUnsafeBufferPointer { source in
      // SAFETY: ISA-L reads at most `avail_in` bytes, writes to none, and has no use for `next_in`
      // after its return. Every later call sets it anew.
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
        // SAFETY: ISA-L reads at most `avail_in` bytes and writes at most `avail_out`. It has no use
        // for either pointer after its return: it keeps a copy of the last 32 KiB for references.
        let freeCount = min(target.count - initializedCount, Int(Int32.max))
        unsafe setInput(source, at: position)
        unsafe state.pointee.next_out = target.baseAddress.map { unsafe $0 + initializedCount }
        unsafe state.pointee.avail_out = UInt32(freeCount)
        let result = unsafe isal_inflate(state)
        unsafe advance(&position, in: source)
        // After an invalid symbol or distance, the last bytes that ISA-L counts as written may not
        // have been, so all that the step wrote is left out.
        if result >= 0 || result == ISAL_INCORRECT_CHECKSUM {
          unsafe initializedCount += freeCount - Int(state.pointee.avail_out)
        }
        return result
      }
    }
    guard result >= 0 else { throw error(isalResult: result) }
    return unsafe state.pointee.block_state == ISAL_BLOCK_FINISH
  }

  /// Points ISA-L at what is left of `source`, up to the 2 GiB that it can count.
  private func setInput(_ source: UnsafeBufferPointer<UInt8>, at position: Int) {
    // SAFETY: ISA-L may compare `next_in` with addresses near it even if there is nothing to read,
    // so it gets a real address for an empty input too.
    let anyAddress = unsafe UnsafeMutableRawPointer(state).assumingMemoryBound(to: UInt8.self)
    let address = unsafe UnsafeMutablePointer(mutating: source.baseAddress).map {
      unsafe $0 + position
    }
    unsafe state.pointee.next_in = address ?? anyAddress
    unsafe state.pointee.avail_in = UInt32(min(source.count - position, Int(Int32.max)))
  }

  /// Moves `position` over the bytes that ISA-L took since `setInput`.
  private func advance(_ position: inout Int, in source: UnsafeBufferPointer<UInt8>) {
    let givenCount = min(source.count - position, Int(Int32.max))
    unsafe position += givenCount - Int(state.pointee.avail_in)
  }

  private func error(isalResult: Int32) -> CompressionError {
    // ISA-L has no texts of its own; these are its names for the codes, spelt out.
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
