internal import Compression
internal import Files
internal import Platform
internal import Reading

/// Writes an input that can be read only once to a temporary file that can be read again.
///
/// The file is compressed if its format allows that. It has mode 0600 and no name, so nothing of it
/// outlives the run.
struct SpoolStep {
  private static let blockSize = 512 << 10

  var directory: String
  var limits: ReadingLimits
  var progress: ProgressMeter

  /// - Returns: a shard that reads as `shard` did, and a summary of the bytes that came in.
  /// - Throws: ``PipelineError``
  func run(_ shard: Shard) throws -> (Shard, ShardSummary) {
    var summary = ShardSummary(shard)
    do {
      var source = try ByteSource.open(
        shard, maximumWindow: limits.maximumWindow, hashesContent: true, expecting: .linesOrOwn)
      let isSequential = source.format.isSequential
      if !isSequential { source.expectation = nil }
      let file = try File.unnamedTemporary(in: directory)
      var compressor = try Compressor(isSequential ? .zstd : .plain, zstdLevel: 1)
      var text = ByteBuffer()
      var block: [UInt8] = []
      var stored = 0
      try text.reserve(additional: Self.blockSize)
      while true {
        text.removeAll(keepingCapacityUpTo: .max)
        try text.append(upTo: Self.blockSize) { output throws(ReadingError) in
          try source.read(into: &output)
        }
        guard !text.isEmpty else { break }
        try compressor.compress(text.span, appendingTo: &block)
        try file.writeAll(block.span)
        block.removeAll(keepingCapacity: true)
        progress.advance(stored: source.storedByteCount - stored, text: text.count)
        stored = source.storedByteCount
        summary.byteCount += text.count
      }
      try compressor.finish(appendingTo: &block)
      try file.writeAll(block.span)
      summary.storedByteCount = source.storedByteCount
      summary.contentHash = source.contentHash
      summary.textHash = source.textHash
      summary.container = source.container.rawValue
      summary.hasChecksums = source.hasChecksums
      let spool = try Shard(
        name: shard.name, isNamed: shard.isNamed, spool: Shard.OpenFile(file),
        formats: shard.formats)
      return (spool, summary)
    } catch let error as SystemError {
      throw PipelineError.input(.reading(.system(error), line: nil))
    } catch let error as CompressionError {
      throw PipelineError.input(.reading(.damaged(path: shard.name, error), line: nil))
    } catch let error as ReadingError {
      throw PipelineError.input(.reading(error, line: nil))
    }
  }
}
