internal import CXXHash
internal import Files
package import Platform

/// XXH3-64 hashes of whole files and shards.
package enum ContentHash {
  private static let blockSize = 1 << 20

  package static func of(_ text: String) -> UInt64 {
    var text = text
    return text.withUTF8 { bytes in
      // SAFETY: xxHash reads the bytes during the call only.
      unsafe XXH3_64bits(bytes.baseAddress, bytes.count)
    }
  }

  /// The size and the hash of a shard's bytes as they are stored.
  ///
  /// - Parameter shard: a file, not a command.
  /// - Throws: ``ReadingError``
  package static func of(_ shard: Shard) throws(ReadingError) -> (byteCount: Int, hash: UInt64) {
    let file = try shard.open()
    do throws(SystemError) {
      var hasher = try ContentHasher()
      var buffer = ByteBuffer()
      var offset = 0
      try buffer.reserve(additional: blockSize)
      while true {
        buffer.removeAll(keepingCapacityUpTo: .max)
        try buffer.append(upTo: blockSize) { output throws(SystemError) in
          _ = try file.file.read(into: &output, at: offset)
        }
        guard !buffer.isEmpty else { return (offset, hasher.digest) }
        hasher.update(buffer.span)
        offset += buffer.count
      }
    } catch {
      throw .system(error)
    }
  }

  /// The content of a file that exists and is no larger than `limit`; nil otherwise.
  ///
  /// - Throws: ``SystemError``
  package static func smallFile(_ path: String, limit: Int) throws(SystemError) -> [UInt8]? {
    guard let status = try FileStatus(path: path), status.kind == .regular,
      status.byteCount <= limit
    else { return nil }
    let file = try File(reading: path)
    var bytes: [UInt8] = []
    while bytes.count < limit {
      let before = bytes.count
      let room = min(64 << 10, limit - before)
      try bytes.append(addingCapacity: room) { output throws(SystemError) in
        _ = try file.read(into: &output, at: before)
      }
      if bytes.count == before { break }
    }
    return bytes
  }
}
