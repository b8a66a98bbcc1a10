import CZlib

/// zlib called directly, so that ISA-L is never on both sides of a comparison.
enum GzipReference {
  /// The window-bits argument for a 32 KiB window, with gzip's header and trailer.
  private static let gzipWindowBits: Int32 = 15 + 16

  /// Returns one gzip member, whose deflate data is stored uncompressed at level 0.
  static func compress(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8] {
    var stream = unsafe z_stream()
    unsafe deflateInit2_(
      &stream, level, Z_DEFLATED, gzipWindowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    defer { unsafe _ = deflateEnd(&stream) }
    var input = bytes
    let bound = unsafe Int(deflateBound(&stream, UInt(bytes.count)))
    return unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      // SAFETY: zlib stays within the two sizes, and both buffers outlive the call.
      unsafe input.withUnsafeMutableBufferPointer { input in
        unsafe stream.next_in = input.baseAddress
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = buffer.baseAddress
        unsafe stream.avail_out = UInt32(buffer.count)
        unsafe _ = deflate(&stream, Z_FINISH)
        count = unsafe Int(stream.total_out)
      }
    }
  }

  /// Returns `member` with every optional field added to its 10-byte header.
  ///
  /// The fields are an extra field of 300 bytes, a name, a comment and the header's own checksum
  /// (RFC 1952, section 2.3).
  static func addHeaderFields(to member: [UInt8]) -> [UInt8] {
    var header = Array(member[..<10])
    header[3] = 0b1_1110
    header += [0x2C, 0x01] + sampleNoise(byteCount: 300)
    header += Array("pool.jsonl".utf8) + [0] + Array("a comment".utf8) + [0]
    let checksum = unsafe crc32(0, header, UInt32(header.count))
    header += [UInt8(checksum & 0xFF), UInt8(checksum >> 8 & 0xFF)]
    return header + member[10...]
  }

  /// Returns the content of the only member in `bytes`.
  ///
  /// - Returns: nil if the content isn't `byteCount` bytes long, or if other bytes follow the
  ///   member.
  static func decompress(_ bytes: [UInt8], byteCount: Int) -> [UInt8]? {
    var stream = unsafe z_stream()
    unsafe inflateInit2_(
      &stream, gzipWindowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    defer { unsafe _ = inflateEnd(&stream) }
    var input = bytes
    var isWhole = false
    let content = unsafe [UInt8](unsafeUninitializedCapacity: byteCount + 1) { buffer, count in
      // SAFETY: zlib stays within the two sizes, and both buffers outlive the call.
      unsafe input.withUnsafeMutableBufferPointer { input in
        unsafe stream.next_in = input.baseAddress
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = buffer.baseAddress
        unsafe stream.avail_out = UInt32(buffer.count)
        let result = unsafe inflate(&stream, Z_FINISH)
        isWhole = unsafe result == Z_STREAM_END && stream.avail_in == 0
        count = unsafe Int(stream.total_out)
      }
    }
    return isWhole && content.count == byteCount ? content : nil
  }
}
