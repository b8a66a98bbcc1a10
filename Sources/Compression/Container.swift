/// How a file's bytes are wrapped.
package enum Container: String, Sendable, Equatable, CaseIterable {
  case plain, zstd, gzip

  /// Recognises a container by its magic number: zstd (RFC 8878, a skippable frame too), gzip (RFC
  /// 1952), and plain for all else.
  package static func recognize(_ prefix: Span<UInt8>) -> Container {
    if prefix.count >= 2, prefix[0] == 0x1F, prefix[1] == 0x8B { return .gzip }
    guard prefix.count >= 4 else { return .plain }
    switch (prefix[0], prefix[1], prefix[2], prefix[3]) {
    case (0x28, 0xB5, 0x2F, 0xFD), (0x50...0x5F, 0x2A, 0x4D, 0x18): return .zstd
    default: return .plain
    }
  }

  /// The container that a file's name asks for: `.zst`, `.gz`, or plain.
  package init(suffixOf path: String) {
    self = path.hasSuffix(".zst") ? .zstd : path.hasSuffix(".gz") ? .gzip : .plain
  }
}
