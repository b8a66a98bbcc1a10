import Compression

/// A decoder gives the same bytes, or an error, for any size of chunks.
///
/// It never leaves its buffers, which the address sanitizer watches, nor exceeds its memory.
///
/// The first two bytes choose the chunks' sizes.
func fuzzContainers(_ input: [UInt8]) -> Int32 {
  guard input.count > 6 else { return -1 }
  let file = Array(input[2...])
  let container = Container.recognize(file.span)
  guard container != .plain else { return -1 }
  let whole = decode(file, container, chunkSize: file.count, outputSize: 1 << 16)
  let parts = decode(
    file, container, chunkSize: Int(input[0]) + 1, outputSize: 16 * (Int(input[1]) + 1))
  guard !whole.isBomb, !parts.isBomb else { return 0 }
  if (whole.error == nil) != (parts.error == nil) {
    // libzstd 1.5.4 refuses some empty frames in pieces (28 B5 2F FD 20 00 03 00 00 00) that it
    // accepts in one. No compressor writes such frames, and a refusal loses nothing silently.
    guard case .corrupt(.zstd, _) = whole.error ?? parts.error else {
      fatalError("\(whole.error as Any) or \(parts.error as Any)")
    }
    return 0
  }
  // After an error the bytes may differ: the chunks decide which fault libzstd meets first, and how
  // much it has decoded by then.
  require(whole.error != nil || whole.bytes == parts.bytes, "other bytes")
  return 0
}

private func decode(
  _ file: [UInt8], _ container: Container, chunkSize: Int, outputSize: Int
) -> (bytes: [UInt8], error: CompressionError?, isBomb: Bool) {
  var bytes: [UInt8] = []
  do throws(CompressionError) {
    var decompressor = try Decompressor(container, maximumWindowByteCount: 1 << 20)
    for start in stride(from: 0, to: file.count, by: chunkSize) {
      let chunk = file.span.extracting(start..<min(start + chunkSize, file.count))
      var position = 0
      while position < chunk.count || decompressor.hasPendingOutput {
        // A decompression bomb: the rest is more of the same.
        guard bytes.count < 1 << 20 else { return ([], nil, true) }
        try bytes.append(addingCapacity: outputSize) { output throws(CompressionError) in
          position += try decompressor.decompress(
            chunk.extracting(droppingFirst: position), into: &output)
        }
      }
    }
    try decompressor.finish()
    return (bytes, nil, false)
  } catch {
    return (bytes, error, false)
  }
}
