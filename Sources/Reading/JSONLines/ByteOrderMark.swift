/// The three bytes at the beginning of some files that mark them as UTF-8.
enum ByteOrderMark {
  static let byteCount = 3

  /// Whether a mark stands at `index`. At least two more bytes must follow.
  static func begins(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    bytes[index] == 0xEF && bytes[index + 1] == 0xBB && bytes[index + 2] == 0xBF
  }
}
