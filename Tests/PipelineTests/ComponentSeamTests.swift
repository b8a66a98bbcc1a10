import Featurizing
import Foundation
import Reading
import Resampling
import TestSupport
import Testing
import Weighting
import Writing

@testable import Pipeline

/// Components outside all estimators work in weighing and explaining, without a change there.
@Suite struct ComponentSeamTests {
  /// A prior on lengths: −|ln(tokens / mean tokens of the target)|.
  private struct LengthPrior: CountComponent {
    static let labels = ComponentLabels(
      name: "length", ofDocument: ComponentLabels.Label(key: "by_length", title: "length"))
    let mean: Double

    init(_ evidence: CountEvidence, _ settings: EstimatorSettings) {
      mean = Double(evidence.target.tokenCount) / Double(evidence.target.documentCount)
    }

    func makeScorer() -> any DocumentScorer { Scorer(mean: mean) }

    struct Scorer: DocumentScorer {
      let mean: Double

      mutating func contribution(of size: DocumentSize) -> Double {
        -abs(log(Double(size.tokenCount) / mean))
      }
    }
  }

  /// A trained component that reads the text itself.
  ///
  /// It is the number of capitals, times the number of the target's samples.
  private struct Capitals: SampleComponent {
    static let labels = ComponentLabels(
      name: "capitals", ofDocument: ComponentLabels.Label(key: "by_capitals", title: "capitals"))
    let factor: Double

    init(_ evidence: SampleEvidence, _ settings: EstimatorSettings) {
      factor = Double(evidence.target.documentCount)
    }

    func makeScorer() -> any DocumentScorer { Scorer(factor: factor) }

    struct Scorer: DocumentScorer {
      let factor: Double
      var count = 0

      mutating func begin(_ text: Span<UInt8>) {
        count = 0
        for index in text.indices where (65...90).contains(text[index]) { count += 1 }
      }

      mutating func contribution(of size: DocumentSize) -> Double { factor * Double(count) }
    }
  }

  private static let features = FeatureSettings(maximumOrder: 2, bucketCount: 1000)
  private static let targetTexts = ["a a b", "b c a c"]
  private static let poolTexts = ["A b", "d d d D", "c B e e e f"]
  private static let extended: [any WeightComponent.Type] = [
    ShrunkLogRatios.self, LengthPrior.self, LogisticRegression.self, Capitals.self,
  ]
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// The counts of texts, and a sample of all texts.
  private static func fitted(_ texts: [String]) -> (counts: FeatureCounts, sample: DocumentSample) {
    var featurizer = Featurizer(features, tables: UnicodeTables())
    var counts = FeatureCounts(bucketCount: features.bucketCount)
    var sample = DocumentSample()
    for (number, text) in texts.enumerated() {
      counts.addDocument(Array(text.utf8).span, featurizer: &featurizer)
      let buckets = NGramReader(features, tables: UnicodeTables()).singleTokens(of: text)
      let hash = TextHash.of(Array("\(number) \(text)".utf8).span)
      sample.add(buckets.span, priority: DocumentSample.Priority(hash: hash, isShort: false))
    }
    sample.trim()
    return (counts, sample)
  }

  private static func models(_ types: [any WeightComponent.Type]) -> Explain.Models {
    let (target, pool) = (fitted(targetTexts), fitted(poolTexts))
    let settings = EstimatorSettings()
    var model = WeighingModel(features: features, tables: UnicodeTables(), components: types)
    model.addTarget(nil, counts: target.counts, pool: pool.counts, settings)
    let samples = SampleEvidence(target: target.sample, pool: pool.sample, features: features)
    model.merge([TargetComponents(types, samples, settings)])
    return Explain.Models(target: target.counts, pool: pool.counts, weighing: model)
  }

  private static func weights(_ types: [any WeightComponent.Type]) -> [DocumentWeight] {
    var weigher = DocumentWeigher(models(types).weighing)
    return poolTexts.map { text in
      _ = weigher.weigh(Array(text.utf8).span)
      return weigher[0]
    }
  }

  @Test func `A log weight is the sum of the contributions, in the order of the list`() {
    let parts = Self.extended.map { Self.weights([$0]).map(\.logWeight) }
    // The target has 3 and 4 tokens; the documents 2, 4 and 6, with 1, 1 and 1 capitals.
    #expect(parts[1] == [2, 4, 6].map { -abs(log($0 / 3.5)) })
    #expect(parts[3] == [2, 2, 2], "two samples times one capital")
    let weights = Self.weights(Self.extended)
    for (number, weight) in weights.enumerated() {
      let sum = parts[0][number] + parts[1][number] + parts[2][number] + parts[3][number]
      #expect(weight.logWeight == sum, "the same bits")
      #expect(weight.logOdds == parts[2][number], "the component that may draw alone")
    }
    #expect(parts[0] != [0, 0, 0] && parts[2] != [0, 0, 0])
  }

  @Test func `A component alone that may not draw alone has no log odds`() {
    #expect(Self.weights([LengthPrior.self]).allSatisfy { $0.logOdds == 0 })
    #expect(Self.weights([LogisticRegression.self]).allSatisfy { $0.logOdds == $0.logWeight })
  }

  @Test(arguments: [1, 3])
  func `Lines of weights have the sum of the components`(threadCount: Int) throws {
    let shard = try Shard(path: directory.write(pool, to: "pool.jsonl"))
    let output = directory.path("weights.jsonl")
    let writer = try LineWriter(
      .file(path: output), container: .plain, replaces: false, registry: TemporaryFiles())
    let lines = OrderedLines(writer)
    let settings = WeightLineWriter(
      model: Self.models(Self.extended).weighing, format: .jsonl, file: shard.name, lines: lines)
    lines.begin()
    let workers = DocumentWorkers(
      threadCount: threadCount, textField: "text", limits: ReadingLimits(), errorPolicy: .fail,
      chunkSize: 16, progress: ProgressMeter(show: nil))
    _ = try workers.run([shard]) { WeightLineWriter.Weigher(settings) }
    if let file = try lines.take().close() { try file.commit() }
    let found = try Data(contentsOf: URL(fileURLWithPath: output)).lines.map {
      try JSON(Data($0.utf8))
    }
    let weights = Self.weights(Self.extended)
    #expect(found.map(\.log_weight.number) == weights.map(\.logWeight))
    #expect(found.map(\.log_odds.number) == weights.map(\.logOdds))
  }

  private var pool: Data {
    Data(Self.poolTexts.map { #"{"text":"\#($0)"}"# + "\n" }.joined().utf8)
  }

  private func explain(_ documents: [String], _ types: [any WeightComponent.Type]) throws -> JSON {
    try directory.write(pool, to: "pool.jsonl")
    let target = Self.targetTexts.map { #"{"text":"\#($0)"}"# + "\n" }.joined()
    let texts = [try directory.write(Data(target.utf8), to: "target.jsonl")]
    let paths = documents.map { directory.path($0) }
    let settings = ExplainSettings(
      .fitted(targets: texts, pool: paths), documents: paths, texts: texts)
    let explain = Explain(settings, progress: ProgressMeter(show: nil))
    let explanation = try explain.explain(
      Inputs(paths), or: Inputs(texts), by: Self.models(types))
    return try JSON(Data(ManifestWriter.encode(explanation)))
  }

  @Test func `An explanation has the numbers of each component, which add up`() throws {
    let weights = Self.weights(Self.extended)
    let found = try explain(["pool.jsonl"], Self.extended).documents.elements
    #expect(found.count == 3)
    for (document, weight) in zip(found, weights) {
      #expect(document.log_weight.number == weight.logWeight)
      let keys = ["by_log_ratio", "by_length", "by_regression", "bias", "by_capitals"]
      let parts = try keys.map { try #require(document[$0].number) }
      #expect(abs(parts.reduce(0, +) - weight.logWeight) < 1e-9)
      #expect(parts[4] == 2)
      for ngram in document.up.elements + document.down.elements {
        // These components have no share for n-grams, which the table must not show as 0.
        #expect(ngram.by_length.isNull && ngram.by_capitals.isNull)
        let parts = try [ngram.by_log_ratio, ngram.by_regression].map {
          try #require($0.number)
        }
        #expect(ngram.contribution.number == parts[0] + parts[1])
      }
    }
  }

  @Test func `An explanation has no numbers for absent components`() throws {
    let found = try explain(["pool.jsonl"], [LengthPrior.self, Capitals.self])
    let document = found.documents[0]
    #expect(document.by_length.number == -abs(log(2 / 3.5)) && document.by_capitals.number == 2)
    #expect(document.by_log_ratio.isNull && document.bias.isNull)
    #expect(document.up.elements.isEmpty && document.down.elements.isEmpty)
  }

  @Test func `Buckets of the target have values for components that provide them`() throws {
    let found = try explain([], Self.extended).target
    let buckets = found.up.elements + found.down.elements
    #expect(!buckets.isEmpty)
    for bucket in buckets {
      // Half a step of shrunken log-ratios is 2⁻¹¹. The target has 7 + 5 features, the pool 12 + 9.
      let (target, pool) = (
        try #require(bucket.target_count.number), try #require(bucket.pool_count.number)
      )
      let expected = log((target + 1) / (pool * 12 / 21 + 1))
      let value = try #require(bucket.log_ratio.number)
      #expect(abs(value - expected) <= 0x1p-11)
      #expect(abs((bucket.contribution.number ?? 0) - target * value / 12) < 1e-12)
      #expect(bucket.regression_weight.isNull, "features are pairs of tokens, too")
    }
  }
}

extension NGramReader {
  /// The folded buckets of the text's tokens.
  fileprivate consuming func singleTokens(of text: String) -> [UInt16] {
    var buckets: [UInt16] = []
    for ngram in ngrams(of: Array(text.utf8).span) where ngram.order == 1 {
      buckets += Array(repeating: UInt16(ngram.bucket), count: ngram.count)
    }
    return buckets
  }
}
