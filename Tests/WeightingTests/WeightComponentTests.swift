import Foundation
import TestSupport
import Testing

@testable import Featurizing
@testable import Weighting

/// The components of estimators.
@Suite struct WeightComponentTests {
  private static let features = FeatureSettings(maximumOrder: 2, bucketCount: 1000)
  private static let kinds: [any CountComponent.Type] = [
    SmoothedLogRatios.self, ShrunkLogRatios.self,
  ]

  private static func randomCounts(_ count: Int, seed: UInt64) -> FeatureCounts {
    var random = SplitMix64(state: seed)
    var counts = FeatureCounts(bucketCount: 1000)
    counts.add((0..<count).map { _ in UInt32.random(in: 0..<1000, using: &random) }.span)
    return counts
  }

  private static let evidence = CountEvidence(
    target: randomCounts(5000, seed: 1), pool: randomCounts(50_000, seed: 2), features: features)

  /// The value of each bucket by the formulas of ``Estimator``, with all pseudocounts 1.
  private static func naiveLogRatio(_ type: any CountComponent.Type, _ bucket: Int) -> Double {
    let (target, pool) = (
      Double(evidence.target.counts[bucket]), Double(evidence.pool.counts[bucket])
    )
    if type == SmoothedLogRatios.self {
      return log((target + 1) / 6000) - log((pool + 1) / 51_000)
    }
    return log((target + 1) / (pool * 5000 / 50_000 + 1))
  }

  private static func ngrams(
    _ list: [(order: Int, bucket: Int, count: Int)]
  ) -> [NGramReader.NGram] {
    list.map { ngram in
      NGramReader.NGram(
        text: "\(ngram.bucket)", order: ngram.order, bucket: ngram.bucket, count: ngram.count)
    }
  }

  @Test(arguments: kinds.indices, Normalization.allCases)
  func `Log-ratios contribute their normalized sum, however a text is cut`(
    kind: Int, normalization: Normalization
  ) {
    let type = Self.kinds[kind]
    var settings = EstimatorSettings()
    settings.normalization = normalization
    var scorer = type.init(Self.evidence, settings).makeScorer()
    var random = SplitMix64(state: 3)
    for length in [0, 1, 2, 500] {
      let ids = (0..<length).map { _ in UInt32.random(in: 0..<1000, using: &random) }
      let pairs = Array(ids.dropFirst())
      let size = DocumentSize(
        tokenCount: length, featureCount: length + pairs.count, length: length)
      var sum = 0.0
      for id in ids + pairs { sum += Self.naiveLogRatio(type, Int(id)) }
      let exponent =
        switch normalization {
        case .none: 0.0
        case .sqrt: 0.5
        case .length: 1.0
        }
      let divisor = pow(Double(size.featureCount), exponent)
      var found: [UInt64] = []
      for cut in [0, length / 3, length] {
        scorer.begin([UInt8]().span)
        for part in [0..<cut, cut..<length] {
          scorer.add(Array(ids[part]).span, order: 1)
          scorer.add(Array(pairs[part.clamped(to: pairs.indices)]).span, order: 2)
        }
        let contribution = scorer.contribution(of: size)
        // Shrunken log-ratios are rounded to a 1,024th.
        let expected = length == 0 ? 0 : sum / divisor
        let tolerance = Double(length) / 1000
        #expect(abs(contribution - expected) <= tolerance)
        found.append(contribution.bitPattern)
      }
      #expect(Set(found).count == 1, "the same bits")
    }
  }

  @Test(arguments: kinds.indices, Normalization.allCases)
  func `The explanation of log-ratios adds up to the contribution`(
    kind: Int, normalization: Normalization
  ) {
    let type = Self.kinds[kind]
    var settings = EstimatorSettings()
    settings.normalization = normalization
    let component = type.init(Self.evidence, settings)
    var scorer = component.makeScorer()
    scorer.begin([UInt8]().span)
    scorer.add(([7, 9, 7, 7] as [UInt32]).span, order: 1)
    scorer.add(([100, 101, 102] as [UInt32]).span, order: 2)
    let size = DocumentSize(tokenCount: 4, featureCount: 7, length: 4)
    let ngrams = Self.ngrams([(1, 7, 3), (1, 9, 1), (2, 100, 1), (2, 101, 1), (2, 102, 1)])
    let contribution = scorer.contribution(of: size)
    let explanation = component.explanation(
      of: ScoredDocument(ngrams: ngrams, size: size, contribution: contribution))
    let parts = explanation.ofNGrams ?? []
    #expect(parts.count == 5 && explanation.ofDocument == nil)
    #expect(abs(parts.reduce(0, +) - contribution) < 1e-12)
    #expect(explanation.bucketValues == ngrams.map { component.value(ofBucket: $0.bucket) })
  }

  @Test func `The explanation of the regression adds up to the log odds`() {
    var random = SplitMix64(state: 4)
    let weights = (0..<RegressionFeatures.maximumBucketCount).map { _ in
      Double.random(in: -2...2, using: &random)
    }
    let features = FeatureSettings(maximumOrder: 2, bucketCount: 1 << 20)
    let regression = LogisticRegression(LogisticModel(bias: 0.75, weights: weights), features)
    var scorer = regression.makeScorer()
    scorer.begin([UInt8]().span)
    // Every 16 buckets fold to one: 32 and 33 share theirs, and 7 and 64 have others.
    scorer.add(([32, 33, 33, 7, 64] as [UInt32]).span, order: 1)
    scorer.add(([32, 500, 501, 502] as [UInt32]).span, order: 2)
    let ngrams = Self.ngrams(
      [(1, 32, 1), (1, 33, 2), (1, 7, 1), (1, 64, 1), (2, 32, 1), (2, 500, 1)])
    let size = DocumentSize(tokenCount: 5, featureCount: 9, length: 5)
    let logOdds = scorer.contribution(of: size)
    let explanation = regression.explanation(
      of: ScoredDocument(ngrams: ngrams, size: size, contribution: logOdds))
    let parts = explanation.ofNGrams ?? []
    #expect(explanation.ofDocument == 0.75 && explanation.bucketValues == nil)
    #expect(abs(parts.reduce(0.75, +) - logOdds) < 1e-12)
    #expect(abs(parts[1] - 2 * parts[0]) < 1e-12, "by their counts")
    #expect(parts[4] == 0 && parts[5] == 0, "longer n-grams have no share")
    #expect(regression.value(ofBucket: 32) == nil)
    let single = FeatureSettings(maximumOrder: 1, bucketCount: 1 << 20)
    let model = LogisticModel(bias: 0, weights: weights)
    #expect(LogisticRegression(model, single).value(ofBucket: 33) == model.weight(2))
  }

  @Test func `Components are made from the available evidence, in the estimator's order`() {
    let types: [any WeightComponent.Type] = [LogisticRegression.self, ShrunkLogRatios.self]
    let settings = EstimatorSettings()
    var sample = DocumentSample()
    sample.add(([1, 2, 3] as [UInt16]).span, priority: DocumentSample.Priority(bits: 1))
    sample.trim()
    let samples = SampleEvidence(target: sample, pool: sample, features: Self.features)
    let ofCounts = TargetComponents(types, Self.evidence, settings)
    let ofSamples = TargetComponents(types, samples, settings)
    for (first, second) in [(ofCounts, ofSamples), (ofSamples, ofCounts)] {
      var merged = first
      merged.merge(second)
      #expect(merged.all.count == 2)
      #expect(merged.all[0] is LogisticRegression && merged.all[1] is ShrunkLogRatios)
    }
  }

  @Test(arguments: Estimator.allCases)
  func `An estimator's components have different JSON keys`(estimator: Estimator) {
    let keys = estimator.components.flatMap { type in
      [type.labels.ofNGrams, type.labels.ofDocument, type.labels.ofBuckets].compactMap { $0?.key }
    }
    #expect(!keys.isEmpty && Set(keys).count == keys.count)
    // These keys are written unchanged, and all others in snake case.
    #expect(keys.allSatisfy { $0.utf8.allSatisfy { (97...122).contains($0) || $0 == 95 } })
  }

  @Test func `Estimators read the options that the manual gives them`() {
    let all: [EstimatorParameters] = [.normalization, .pseudocount, .targetPseudocount]
    let read = Estimator.allCases.map { estimator in
      all.map { estimator.components.use($0) }
    }
    // ratio, shrunk, logistic, blend
    #expect(
      read == [
        [true, true, true], [true, true, false], [false, false, false], [true, true, false],
      ])
    #expect(Estimator.allCases.map { $0.components.needCounts } == [true, true, false, true])
    #expect(Estimator.allCases.map { $0.components.needSamples } == [false, false, true, true])
    let twoParts = Estimator.allCases.filter { $0.components.drawInTwoParts }
    #expect(twoParts == [.blend])
  }
}
