internal import CXXHash

/// The hash that identifies a document by its place.
///
/// Where exact duplicates are kept, it keys the noise, so that each has noise of its own.
package enum PositionHash {
  /// XXH3-64 (seed 0) of the shard's number and the place in it, as little-endian 64-bit integers.
  package static func of(_ position: Position) -> UInt64 {
    var bytes = InlineArray<2, UInt64>(repeating: 0)
    bytes[0] = UInt64(position.shard).littleEndian
    bytes[1] = UInt64(position.place).littleEndian
    // SAFETY: xxHash reads the 16 bytes during the call only.
    return unsafe bytes.span.withUnsafeBytes { unsafe XXH3_64bits($0.baseAddress, $0.count) }
  }
}
