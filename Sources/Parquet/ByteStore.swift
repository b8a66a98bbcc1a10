internal import Files
package import Platform

/// The bytes of a file, which any thread may read at any place.
package protocol ByteStore: Sendable {
  var byteCount: Int { get }

  /// Reads up to the free capacity of `output`.
  ///
  /// - Returns: the number of bytes read, which is zero only at the end.
  /// - Throws: ``SystemError`` of operation `read`.
  func read(into output: inout OutputSpan<UInt8>, at offset: Int) throws(SystemError) -> Int
}

extension ByteStore {
  /// Appends exactly `count` bytes.
  ///
  /// - Throws: ``ParquetError``
  func append(_ count: Int, at offset: Int, to buffer: inout ByteBuffer) throws(ParquetError) {
    guard count >= 0, offset >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw .endsEarly
    }
    do throws(SystemError) {
      try buffer.reserve(additional: count)
      var position = offset
      let end = offset + count
      while position < end {
        var readCount = 0
        try buffer.append(upTo: end - position) { output throws(SystemError) in
          readCount = try read(into: &output, at: position)
        }
        if readCount == 0 { break }
        position += readCount
      }
      if position == end { return }
    } catch {
      throw .system(error)
    }
    throw .endsEarly
  }
}
