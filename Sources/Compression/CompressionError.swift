/// Why compressed bytes could not be read, or bytes could not be compressed.
package enum CompressionError: Error, Equatable {
  case outOfMemory

  /// The data violates its format.
  ///
  /// `reason` is a short phrase in the library's terms.
  case corrupt(format: Container, reason: String)

  /// The data decodes, but its checksum or length differs from the one stored beside it.
  case checksumMismatch(format: Container)

  /// The input ends inside a frame or member.
  case truncated(format: Container)

  /// After a whole frame or member come bytes that begin no other.
  case trailingGarbage(format: Container)

  /// A zstd frame needs a window of `byteCount` bytes, and `limit` are allowed.
  ///
  /// `byteCount` is nil for a window of more than 2 GiB, which libzstd doesn't support.
  ///
  case windowTooLarge(byteCount: UInt64?, limit: UInt64)

  /// A zstd frame needs the dictionary with this number.
  case needsDictionary(id: UInt32)
}
