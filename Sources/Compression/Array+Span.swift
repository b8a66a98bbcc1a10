extension [UInt8] {
  /// Appends a copy of `bytes`.
  ///
  /// - Complexity: O(*n*), where *n* is the number of bytes.
  package mutating func append(copying bytes: Span<UInt8>) {
    // Appending nothing would write to the one empty array that all threads share.
    guard !bytes.isEmpty else { return }
    append(addingCapacity: bytes.count) { free in
      for index in 0..<bytes.count { free.append(bytes[index]) }
    }
  }
}
