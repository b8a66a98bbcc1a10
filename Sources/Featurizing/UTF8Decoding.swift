/// Reading scalars from bytes that are known to be UTF-8.
enum UTF8Decoding {
  @inline(__always)
  static func scalar(in text: Span<UInt8>, at position: Int) -> (value: UInt32, length: Int) {
    let first = UInt32(text[position])
    func next(_ offset: Int) -> UInt32 { UInt32(text[position + offset] & 0x3F) }
    if first < 0x80 { return (first, 1) }
    if first < 0xE0 { return ((first & 0x1F) << 6 | next(1), 2) }
    if first < 0xF0 { return ((first & 0x0F) << 12 | next(1) << 6 | next(2), 3) }
    return ((first & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3), 4)
  }

  /// - Precondition: a whole scalar stands at `bytes`.
  @inline(__always) @unsafe
  static func scalar(_ bytes: UnsafePointer<UInt8>) -> (value: UInt32, length: Int) {
    // SAFETY: the first byte of valid UTF-8 says how many follow.
    let first = unsafe UInt32(bytes[0])
    if first < 0x80 { return (first, 1) }
    let second = unsafe UInt32(bytes[1] & 0x3F)
    if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
    let third = unsafe UInt32(bytes[2] & 0x3F)
    if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, 3) }
    return unsafe ((first & 0x07) << 18 | second << 12 | third << 6 | UInt32(bytes[3] & 0x3F), 4)
  }
}
