internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Weighs the pool to find how its weights are spread, before a temperature is chosen.
struct SpreadStep {
  var workers: DocumentWorkers
  var lengths: LengthRange
  var targetCount: Int
  /// The strata that are drawn from; nil for all.
  var strata: Strata?
  /// The index of the stratum in ``DocumentLine/fields``; nil without strata.
  var stratumField: Int?
  /// Takes the log weights of the documents that may be drawn; nil if they aren't kept.
  var weightSpool: WeightSpool?

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
    private let strata: Set<ExactString>
    private let stratumField: Int?
    private let weightSpool: WeightSpool?
    private var weightsOfChunk: [Double] = []

    init(_ step: SpreadStep, _ reader: consuming Reader) {
      lengths = step.lengths
      strata = Set(step.strata?.names ?? [])
      stratumField = step.stratumField
      weightSpool = step.weightSpool
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
      guard weightSpool != nil, isInStrata(line) else { return }
      for target in outcome.histograms.indices {
        weightsOfChunk.append(reader.weight(target).logWeight)
      }
    }

    private func isInStrata(_ line: DocumentLine) -> Bool {
      stratumField.map { strata.contains(ExactString(line.fields[$0].stratum)) } ?? true
    }

    mutating func endChunk(_ number: Int) throws {
      try weightSpool?.add(weightsOfChunk)
      weightsOfChunk.removeAll(keepingCapacity: true)
    }

    consuming func finish() -> Outcome { outcome }
  }
}
