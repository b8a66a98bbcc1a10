import Compression
import Testing

/// The result of decoding: the bytes, and the error that ended it, if any.
struct Outcome: Equatable, CustomTestStringConvertible {
  var bytes: [UInt8] = []
  var error: CompressionError?

  /// The outcome without the bytes, which may be many.
  var testDescription: String {
    "\(bytes.count) bytes, \(error.map { "\($0)" } ?? "no error")"
  }
}

/// Decodes `bytes` as a caller would, in chunks of `chunkSize` and outputs of `outputSize` bytes.
func decode(
  _ bytes: [UInt8], _ container: Container, chunkSize: Int = 1 << 20, outputSize: Int = 1 << 16,
  maximumWindowByteCount: Int = 1 << 27
) -> Outcome {
  var outcome = Outcome()
  do throws(CompressionError) {
    var decompressor = try Decompressor(
      container, maximumWindowByteCount: maximumWindowByteCount)
    for start in stride(from: 0, to: bytes.count, by: chunkSize) {
      let chunk = bytes.span.extracting(start..<min(start + chunkSize, bytes.count))
      var position = 0
      while position < chunk.count || decompressor.hasPendingOutput {
        try outcome.bytes.append(addingCapacity: outputSize) {
          output throws(CompressionError) in
          position += try decompressor.decompress(
            chunk.extracting(droppingFirst: position), into: &output)
        }
      }
    }
    try decompressor.finish()
  } catch {
    outcome.error = error
  }
  return outcome
}

/// Compresses `bytes` in chunks of `chunkSize` bytes.
func compress(
  _ bytes: [UInt8], _ container: Container, chunkSize: Int = 1 << 20
) throws -> [UInt8] {
  var compressor = try Compressor(container, zstdLevel: 3)
  var output: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: chunkSize) {
    let chunk = bytes.span.extracting(start..<min(start + chunkSize, bytes.count))
    try compressor.compress(chunk, appendingTo: &output)
  }
  try compressor.finish(appendingTo: &output)
  return output
}
