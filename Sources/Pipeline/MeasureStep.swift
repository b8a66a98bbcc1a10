internal import Reading
internal import Resampling
internal import Weighting

/// Weighs the pool to find out how weights are spread, before a temperature is chosen.
struct MeasureStep {
  var workers: DocumentWorkers
  var model: WeighingModel
  var minimumLength: Int

  /// - Returns: the weights of the eligible documents.
  /// - Throws: ``PipelineError``
  func run(_ shards: [Shard]) async throws -> WeightHistogram {
    let (results, _) = try await workers.run(shards) { [self] in Measurer(self) }
    var histogram = WeightHistogram()
    for result in results { histogram.merge(result) }
    return histogram
  }

  private struct Measurer: DocumentConsumer, ~Copyable {
    private let minimumLength: Int
    private var weigher: DocumentWeigher
    private var histogram = WeightHistogram()

    init(_ step: MeasureStep) {
      minimumLength = step.minimumLength
      weigher = DocumentWeigher(step.model)
    }

    mutating func add(_ text: Span<UInt8>, at position: Position, lineByteCount: Int) {
      let weight = weigher.weigh(text)
      if weight.length >= minimumLength { histogram.add(weight.value) }
    }

    mutating func endChunk() {}

    consuming func finish() -> WeightHistogram { histogram }
  }
}
