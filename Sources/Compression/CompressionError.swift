/// What can be wrong with compressed bytes.
package enum CompressionError: Error, Equatable {
  case outOfMemory
  /// The bytes aren't what they claim to be; the reason is the library's.
  case corrupt(format: Container, reason: String)
  case checksumMismatch(format: Container)
  /// The input ended inside a frame or member.
  case truncated(format: Container)
  /// A whole frame or member is followed by bytes that begin no other.
  case trailingGarbage(format: Container)
  /// A zstd frame asks for a larger window than is allowed; `byteCount` is nil where the header doesn't say.
  case windowTooLarge(byteCount: UInt64?, limit: UInt64)
}
