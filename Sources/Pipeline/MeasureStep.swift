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

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) {
      let size = weigher.weigh(text)
      if size.length >= minimumLength { histogram.add(weigher[0].logWeight) }
    }

    mutating func endChunk(_ number: Int) {}

    consuming func finish() -> WeightHistogram { histogram }
  }
}
