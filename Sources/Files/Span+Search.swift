internal import Platform

extension Span<UInt8> {
  /// The first index of `byte` at or after `start`, or nil.
  ///
  /// - Complexity: O(*n*) at the speed of `memchr`, which compares 16 to 64 bytes at a time.
  package func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
    unsafe withUnsafeBytes { bytes in
      precondition((0...bytes.count).contains(start))
      // SAFETY: memchr reads from `start` to the end of the span.
      guard let base = bytes.baseAddress,
        let found = unsafe memchr(base + start, Int32(byte), bytes.count - start)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }

  /// The last index of `byte` at or after `start`, or nil.
  ///
  /// - Complexity: O(*n*), byte by byte from the end. Lines are short compared with the span.
  package func lastIndex(of byte: UInt8, from start: Int = 0) -> Int? {
    var index = count
    while index > start {
      index -= 1
      if self[index] == byte { return index }
    }
    return nil
  }
}
