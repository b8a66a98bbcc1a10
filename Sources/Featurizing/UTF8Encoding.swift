/// Writes scalars as UTF-8.
enum UTF8Encoding {
  /// The bytes that a scalar takes.
  @inline(__always)
  static func length(_ scalar: UInt32) -> Int {
    scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4
  }

  /// Writes a scalar.
  @inline(__always) @unsafe
  static func encode(_ scalar: UInt32, into bytes: UnsafeMutablePointer<UInt8>) {
    func tail(_ shift: UInt32) -> UInt8 {
      UInt8(truncatingIfNeeded: 0x80 | (scalar &>> shift & 0x3F))
    }
    func head(_ mark: UInt32, _ shift: UInt32) -> UInt8 {
      UInt8(truncatingIfNeeded: mark | scalar &>> shift)
    }
    // SAFETY: the caller vouches for the bytes of the scalar.
    switch length(scalar) {
    case 1: unsafe bytes[0] = head(0, 0)
    case 2:
      unsafe bytes[0] = head(0xC0, 6)
      unsafe bytes[1] = tail(0)
    case 3:
      unsafe bytes[0] = head(0xE0, 12)
      unsafe bytes[1] = tail(6)
      unsafe bytes[2] = tail(0)
    default:
      unsafe bytes[0] = head(0xF0, 18)
      unsafe bytes[1] = tail(12)
      unsafe bytes[2] = tail(6)
      unsafe bytes[3] = tail(0)
    }
  }
}
