/// One encoder for any ``Container``.
package struct Compressor: ~Copyable {
  // At most one of these exists, as in `Decompressor`. Plain output needs neither.
  private var zstd: ZstdCompressor?
  private var gzip: GzipCompressor?
  private let container: Container

  /// Creates an encoder.
  ///
  /// `zstdLevel` applies to zstd only.
  ///
  /// - Throws: ``CompressionError/outOfMemory`` if the encoder's state can't be allocated.
  package init(_ container: Container, zstdLevel: Int32) throws(CompressionError) {
    self.container = container
    switch container {
    case .plain: break
    case .zstd: zstd = try ZstdCompressor(level: zstdLevel)
    case .gzip: gzip = GzipCompressor()
    }
  }

  /// Compresses all of `input` and appends the result to `output`.
  ///
  /// Plain input is appended as it is.
  ///
  /// - Throws: ``CompressionError/outOfMemory``. Discard the encoder after that.
  /// - Complexity: O(*n*), where *n* is the number of bytes of `input`.
  package mutating func compress(
    _ input: Span<UInt8>, appendingTo output: inout [UInt8]
  ) throws(CompressionError) {
    try zstd?.compress(input, appendingTo: &output)
    try gzip?.compress(input, appendingTo: &output)
    if container == .plain { output.append(copying: input) }
  }

  /// Ends the frame or member, which exists even if nothing was written.
  ///
  /// - Throws: ``CompressionError/outOfMemory``. Discard the encoder after that.
  package mutating func finish(appendingTo output: inout [UInt8]) throws(CompressionError) {
    try zstd?.finish(appendingTo: &output)
    try gzip?.finish(appendingTo: &output)
  }
}
