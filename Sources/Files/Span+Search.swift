internal import Platform

extension Span<UInt8> {
  /// The first place of `byte` at or behind `start`, or nil.
  ///
  /// - Complexity: O(*n*) at the speed of `memchr`, which reads 16 to 64 bytes a step.
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

  /// The last place of `byte` at or behind `start`, or nil.
  ///
  /// - Complexity: O(*n*), byte by byte from the end: lines are short against what is searched.
  package func lastIndex(of byte: UInt8, from start: Int = 0) -> Int? {
    var index = count
    while index > start {
      index -= 1
      if self[index] == byte { return index }
    }
    return nil
  }
}
