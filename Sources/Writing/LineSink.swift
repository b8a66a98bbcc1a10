package import Compression
internal import Files

/// Takes the lines of an output one after the other.
///
/// It hides where they go, and whether they are shuffled.
///
///     var sink = try LineSink(
///       .file(path: "out.jsonl"), container: .plain, replaces: false, registry: registry)
///     try sink.write(line)
///     let output = try sink.close()
///     try output.commit()
package struct LineSink: ~Copyable {
  /// The place that lines are written to.
  package enum Place: Sendable {
    case standardOutput
    case file(path: String)
    /// Shards of at most this number of bytes, before compression.
    case directory(ShardDirectory, shardByteLimit: Int)
    /// Shards with these numbers, in a directory that other runs write to as well.
    ///
    /// A line's `order` is the number of its shard. The lines of a shard come one after another.
    case sharedDirectory(ShardDirectory, numbers: [Int])
  }

  private let place: Place
  private let container: Container
  private var lines: SequentialLines
  private var shuffle: ExternalShuffle?
  package private(set) var lineCount = 0
  /// The bytes of the lines written, before compression.
  package private(set) var byteCount = 0

  /// - Parameter shuffle: if given, lines are written in the order of the numbers that come with
  ///   them.
  /// - Throws: ``WritingError``
  package init(
    _ place: Place, container: Container, replaces: Bool, registry: TemporaryFiles,
    shuffle: ShuffleSettings? = nil
  ) throws(WritingError) {
    self.place = place
    self.container = container
    lines = try SequentialLines(place, container, replaces, registry)
    if let shuffle { self.shuffle = ExternalShuffle(shuffle) }
  }

  /// Writes the line and a line feed.
  ///
  /// - Parameter order: lines with smaller numbers come first, and of equal ones the first that was
  ///   written. Without a shuffle, only ``Place/sharedDirectory(_:numbers:)`` uses it.
  /// - Throws: ``WritingError``
  package mutating func write(_ line: Span<UInt8>, order: UInt64 = 0) throws(WritingError) {
    lineCount += 1
    byteCount += LineWriter.byteCount(of: line)
    guard shuffle != nil else { return try lines.write(line, order: order) }
    try shuffle?.add(line, order: order)
  }

  /// Ends the output.
  ///
  /// - Returns: the complete output on the disk. It gets its name by ``FinishedOutput/commit()``.
  /// - Throws: ``WritingError``. Then the output doesn't exist, or is the older one.
  package consuming func close() throws(WritingError) -> FinishedOutput {
    let (lineCount, byteCount, place, container) = (lineCount, byteCount, place, container)
    if let shuffle = shuffle.take() { try shuffle.drain(into: &lines) }
    var output = FinishedOutput(lineCount: lineCount, byteCount: byteCount, container: container)
    try lines.close(into: &output)
    switch place {
    case .directory(let directory, _): output.directory = directory
    case .sharedDirectory(let directory, let numbers):
      output.directory = directory
      output.numbers = numbers
    case .standardOutput, .file: break
    }
    return output
  }
}
