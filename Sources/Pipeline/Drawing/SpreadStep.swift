internal import Reading
internal import Resampling
internal import Weighting

/// Weighs the pool to find how its weights are spread, before a temperature is chosen.
struct SpreadStep {
  var workers: DocumentWorkers
  var lengths: LengthRange
  var targetCount: Int

  /// The documents that there are to draw from.
  struct Outcome: Sendable {
    var documentCount = 0
    /// The weights of the eligible documents, one histogram per target.
    var histograms: [WeightHistogram]

    mutating func merge(_ other: Outcome) {
      documentCount += other.documentCount
      for target in histograms.indices { histograms[target].merge(other.histograms[target]) }
    }
  }

  /// - Throws: ``PipelineError``
  func run<Reader: WeightReader & ~Copyable>(
    _ shards: [Shard], makeReader: @escaping @Sendable () throws -> Reader
  ) throws -> Outcome {
    let (results, _) = try workers.run(shards) { [self] in try Measurer(self, makeReader()) }
    var outcome = results[0]
    for result in results.dropFirst() { outcome.merge(result) }
    return outcome
  }

  private struct Measurer<Reader: WeightReader & ~Copyable>: DocumentConsumer, ~Copyable {
    private let lengths: LengthRange
    private var reader: Reader
    private var outcome: Outcome

    init(_ step: SpreadStep, _ reader: consuming Reader) {
      lengths = step.lengths
      self.reader = reader
      outcome = Outcome(
        histograms: Array(repeating: WeightHistogram(), count: step.targetCount))
    }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws {
      let document = try reader.read(text, of: line)
      outcome.documentCount += 1
      guard lengths.contains(document.size.length), !document.isOutsideWindows else { return }
      for target in outcome.histograms.indices {
        outcome.histograms[target].add(reader.weight(target).logWeight)
      }
    }

    mutating func endChunk(_ number: Int) {}

    consuming func finish() -> Outcome { outcome }
  }
}
