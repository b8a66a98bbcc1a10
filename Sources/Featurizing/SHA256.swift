internal import CCrypto

/// SHA-256 of bytes that come in parts.
///
/// A copy continues separately, so a common beginning is hashed once.
@safe package struct SHA256 {
  private var state = dsel_sha256()

  /// 256 bits in eight words, the most significant first.
  typealias Digest = InlineArray<8, UInt32>

  init() { unsafe dsel_sha256_init(&state) }

  /// SHA-256 of `count` bytes.
  @inline(__always) @unsafe
  static func digest(of bytes: UnsafePointer<UInt8>, count: Int) -> Digest {
    var hash = SHA256()
    unsafe hash.update(bytes, count: count)
    return hash.digest()
  }

  /// - Precondition: `count` is below 2³².
  @inline(__always) @unsafe
  mutating func update(_ bytes: UnsafePointer<UInt8>, count: Int) {
    // SAFETY: the caller vouches for `count` bytes, and the library only keeps copies of them.
    unsafe dsel_sha256_update(&state, bytes, count)
  }

  /// Takes in one byte.
  mutating func update(_ byte: UInt8) {
    unsafe withUnsafePointer(to: byte) { unsafe update($0, count: 1) }
  }

  /// The hash of all bytes so far.
  @inline(__always)
  func digest() -> Digest {
    var state = state
    var digest = Digest(repeating: 0)
    var words = digest.mutableSpan
    unsafe words.withUnsafeMutableBytes { bytes in
      // SAFETY: the library writes 32 bytes, the size of a digest.
      if let start = bytes.baseAddress { unsafe dsel_sha256_final(&state, start) }
    }
    for index in digest.indices { digest[index] = UInt32(bigEndian: digest[index]) }
    return digest
  }
}
