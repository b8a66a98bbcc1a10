/// The three bytes that some programs begin files with, to say that they are UTF-8.
enum ByteOrderMark {
  static let byteCount = 3

  /// Whether a mark stands at `index`, which at least two more bytes follow.
  static func begins(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    bytes[index] == 0xEF && bytes[index + 1] == 0xBB && bytes[index + 2] == 0xBF
  }
}
