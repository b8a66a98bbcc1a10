internal import CISAL

/// A streaming gzip decoder that owns one ISA-L inflate state.
///
/// Members decode as one stream, as gzip itself reads them; CRC and length of each are verified. Zero bytes
/// behind the last member are padding, and anything else there is an error.
@safe package struct GzipDecompressor: ~Copyable, @unchecked Sendable {
  // Sendable because a noncopyable owner moves as a whole: nobody else ever holds its pointer.

  private enum Place { case betweenMembers, inMember, inPadding }

  /// Allocated by `init`, freed by `deinit`, and never copied out of this type.
  private let state: UnsafeMutablePointer<inflate_state>
  private var place = Place.betweenMembers
  private var hasDecodedMember = false

  package init() {
    // SAFETY: the state is large (about 80 kB) and holds pointers into itself: it stays where it is.
    unsafe state = .allocate(capacity: 1)
    unsafe isal_inflate_init(state)
  }

  deinit { unsafe state.deallocate() }

  /// Decodes from `input` until it is used up or `output` is full. With empty input, writes
  /// what the decoder still holds.
  ///
  /// - Returns: the bytes of `input` that were used.
  /// - Throws: ``CompressionError``. Discard the decoder after that.
  package mutating func decompress(
    _ input: Span<UInt8>, into output: inout OutputSpan<UInt8>
  ) throws(CompressionError) -> Int {
    var position = 0
    while output.freeCapacity > 0 {
      switch place {
      case .betweenMembers:
        guard position < input.count else { return position }
        if input[position] == 0, hasDecodedMember {
          place = .inPadding
        } else if input[position] != 0x1F, hasDecodedMember {
          throw .trailingGarbage(format: .gzip)
        } else {
          unsafe isal_inflate_reset(state)
          unsafe state.pointee.crc_flag = UInt32(ISAL_GZIP)
          place = .inMember
        }
      case .inPadding:
        while position < input.count {
          guard input[position] == 0 else { throw .trailingGarbage(format: .gzip) }
          position += 1
        }
        return position
      case .inMember:
        let before = (position, output.count)
        try step(input, from: &position, into: &output)
        if place == .inMember, before == (position, output.count) { return position }
      }
    }
    return position
  }

  /// - Throws: ``CompressionError/truncated(format:)`` if the bytes seen so far stop inside a member.
  package func finish() throws(CompressionError) {
    guard place != .inMember else { throw .truncated(format: .gzip) }
  }

  private mutating func step(
    _ input: Span<UInt8>, from position: inout Int, into output: inout OutputSpan<UInt8>
  ) throws(CompressionError) {
    var used = 0
    let state = unsafe state
    let start = position
    let result = unsafe input.withUnsafeBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { buffer, initializedCount in
        // SAFETY: ISA-L reads and writes within the sizes given, and doesn't write through `next_in`.
        let available = min(source.count - start, Int(Int32.max))
        let free = min(buffer.count - initializedCount, Int(Int32.max))
        unsafe state.pointee.next_in = UnsafeMutablePointer(
          mutating: source.baseAddress.map { unsafe $0 + start })
        unsafe state.pointee.avail_in = UInt32(available)
        unsafe state.pointee.next_out = buffer.baseAddress.map { unsafe $0 + initializedCount }
        unsafe state.pointee.avail_out = UInt32(free)
        let result = unsafe isal_inflate(state)
        used = unsafe available - Int(state.pointee.avail_in)
        unsafe initializedCount += free - Int(state.pointee.avail_out)
        return result
      }
    }
    position += used
    switch result {
    case ISAL_INCORRECT_CHECKSUM: throw .checksumMismatch(format: .gzip)
    case ..<0 where hasDecodedMember && result == ISAL_INVALID_WRAPPER:
      throw .trailingGarbage(format: .gzip)
    case ..<0: throw .corrupt(format: .gzip, reason: Self.reason(result))
    default: break
    }
    if unsafe state.pointee.block_state == ISAL_BLOCK_FINISH {
      place = .betweenMembers
      hasDecodedMember = true
    }
  }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case ISAL_INVALID_BLOCK: "invalid deflate block"
    case ISAL_INVALID_SYMBOL: "invalid deflate symbol"
    case ISAL_INVALID_LOOKBACK: "a match begins before the text does"
    case ISAL_INVALID_WRAPPER: "invalid gzip header"
    case ISAL_UNSUPPORTED_METHOD: "unknown compression method"
    default: "ISA-L error \(code)"
    }
  }
}
