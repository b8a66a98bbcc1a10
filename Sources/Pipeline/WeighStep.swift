internal import Files
internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting

/// Gives every document of the pool its log importance weight and its keys, and keeps those that may be drawn.
///
/// In the same pass a random arm is drawn and counted: each eligible document with the same probability.
struct WeighStep {
  var workers: DocumentWorkers
  var model: WeighingModel
  var draw: DrawSettings
  /// What weights are divided by.
  var temperature: Double
  /// The probability that a document is in the random arm.
  var randomRate: Double

  struct Outcome: Sendable {
    var eligibleCount = 0
    var underMinimumCount = 0
    /// Of all documents.
    var tokenCount = 0
    var effectiveSampleSize = EffectiveSampleSize()
    var correlation = Correlation()
    /// Of weights over temperature.
    var histogram = WeightHistogram()
    /// Folded for divergences.
    var randomArm: FeatureCounts

    init(_ features: FeatureSettings) {
      randomArm = Divergence.emptyCounts(bucketCount: features.bucketCount)
    }

    mutating func merge(_ other: Outcome) {
      eligibleCount += other.eligibleCount
      underMinimumCount += other.underMinimumCount
      tokenCount += other.tokenCount
      effectiveSampleSize.merge(other.effectiveSampleSize)
      correlation.merge(other.correlation)
      histogram.merge(other.histogram)
      randomArm.merge(other.randomArm)
    }
  }

  /// - Parameter candidates: those so far; the pool's are added.
  /// - Throws: ``PipelineError``
  func run(_ shards: [Shard], into candidates: inout PartedCandidates) async throws -> (
    Outcome, PassReport
  ) {
    let shared = SharedCandidates(candidates)
    let (results, report) = try await workers.run(shards) { [self] in Weigher(self, shared) }
    candidates = shared.take()
    var outcome = results[0]
    for result in results.dropFirst() { outcome.merge(result) }
    return (outcome, report)
  }

  /// The keys of documents.
  struct Keys: Sendable {
    private let draw: DrawSettings
    private let temperature: Double
    private let noise: GumbelNoise
    private let secondNoise: GumbelNoise

    init(_ draw: DrawSettings, temperature: Double) {
      self.draw = draw
      self.temperature = temperature
      noise = GumbelNoise(seed: draw.seed)
      secondNoise = GumbelNoise(seed: draw.seed, purpose: .secondNoise)
    }

    /// What the noise of a document is keyed by.
    func identity(textHash: UInt64, position: Position) -> UInt64 {
      draw.keepsDuplicates ? GumbelNoise.identity(of: position) : textHash
    }

    func key(of weight: DocumentWeight, _ identity: UInt64) -> Double {
      weight.logWeight / temperature + (draw.addsNoise ? noise.noise(of: identity) : 0)
    }

    /// The key for the part that the regression draws.
    func secondKey(of weight: DocumentWeight, _ identity: UInt64) -> Double {
      guard draw.logisticShare > 0 else { return 0 }
      return weight.logOdds / (temperature * DrawSettings.logisticTemperature)
        + (draw.addsNoise ? secondNoise.noise(of: identity) : 0)
    }

    /// The weight over temperature that a key was made of.
    func effectiveWeight(of candidate: Candidate) -> Double {
      let identity = identity(textHash: candidate.textHash, position: candidate.position)
      return candidate.key - (draw.addsNoise ? noise.noise(of: identity) : 0)
    }
  }

  /// The candidates of all workers. One buffer instead of one a worker keeps memory independent of the
  /// number of threads; workers come by once a chunk.
  private final class SharedCandidates: Sendable {
    private let candidates: Lock<PartedCandidates>

    init(_ candidates: PartedCandidates) { self.candidates = Lock(candidates) }

    var thresholds: PartedCandidates.Thresholds { candidates.withLock { $0.thresholds } }

    /// Takes a chunk's candidates in, and returns the new thresholds.
    func add(_ chunk: [Candidate]) -> PartedCandidates.Thresholds {
      candidates.withLock { candidates in
        for candidate in chunk { candidates.add(candidate) }
        return candidates.thresholds
      }
    }

    /// Takes the candidates out.
    func take() -> PartedCandidates {
      candidates.withLock { candidates in
        var empty = PartedCandidates(
          budget: .documents(0), secondShare: 0, joinsCopies: true, expectedCount: 0)
        swap(&empty, &candidates)
        return empty
      }
    }
  }

  private struct Weigher: DocumentConsumer, ~Copyable {
    private let shared: SharedCandidates
    private let keys: Keys
    private let arm: RandomArm
    private let minimumLength: Int
    private let temperature: Double
    private var weigher: DocumentWeigher
    private var outcome: Outcome
    private var ofChunk: [Candidate] = []
    private var thresholds: PartedCandidates.Thresholds

    init(_ step: WeighStep, _ shared: SharedCandidates) {
      self.shared = shared
      keys = Keys(step.draw, temperature: step.temperature)
      arm = RandomArm(seed: step.draw.seed, rate: step.randomRate)
      minimumLength = step.draw.minimumTokenCount
      temperature = step.temperature
      weigher = DocumentWeigher(step.model)
      outcome = Outcome(step.model.features)
      thresholds = shared.thresholds
    }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) {
      let size = weigher.weigh(text)
      outcome.tokenCount += size.tokenCount
      guard size.length >= minimumLength else {
        outcome.underMinimumCount += 1
        return
      }
      let weight = weigher[0]
      outcome.eligibleCount += 1
      outcome.effectiveSampleSize.add(logWeight: weight.logWeight / temperature)
      outcome.correlation.add(logWeight: weight.logWeight, length: size.tokenCount)
      outcome.histogram.add(weight.logWeight / temperature)

      let textHash = GumbelNoise.identity(of: text)
      if arm.contains(textHash) { weigher.count(text, in: &outcome.randomArm) }
      let identity = keys.identity(textHash: textHash, position: line.position)
      let candidate = Candidate(
        key: keys.key(of: weight, identity), secondKey: keys.secondKey(of: weight, identity),
        textHash: textHash, position: line.position, lineByteCount: line.byteCount,
        textByteCount: text.count, tokenCount: size.tokenCount)
      if thresholds.admit(candidate) { ofChunk.append(candidate) }
    }

    mutating func endChunk(_ number: Int) {
      thresholds = shared.add(ofChunk)
      ofChunk.removeAll(keepingCapacity: true)
    }

    consuming func finish() -> Outcome { outcome }
  }
}

/// A random selection to compare the draw with: documents whose seeded hash is small.
private struct RandomArm {
  private let hash: SeededHash
  /// nil: all documents are in.
  private let limit: UInt64?

  init(seed: UInt64, rate: Double) {
    hash = SeededHash(seed: seed, purpose: .randomArm)
    limit = rate < 1 ? UInt64(rate * 0x1p64) : nil
  }

  func contains(_ textHash: UInt64) -> Bool {
    guard let limit else { return true }
    return hash(textHash) < limit
  }
}
