/// The format in which the bytes of a shard are wrapped.
package enum Container: String, Sendable, Codable {
  case plain, zstd, gzip

  /// The container whose magic number `prefix` begins with, or ``plain`` if there is none.
  ///
  /// Pass the first 4 bytes of a file, or more. The name is not evidence: shards get renamed.
  package static func recognize(_ prefix: Span<UInt8>) -> Container {
    if prefix.count >= GzipMagic.byteCount, GzipMagic.matches(prefix) { return .gzip }
    if prefix.count >= ZstdMagic.byteCount, ZstdMagic.matches(prefix) { return .zstd }
    return .plain
  }

  /// The container for an output, by its name: `.zst` (`.zstd`) and `.gz` (`.gzip`), in any case;
  /// otherwise plain.
  package init(suffixOf path: String) {
    let suffix = path.utf8.lastIndex(of: UInt8(ascii: ".")).map { path.utf8[$0...].dropFirst() }
    self =
      switch suffix.map({ String(decoding: $0, as: UTF8.self).lowercased() }) {
      case "zst", "zstd": .zstd
      case "gz", "gzip": .gzip
      default: .plain
      }
  }
}

/// The two bytes that every gzip member begins with (RFC 1952, section 2.3.1).
enum GzipMagic {
  static let byteCount = 2
  static let first: UInt8 = 0x1F
  static let second: UInt8 = 0x8B

  /// Whether `bytes` agree with the magic number as far as they go.
  static func matches(_ bytes: Span<UInt8>) -> Bool {
    (bytes.isEmpty || bytes[0] == first) && (bytes.count < 2 || bytes[1] == second)
  }
}

/// The four bytes that every zstd frame begins with (RFC 8878, sections 3.1.1 and 3.1.2).
enum ZstdMagic {
  static let byteCount = 4

  /// Whether `bytes` agree with the magic number of some frame as far as they go.
  static func matches(_ bytes: Span<UInt8>) -> Bool {
    matches(bytes, [0x28, 0xB5, 0x2F, 0xFD], mask: 0xFF)
      // In skippable frames, the low half of the first byte is free.
      || matches(bytes, [0x50, 0x2A, 0x4D, 0x18], mask: 0xF0)
  }

  private static func matches(
    _ bytes: Span<UInt8>, _ magic: InlineArray<4, UInt8>, mask: UInt8
  ) -> Bool {
    for index in 0..<min(bytes.count, byteCount) {
      let byte = index == 0 ? bytes[0] & mask : bytes[index]
      guard byte == magic[index] else { return false }
    }
    return true
  }
}
