/// Why compressed bytes could not be read, or bytes could not be compressed.
package enum CompressionError: Error, Equatable {
  case outOfMemory

  /// The data breaks the rules of its format; `reason` is a short phrase in the library's terms.
  case corrupt(format: Container, reason: String)

  /// The data decodes, but its checksum or length isn't the one written beside it.
  case checksumMismatch(format: Container)

  /// The input ends inside a frame or member.
  case truncated(format: Container)

  /// A whole frame or member is followed by bytes that begin no other.
  case trailingGarbage(format: Container)

  /// A zstd frame asks for a window of `byteCount` bytes, where `limit` are allowed.
  ///
  /// `byteCount` is nil for a window that libzstd doesn't support, of more than 2 GiB.
  case windowTooLarge(byteCount: UInt64?, limit: UInt64)

  /// A zstd frame can be decoded with the dictionary of that number only.
  case needsDictionary(id: UInt32)
}
