/// One decoder for any ``Container``.
///
/// Use it like ``ZstdDecompressor``.
package struct Decompressor: ~Copyable, Sendable {
  // At most one of these exists. Plain input needs neither. (An enum would be clearer, but Swift
  // can't change a noncopyable payload in place yet.)
  private var zstd: ZstdDecompressor?
  private var gzip: GzipDecompressor?

  /// Creates a decoder.
  ///
  /// `maximumWindowByteCount` applies to zstd only.
  ///
  /// - Throws: ``CompressionError/outOfMemory`` if the decoder's state can't be allocated.
  package init(
    _ container: Container, maximumWindowByteCount: Int
  ) throws(CompressionError) {
    switch container {
    case .plain: break
    case .zstd: zstd = try ZstdDecompressor(maximumWindowByteCount: maximumWindowByteCount)
    case .gzip: gzip = GzipDecompressor()
    }
  }

  /// Whether decoded bytes may be waiting inside the decoder.
  ///
  /// If so, call it again with empty input.
  package var hasPendingOutput: Bool {
    // Optional chaining would consume the decoders; `switch` borrows them.
    switch zstd {
    case .some(let zstd): return zstd.hasPendingOutput
    case .none: break
    }
    switch gzip {
    case .some(let gzip): return gzip.hasPendingOutput
    case .none: return false
    }
  }

  /// Whether checksums guard everything decoded so far, as they always do in gzip; nil for plain
  /// input.
  package var hasChecksums: Bool? {
    switch zstd {
    case .some(let zstd): return zstd.hasChecksums
    case .none: break
    }
    switch gzip {
    case .some: return true
    case .none: return nil
    }
  }

  /// Makes a zstd decoder return at the end of each frame.
  package mutating func stopAtFrames() { zstd?.stopsAtFrames = true }

  /// Whether the next byte begins a zstd frame.
  package var isBetweenFrames: Bool {
    switch zstd {
    case .some(let zstd): return zstd.isBetweenFrames
    case .none: return false
    }
  }

  /// See ``ZstdDecompressor/passFrames(hasChecksums:)``.
  package mutating func passFrames(hasChecksums: Bool) {
    zstd?.passFrames(hasChecksums: hasChecksums)
  }

  /// Decodes from `input` until it is used up or `output` is full.
  ///
  /// Plain input is copied.
  ///
  /// - Returns: the number of bytes of `input` that were used.
  /// - Throws: the errors of the container's own decoder. Discard the decoder after an error.
  /// - Complexity: O(*n* + *m*) for *n* bytes used and *m* bytes decoded.
  package mutating func decompress(
    _ input: Span<UInt8>, into output: inout OutputSpan<UInt8>
  ) throws(CompressionError) -> Int {
    if let count = try zstd?.decompress(input, into: &output) { return count }
    if let count = try gzip?.decompress(input, into: &output) { return count }
    let count = min(input.count, output.freeCapacity)
    for index in 0..<count { output.append(input[index]) }
    return count
  }

  /// Checks that the input may end here.
  ///
  /// Call it when ``hasPendingOutput`` is false.
  ///
  /// - Throws: ``CompressionError/truncated(format:)`` if the input stops inside a frame or member.
  package mutating func finish() throws(CompressionError) {
    try zstd?.finish()
    try gzip?.finish()
  }
}
