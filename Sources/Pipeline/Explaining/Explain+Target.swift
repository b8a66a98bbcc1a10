internal import Featurizing
internal import Reading
internal import Weighting

/// Finds the buckets that weigh most in a target.
extension Explain {
  /// The number of different n-grams that are distinguished in a bucket.
  ///
  /// Only the occurrences of further ones are counted.
  private static let textLimit = 1000
  /// The number of those that are shown.
  private static let shownTextLimit = 10

  private struct Scored {
    var bucket: Int
    var contribution: Double
  }

  /// The texts of one bucket.
  private struct Texts {
    var counts: [[UInt8]: Int] = [:]
    var occurrenceCount = 0

    mutating func add(_ ngram: NGramReader.NGram) {
      occurrenceCount += ngram.count
      let text = Array(ngram.text.utf8)
      if counts.count < Explain.textLimit || counts[text] != nil {
        counts[text, default: 0] += ngram.count
      }
    }
  }

  func explainTarget(
    _ input: Inputs, _ models: Models, in explanation: inout Explanation
  ) throws {
    let components = models.weighing.targets[0].components.all
    let labels = models.weighing.components.map { $0.labels }
    let featureCount = Double(models.target.featureCount)
    var scored: [Scored] = []
    for (bucket, count) in models.target.counts.enumerated() where count > 0 {
      let value = components.lazy.compactMap { $0.value(ofBucket: bucket) }.first ?? 0
      scored.append(Scored(bucket: bucket, contribution: Double(count) * value / featureCount))
    }
    scored.sort { (one: Scored, other: Scored) -> Bool in
      one.contribution == other.contribution
        ? one.bucket < other.bucket : one.contribution > other.contribution
    }
    let up: [Scored] = Array(scored.lazy.filter { $0.contribution > 0 }.prefix(settings.top))
    let down: [Scored] = Array(
      scored.reversed().lazy.filter { $0.contribution < 0 }.prefix(settings.top))

    var texts: [Int: Texts] = [:]
    let wanted = Set((up + down).map(\.bucket))
    var reader = NGramReader(models.weighing.features, tables: models.weighing.tables)
    let reading = settings.reading.with(textField: settings.targetTextField)
    let report = try DocumentLines(reading: reading).forEach(input.shards) { _, text in
      for ngram in reader.ngrams(of: text, in: wanted) {
        texts[ngram.bucket, default: Texts()].add(ngram)
      }
      return true
    }
    explanation.skip(report)
    func shown(_ scored: Scored) -> LabelledRecord<Explanation.Bucket> {
      let all = texts[scored.bucket] ?? Texts()
      let found = all.counts.sorted {
        $0.value == $1.value ? $0.key.lexicographicallyPrecedes($1.key) : $0.value > $1.value
      }
      let shown = found.prefix(Self.shownTextLimit)
      return LabelledRecord(
        record: Explanation.Bucket(
          bucket: scored.bucket, targetCount: Int(models.target.counts[scored.bucket]),
          poolCount: Int(models.pool.counts[scored.bucket]), contribution: scored.contribution,
          texts: shown.map {
            Explanation.BucketText(
              ngram: Explanation.shownText(String(decoding: $0.key, as: UTF8.self)),
              count: $0.value)
          }, otherTexts: found.count - shown.count,
          otherOccurrences: all.occurrenceCount - shown.reduce(0) { $0 + $1.value }),
        bucketValues: zip(labels, components).compactMap { labels, component in
          LabelledNumber(labels.ofBuckets, component.value(ofBucket: scored.bucket))
        })
    }
    explanation.target = Explanation.Target(
      up: up.map { shown($0) }, down: down.map { shown($0) },
      meanTitle: labels.lazy.compactMap { $0.ofBuckets }.first?.title ?? "value")
  }
}
