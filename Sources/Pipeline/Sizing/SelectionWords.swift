internal import Featurizing
internal import Judging
internal import Reading
internal import Resampling

/// Reads the words of chosen documents in the pool.
///
/// Other documents of the pool aren't parsed.
struct SelectionWords {
  var shards: [Shard]
  var workers: DocumentWorkers
  /// Whether a text is left out, by its hash.
  var leavesOut: @Sendable (UInt64) -> Bool

  /// - Parameters:
  ///   - documents: in pool order.
  ///   - vocabulary: gets the words.
  /// - Throws: ``PipelineError``
  func read(_ documents: [Candidate], into vocabulary: inout Vocabulary) throws -> WordSequences {
    workers.progress.begin(
      .readSelections, totalStoredByteCount: Inputs(shards: shards).totalStoredByteCount,
      pass: .next)
    let leavesOut = leavesOut
    let tables = UnicodeTables()
    let (results, _) = try workers.run(shards) {
      Collector(documents, WordCollector(tables) { !leavesOut($0) })
    }
    return WordSequences(joining: results, into: &vocabulary)
  }

  private struct Collector: DocumentConsumer, ~Copyable {
    private var cursor: CandidateCursor
    private var collector: WordCollector

    init(_ documents: [Candidate], _ collector: consuming WordCollector) {
      cursor = CandidateCursor(documents)
      self.collector = collector
    }

    mutating func wants(_ position: Position) -> Bool { cursor.has(position) }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) {
      collector.add(text, of: line)
    }

    mutating func endChunk(_ number: Int) { cursor.endChunk() }

    consuming func finish() -> WordCollector.Words { collector.finish() }
  }
}
