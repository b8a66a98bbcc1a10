internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting

/// Counts the features of all documents of a target or a pool, and keeps a sample of the documents for the regression.
struct FitStep {
  var workers: DocumentWorkers
  var features: FeatureSettings
  var tables: UnicodeTables
  /// Shorter documents count, but are neither eligible nor sampled.
  var minimumLength: Int
  /// Keeps a sample if it is there.
  var samplePriority: SeededHash?

  /// What was learned of the documents.
  struct Outcome: Sendable {
    var counts: FeatureCounts
    var sample = DocumentSample()
    var eligible = Eligible()
  }

  /// What there is to draw from.
  struct Eligible: Sendable {
    var documentCount = 0
    var tokenCount = 0
    /// Of lines, with their line ends.
    var byteCount = 0
  }

  /// - Throws: ``PipelineError``
  func run(_ shards: [Shard]) async throws -> (Outcome, PassReport) {
    let (results, report) = try await workers.run(shards) { [self] in Counter(self) }
    var outcome = Outcome(counts: FeatureCounts(bucketCount: features.bucketCount))
    for result in results {
      outcome.counts.merge(result.counts)
      outcome.sample.merge(result.sample)
      outcome.eligible.documentCount += result.eligible.documentCount
      outcome.eligible.tokenCount += result.eligible.tokenCount
      outcome.eligible.byteCount += result.eligible.byteCount
    }
    return (outcome, report)
  }

  private struct Counter: DocumentConsumer, ~Copyable {
    /// A sampled document is known by its first features: more than these say little that is new.
    private static let longestSample = 1 << 14

    private let step: FitStep
    private let shift: UInt32
    private var featurizer: Featurizer
    private var outcome: Outcome
    /// Scratch for the features of one document.
    private var sampled: [UInt16] = []

    init(_ step: FitStep) {
      self.step = step
      shift = UInt32(FeatureVector.shift(bucketCount: step.features.bucketCount))
      featurizer = Featurizer(step.features, tables: step.tables)
      outcome = Outcome(counts: FeatureCounts(bucketCount: step.features.bucketCount))
    }

    mutating func add(_ text: Span<UInt8>, at position: Position, lineByteCount: Int) {
      let priority = step.samplePriority.map { $0(GumbelNoise.identity(of: text)) }
      if let priority, outcome.sample.mayHold(priority: priority) {
        addSampled(text, priority)
      } else {
        outcome.counts.addDocument(text, featurizer: &featurizer)
      }
      if isEligible {
        outcome.eligible.documentCount += 1
        outcome.eligible.tokenCount += featurizer.tokenCount
        outcome.eligible.byteCount += lineByteCount + 1
      }
    }

    /// Counts the document as ``FeatureCounts/addDocument(_:featurizer:)`` does, and keeps its features.
    private mutating func addSampled(_ text: Span<UInt8>, _ priority: UInt64) {
      sampled.removeAll(keepingCapacity: true)
      featurizer.begin()
      while featurizer.nextBlock(of: text) {
        for order in 1...step.features.maximumOrder {
          let ids = featurizer.features(order: order)
          outcome.counts.add(ids)
          for index in 0..<min(ids.count, Self.longestSample - sampled.count) {
            sampled.append(UInt16(ids[index] &>> shift))
          }
        }
      }
      outcome.counts.addDocument(tokenCount: featurizer.tokenCount)
      if isEligible, !sampled.isEmpty {
        // A copy of its own, no longer than it must be.
        outcome.sample.add(Array(sampled[...]), priority: priority)
      }
    }

    private var isEligible: Bool {
      step.features.documentLength(tokenCount: featurizer.tokenCount) >= step.minimumLength
    }

    mutating func endChunk() {}

    consuming func finish() -> Outcome { outcome }
  }
}

extension FeatureCounts {
  /// Counts a document with its features.
  mutating func addDocument(_ text: Span<UInt8>, featurizer: inout Featurizer) {
    let settings = featurizer.settings
    featurizer.begin()
    while featurizer.nextBlock(of: text) {
      for order in 1...settings.maximumOrder {
        add(featurizer.features(order: order), of: settings.bucketCount)
      }
    }
    addDocument(tokenCount: featurizer.tokenCount)
  }
}
