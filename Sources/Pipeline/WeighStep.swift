internal import Featurizing
internal import Reading
internal import Resampling
internal import Synchronization
package import Weighting

/// How log weights become keys.
package struct DrawSettings: Sendable, Equatable {
  package var seed: UInt64
  /// False for top-k: keys without noise.
  package var addsNoise: Bool
  package var temperature: Double
  package var normalization: Normalization
  /// Documents of fewer tokens are never drawn.
  package var minimumTokenCount: Int
  package var keepsDuplicates: Bool

  package init(
    seed: UInt64 = 0, addsNoise: Bool = true, temperature: Double = 1,
    normalization: Normalization = .none, minimumTokenCount: Int = 100,
    keepsDuplicates: Bool = false
  ) {
    self.seed = seed
    self.addsNoise = addsNoise
    self.temperature = temperature
    self.normalization = normalization
    self.minimumTokenCount = minimumTokenCount
    self.keepsDuplicates = keepsDuplicates
  }
}

/// Gives every document of the pool its log importance weight and its key, and keeps those that may be drawn.
struct WeighStep {
  var workers: DocumentWorkers
  var features: FeatureSettings
  var tables: UnicodeTables
  var logRatios: LogRatioTable
  var draw: DrawSettings

  struct Outcome: Sendable {
    var underMinimumCount = 0
    var effectiveSampleSize = EffectiveSampleSize()
    var eligibleCount = 0
  }

  /// - Parameter candidates: those so far; the pool's are added.
  /// - Throws: ``PipelineError``
  func run(_ shards: [Shard], into candidates: inout Candidates) async throws -> Outcome {
    let shared = SharedCandidates(candidates)
    let (results, _) = try await workers.run(shards) { [self] in Weigher(self, shared) }
    var outcome = Outcome()
    for result in results {
      outcome.underMinimumCount += result.underMinimumCount
      outcome.eligibleCount += result.eligibleCount
      outcome.effectiveSampleSize.merge(result.effectiveSampleSize)
    }
    candidates = shared.take()
    return outcome
  }

  /// The candidates of all workers. One buffer instead of one a worker keeps memory independent of the
  /// number of threads; workers come by once a chunk.
  private final class SharedCandidates: Sendable {
    private let candidates: Mutex<Candidates>

    init(_ candidates: Candidates) { self.candidates = Mutex(candidates) }

    var threshold: Double { candidates.withLock { $0.threshold } }

    /// Takes a chunk's candidates in, and returns the new threshold.
    func add(_ chunk: [Candidate]) -> Double {
      candidates.withLock { candidates in
        for candidate in chunk { candidates.add(candidate) }
        return candidates.threshold
      }
    }

    /// Takes the candidates out.
    func take() -> Candidates {
      candidates.withLock { candidates in
        var empty = Candidates(budget: candidates.budget, joinsCopies: true, expectedCount: 0)
        swap(&empty, &candidates)
        return empty
      }
    }
  }

  private struct Weigher: DocumentConsumer, ~Copyable {
    private let step: WeighStep
    private let shared: SharedCandidates
    private let noise: GumbelNoise
    private var featurizer: Featurizer
    private var outcome = Outcome()
    private var ofChunk: [Candidate] = []
    private var threshold: Double

    init(_ step: WeighStep, _ shared: SharedCandidates) {
      self.step = step
      self.shared = shared
      noise = GumbelNoise(seed: step.draw.seed)
      featurizer = Featurizer(step.features, tables: step.tables)
      threshold = shared.threshold
    }

    mutating func add(_ text: Span<UInt8>, at position: Position, lineByteCount: Int) {
      let logWeight = weigh(text)
      let draw = step.draw
      let length = step.features.documentLength(tokenCount: featurizer.tokenCount)
      guard length >= draw.minimumTokenCount else {
        outcome.underMinimumCount += 1
        return
      }
      outcome.eligibleCount += 1
      let featureCount = step.features.featureCount(tokenCount: featurizer.tokenCount)
      let effective =
        draw.normalization.apply(to: logWeight, featureCount: featureCount) / draw.temperature
      outcome.effectiveSampleSize.add(logWeight: effective)

      let textHash = GumbelNoise.identity(of: text)
      var key = effective
      if draw.addsNoise {
        let identity = draw.keepsDuplicates ? GumbelNoise.identity(of: position) : textHash
        key += noise.noise(of: identity)
      }
      guard key >= threshold else { return }
      ofChunk.append(
        Candidate(
          logWeight: logWeight, key: key, textHash: textHash, position: position,
          lineByteCount: lineByteCount, textByteCount: text.count, tokenCount: featurizer.tokenCount
        ))
    }

    /// The log importance weight: Σ ln p_target − ln p_pool over the text's features.
    private mutating func weigh(_ text: Span<UInt8>) -> Double {
      // One sum an order, so that the order of additions doesn't depend on where blocks end.
      var sums = InlineArray<5, Double>(repeating: 0)
      featurizer.begin()
      while featurizer.nextBlock(of: text) {
        for order in 1...step.features.maximumOrder {
          step.logRatios.addLogRatios(of: featurizer.features(order: order), to: &sums[order - 1])
        }
      }
      var logWeight = 0.0
      for order in sums.indices { logWeight += sums[order] }
      return logWeight
    }

    mutating func endChunk() {
      threshold = shared.add(ofChunk)
      ofChunk.removeAll(keepingCapacity: true)
    }

    consuming func finish() -> Outcome { outcome }
  }
}
