package import Compression
internal import Files
internal import Platform

/// Writes lines, compressed or not, to standard output or to a file that appears when it is
/// complete.
package struct LineWriter: ~Copyable {
  private enum Sink: ~Copyable {
    case standardOutput(File)
    case file(AtomicFile)
    /// A temporary file among others, and the name that it will have.
    case shard(ShardFile)
  }

  private struct ShardFile: ~Copyable {
    let file: File
    let path: String

    func write(_ bytes: Span<UInt8>) throws(WritingError) {
      do throws(SystemError) { try file.writeAll(bytes) } catch {
        throw .system(SystemError(error.operation, path, code: error.code))
      }
    }

    /// Waits until the file is on the disk, and closes it.
    consuming func finish() throws(WritingError) {
      let path = path
      file.setDefaultMode()
      do throws(SystemError) {
        try file.synchronize()
        try file.close()
      } catch {
        throw .system(SystemError(error.operation, path, code: error.code))
      }
    }
  }

  private static let blockSize = 256 << 10
  /// zstd's own default.
  private static let zstdLevel: Int32 = 3
  private var sink: Sink
  private var compressor: Compressor
  private var lines: [UInt8] = []
  private var hasher: ContentHasher
  /// The bytes of the lines written, before compression.
  package private(set) var byteCount = 0

  /// - Throws: ``WritingError``
  package init(
    _ destination: Destination, container: Container, replaces: Bool, registry: TemporaryFiles
  ) throws(WritingError) {
    let compressor = try Self.compressor(container)
    let hasher = try Self.hasher()
    let sink = try Self.open(destination, replaces: replaces, registry: registry)
    self.compressor = compressor
    self.hasher = hasher
    self.sink = sink
    lines.reserveCapacity(Self.blockSize + Self.blockSize / 2)
  }

  /// - Parameter path: the name that the file will have.
  /// - Throws: ``WritingError``
  init(shard file: consuming File, path: String, container: Container) throws(WritingError) {
    let compressor = try Self.compressor(container)
    let hasher = try Self.hasher()
    self.compressor = compressor
    self.hasher = hasher
    sink = .shard(ShardFile(file: file, path: path))
    lines.reserveCapacity(Self.blockSize + Self.blockSize / 2)
  }

  private static func open(
    _ destination: Destination, replaces: Bool, registry: TemporaryFiles
  ) throws(WritingError) -> Sink {
    switch destination {
    case .standardOutput: .standardOutput(File.standardOutput())
    case .file(let path):
      .file(try AtomicFile(path: path, replaces: replaces, registry: registry))
    }
  }

  private static func hasher() throws(WritingError) -> ContentHasher {
    do throws(SystemError) { return try ContentHasher() } catch { throw .system(error) }
  }

  private static func compressor(_ container: Container) throws(WritingError) -> Compressor {
    do throws(CompressionError) { return try Compressor(container, zstdLevel: zstdLevel) } catch {
      throw .compression(error)
    }
  }

  /// Writes the line and a line feed.
  ///
  /// - Throws: ``WritingError``
  package mutating func write(_ line: Span<UInt8>) throws(WritingError) {
    try append(line)
    try endLine()
  }

  /// Writes complete lines, which have their line feeds already.
  ///
  /// - Throws: ``WritingError``
  package mutating func write(lines: Span<UInt8>) throws(WritingError) {
    try append(lines)
    if self.lines.count >= Self.blockSize { try flush() }
  }

  /// The bytes that a line takes, with its line feed.
  static func byteCount(of line: Span<UInt8>) -> Int { line.count + 1 }

  /// Ends the output and gives the file its name.
  ///
  /// - Throws: ``WritingError``. Then the file doesn't exist, or is the older one.
  package consuming func finish() throws(WritingError) {
    if let file = try close() { try file.commit() }
  }

  /// Passes all lines on, after which only ``close()`` follows.
  ///
  /// - Returns: XXH3-64 of the lines, before compression.
  /// - Throws: ``WritingError``
  mutating func hashAll() throws(WritingError) -> UInt64 {
    try flush()
    return hasher.digest
  }

  /// Ends the output.
  ///
  /// - Returns: the complete file on the disk, which gets its name by ``AtomicFile/commit()``; nil
  ///   for standard output, and for a shard, which is closed and on the disk.
  /// - Throws: ``WritingError``. Then the file doesn't exist, or is the older one.
  package consuming func close() throws(WritingError) -> AtomicFile? {
    try flush()
    var block: [UInt8] = []
    do throws(CompressionError) { try compressor.finish(appendingTo: &block) } catch {
      throw .compression(error)
    }
    switch consume sink {
    case .standardOutput(let file):
      do throws(SystemError) { try file.writeAll(block.span) } catch { throw .system(error) }
      return nil
    case .file(var file):
      try file.write(block.span)
      try file.finish()
      return file
    case .shard(let file):
      try file.write(block.span)
      try file.finish()
      return nil
    }
  }

  /// Takes bytes in blocks, so a line of any length needs no more memory than a block.
  private mutating func append(_ bytes: Span<UInt8>) throws(WritingError) {
    var start = 0
    while start < bytes.count {
      let end = min(start + Self.blockSize, bytes.count)
      lines.append(addingCapacity: end - start) { output in
        for index in start..<end { output.append(bytes[index]) }
      }
      if lines.count >= Self.blockSize { try flush() }
      start = end
    }
    byteCount += bytes.count
  }

  private mutating func endLine() throws(WritingError) {
    lines.append(UInt8(ascii: "\n"))
    byteCount += 1
  }

  /// Passes on the lines so far. If they are compressed, some may stay in the encoder.
  ///
  /// - Throws: ``WritingError``
  package mutating func flush() throws(WritingError) {
    // Moved out of `self` for a moment: its span and the encoder can't both be borrowed from there.
    var lines: [UInt8] = []
    swap(&lines, &self.lines)
    defer { swap(&lines, &self.lines) }
    var block: [UInt8] = []
    hasher.update(lines.span)
    do throws(CompressionError) {
      try compressor.compress(lines.span, appendingTo: &block)
    } catch {
      throw .compression(error)
    }
    lines.removeAll(keepingCapacity: true)
    switch sink {
    case .standardOutput(let file):
      do throws(SystemError) { try file.writeAll(block.span) } catch { throw .system(error) }
    case .file(let file):
      try file.write(block.span)
    case .shard(let file):
      try file.write(block.span)
    }
  }
}
