/// The classes of 64 bytes of text.
///
/// Bit i describes byte i.
///
/// No branch depends on the bytes. That makes the tokenizer fast: looking up each byte in a table
/// mispredicts about twice per token.
struct ByteClasses {
  /// ASCII letters, digits and the underscore.
  var word: UInt64 = 0
  /// ASCII white space by Python's `\s`: U+0009–U+000D, U+001C–U+0020.
  var space: UInt64 = 0
  /// Bytes of scalars beyond ASCII.
  var nonASCII: UInt64 = 0

  init() {}

  private typealias Lanes = SIMD16<UInt8>

  /// Classifies the 64 bytes at `source`, and writes them to `destination` with ASCII letters in
  /// lower case.
  @inline(__always) @unsafe
  init(
    of source: UnsafeRawPointer, loweringInto destination: UnsafeMutableRawPointer
  ) {
    for lane in 0..<4 {
      // SAFETY: the caller vouches for 64 bytes at both places.
      let bytes = unsafe source.loadUnaligned(fromByteOffset: 16 * lane, as: Lanes.self)
      let upper = (bytes &- Self.splat(0x41)) .< Self.splat(26)
      let lowered = bytes | (Self.lanes(upper) & Self.splat(0x20))
      unsafe destination.storeBytes(of: lowered, toByteOffset: 16 * lane, as: Lanes.self)

      let letter = Self.lanes((lowered &- Self.splat(0x61)) .< Self.splat(26))
      let digit = Self.lanes((bytes &- Self.splat(0x30)) .< Self.splat(10))
      let underscore = Self.lanes(bytes .== Self.splat(0x5F))
      let blank =
        Self.lanes((bytes &- Self.splat(0x09)) .< Self.splat(5))
        | Self.lanes((bytes &- Self.splat(0x1C)) .< Self.splat(5))
      let high = Self.lanes(bytes .>= Self.splat(0x80))

      let shift = UInt64(16 * lane)
      word |= Self.bits(letter | digit | underscore) &<< shift
      space |= Self.bits(blank) &<< shift
      nonASCII |= Self.bits(high) &<< shift
    }
  }

  /// All lanes set to one value.
  ///
  /// `SIMD16(repeating:)` is a generic loop in Swift 6.3.
  @inline(__always) private static func splat(_ x: UInt8) -> Lanes {
    Lanes(x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x)
  }

  /// 0xFF in the lanes where the mask is true, and 0 in the others.
  @inline(__always) private static func lanes(_ mask: SIMDMask<SIMD16<Int8>>) -> Lanes {
    // SAFETY: a mask is stored as lanes of all ones or all zeros, which also take 16 bytes.
    unsafe unsafeBitCast(mask, to: Lanes.self)
  }

  /// One bit per lane.
  ///
  /// Each lane keeps the bit of its place in its half, and a multiplication adds the eight bits of
  /// a half in its top byte.
  @inline(__always) private static func bits(_ lanes: Lanes) -> UInt64 {
    // SAFETY: both types are 16 bytes without padding.
    let halves = unsafe unsafeBitCast(lanes, to: SIMD2<UInt64>.self)
    let low = ((halves[0] & 0x8040_2010_0804_0201) &* 0x0101_0101_0101_0101) &>> 56
    let high = ((halves[1] & 0x8040_2010_0804_0201) &* 0x0101_0101_0101_0101) &>> 56
    return low | high &<< 8
  }
}
