internal import CZstd

/// A copy of the first bytes of a zstd frame, kept until they give the frame's window size.
///
/// libzstd checks the window too, but not if the whole frame lies in one chunk, and it doesn't
/// report the size. Reading the header first gives one answer for any chunk size.
struct ZstdFrameHeader {
  /// The result of the bytes seen so far.
  enum Reading {
    case incomplete
    case notAFrame
    /// `contentByteCount` is nil if the header doesn't declare it, and `dictionaryID` if it names
    /// no dictionary.
    case complete(
      windowByteCount: UInt64, hasChecksum: Bool, contentByteCount: UInt64?, dictionaryID: UInt32?)
    case invalid(libzstdResult: Int)
  }

  /// The longest header has this many bytes (`ZSTD_FRAMEHEADERSIZE_MAX`).
  private var bytes = InlineArray<18, UInt8>(repeating: 0)

  /// The number of bytes seen, which is zero exactly at a frame boundary.
  private var byteCount = 0

  /// Whether no byte of the frame has been seen.
  var isEmpty: Bool { byteCount == 0 }

  /// Copies bytes from the front of `input`, which need not hold all of the header.
  ///
  /// It may copy bytes past the end of the header. They do no harm: once the header is complete,
  /// nothing more is read into this copy.
  mutating func read(_ input: Span<UInt8>) -> Reading {
    var index = 0
    while byteCount < bytes.count, index < input.count {
      bytes[byteCount] = input[index]
      byteCount += 1
      index += 1
    }
    let seen = bytes.span.extracting(first: byteCount)
    guard ZstdMagic.matches(seen) else { return .notAFrame }
    var windowByteCount: UInt64 = 0
    var hasChecksum: Int32 = 0
    var contentByteCount: UInt64 = 0
    var dictionaryID: UInt32 = 0
    let result = unsafe seen.withUnsafeBufferPointer { seen in
      // SAFETY: libzstd reads at most `count` bytes and keeps neither pointer.
      unsafe CZstd_getFrameHeader(
        &windowByteCount, &hasChecksum, &contentByteCount, &dictionaryID, seen.baseAddress,
        seen.count)
    }
    if ZSTD_isError(result) != 0 { return .invalid(libzstdResult: result) }
    guard result == 0 else { return .incomplete }
    return .complete(
      windowByteCount: windowByteCount, hasChecksum: hasChecksum != 0,
      // libzstd's ZSTD_CONTENTSIZE_UNKNOWN.
      contentByteCount: contentByteCount == .max ? nil : contentByteCount,
      dictionaryID: dictionaryID == 0 ? nil : dictionaryID)
  }
}
