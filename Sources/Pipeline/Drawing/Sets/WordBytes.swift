/// Numbers of 32 bits as bytes of temporary files: little-endian.
enum WordBytes {
  static func append(_ word: UInt32, to bytes: inout [UInt8]) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> shift))
    }
  }

  /// The number whose bytes begin at `start`.
  static func word(at start: Int, of bytes: Span<UInt8>) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
  }
}
