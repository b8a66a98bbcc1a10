/// One decoder for any ``Container``; used as ``ZstdDecompressor`` is.
package struct Decompressor: ~Copyable, Sendable {
  // At most one of these is there; neither is for plain input. (An enum would be plainer, but Swift
  // can't yet change a noncopyable payload in place.)
  private var zstd: ZstdDecompressor?
  private var gzip: GzipDecompressor?

  /// Creates a decoder. `maximumWindowByteCount` means nothing to containers other than zstd.
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

  /// Whether decoded bytes may be waiting inside the decoder: call it again with empty input.
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

  /// Whether checksums guard all that has been decoded, as they always do in gzip; nil for plain input.
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

  /// Decodes from `input` until it is used up or `output` is full. Plain input is copied.
  ///
  /// - Returns: How many bytes of `input` were used.
  /// - Throws: What the container's own decoder throws. Discard the decoder after that.
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

  /// Checks that the input may end here. Call it when ``hasPendingOutput`` is false.
  ///
  /// - Throws: ``CompressionError/truncated(format:)`` if the input stops inside a frame or member.
  package mutating func finish() throws(CompressionError) {
    try zstd?.finish()
    try gzip?.finish()
  }
}
