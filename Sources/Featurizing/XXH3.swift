internal import CXXHash

/// XXH3-64 with the default secret.
///
/// See https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
///
/// Inputs of up to 16 bytes, which means nearly all tokens, are hashed here. So loops over tokens
/// of one length class have no branch that depends on the length. Longer inputs go to libxxhash.
/// The tests compare every length with libxxhash.
enum XXH3 {
  // Eight bytes of the default secret, from the offset in the name.
  private static let secret8: UInt64 = 0x1cad_21f7_2c81_017c
  private static let secret16: UInt64 = 0xdb97_9083_e96d_d4de
  private static let secret24: UInt64 = 0x1f67_b3b7_a4a4_4072
  private static let secret32: UInt64 = 0x78e5_c0cc_4ee6_79cb
  private static let secret40: UInt64 = 0x2172_ffcc_7dd0_5a82
  private static let secret48: UInt64 = 0x8e24_43f7_7446_08b8
  /// The first two four-byte words of the secret, combined.
  private static let flip1to3: UInt64 = 0x396c_feb8 ^ 0xbe4b_a423

  /// - Precondition: `count` is 1, 2 or 3.
  @inline(__always) @unsafe
  static func hash1to3(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
    let first = unsafe UInt32(bytes[0])
    let middle = unsafe UInt32(bytes[count >> 1])
    let last = unsafe UInt32(bytes[count - 1])
    let combined = first << 16 | middle << 24 | last | UInt32(truncatingIfNeeded: count) << 8
    // The finalisation of XXH64.
    var hash = UInt64(combined) ^ flip1to3
    hash = (hash ^ hash &>> 33) &* 0xC2B2_AE3D_27D4_EB4F
    hash = (hash ^ hash &>> 29) &* 0x1656_67B1_9E37_79F9
    return hash ^ hash &>> 32
  }

  /// - Precondition: `count` is 4 to 8.
  @inline(__always) @unsafe
  static func hash4to8(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
    let first = unsafe load32(bytes)
    let last = unsafe load32(bytes + (count - 4))
    var hash = (last &+ first &<< 32) ^ (secret8 ^ secret16)
    hash ^= rotate(hash, 49) ^ rotate(hash, 24)
    hash = hash &* 0x9FB2_1C65_1E98_DF25
    hash ^= (hash &>> 35) &+ UInt64(truncatingIfNeeded: count)
    hash = hash &* 0x9FB2_1C65_1E98_DF25
    return hash ^ hash &>> 28
  }

  /// - Precondition: `count` is 9 to 16.
  @inline(__always) @unsafe
  static func hash9to16(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
    let low = unsafe load64(bytes) ^ (secret24 ^ secret32)
    let high = unsafe load64(bytes + (count - 8)) ^ (secret40 ^ secret48)
    let product = low.multipliedFullWidth(by: high)
    var hash = UInt64(truncatingIfNeeded: count) &+ low.byteSwapped &+ high
    hash = hash &+ (product.low ^ product.high)
    hash = (hash ^ hash &>> 37) &* 0x1656_6791_9E37_79F9
    return hash ^ hash &>> 32
  }

  /// Any length, by libxxhash.
  @inline(__always) @unsafe
  static func hash(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
    unsafe XXH3_64bits(bytes, count)
  }

  @inline(__always) private static func rotate(_ x: UInt64, _ count: UInt64) -> UInt64 {
    x &<< count | x &>> (64 &- count)
  }

  @inline(__always) @unsafe private static func load32(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
    unsafe UInt64(UInt32(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt32.self)))
  }

  @inline(__always) @unsafe private static func load64(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
    unsafe UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
  }
}
