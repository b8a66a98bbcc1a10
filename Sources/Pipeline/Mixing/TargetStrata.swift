internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting

/// Finds out how probable the strata make a target's documents.
struct TargetStrata: DocumentConsumer, ~Copyable {
  /// The number of different texts of a target that are looked at. They are those with the smallest
  /// hashes, and as good as all: a share is known to 0.4 points with that many.
  static let mostTexts = 1 << 14

  private let models: StratumModels
  /// Texts with larger hashes aren't looked at.
  private let largestHash: UInt64
  private var featurizer: Featurizer
  private var evidence: StratumEvidence
  private var folded: [UInt16] = []

  init(_ models: StratumModels, _ features: FeatureSettings, largestHash: UInt64) {
    self.models = models
    self.largestHash = largestHash
    featurizer = Featurizer(features, tables: UnicodeTables())
    evidence = StratumEvidence(stratumCount: models.names.count)
  }

  mutating func add(_ text: Span<UInt8>, of line: DocumentLine) {
    let hash = TextHash.of(text)
    guard hash <= largestHash else { return }
    var sums = [Double](repeating: 0, count: models.names.count)
    var featureCount = 0
    featurizer.begin()
    while featurizer.nextBlock(of: text) {
      for order in 1...featurizer.settings.maximumOrder {
        folded.removeAll(keepingCapacity: true)
        StratumCounts.fold(
          featurizer.features(order: order), of: featurizer.settings.bucketCount, into: &folded)
        models.add(folded, to: &sums)
        featureCount += folded.count
      }
    }
    guard featureCount > 0 else { return }
    evidence.add(
      StratumEvidence.Document(
        textHash: hash, tokenCount: featurizer.tokenCount, byteCount: text.count,
        featureCount: featureCount), sums)
  }

  mutating func endChunk(_ number: Int) {}

  consuming func finish() -> StratumEvidence { evidence }
}
