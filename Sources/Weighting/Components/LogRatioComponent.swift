/// A component that adds up one log-ratio per feature, and normalizes the sum by the document's
/// length.
///
/// With c(g) the count of n-gram g, r(g) its bucket's log-ratio and n^e the divisor of
/// ``Normalization``, the contribution is Σ c(g) r(g) / n^e, and g's share in it c(g) r(g) / n^e.
protocol LogRatioComponent: CountComponent {
  var table: LogRatioTable { get }
  var normalization: Normalization { get }
  /// The length of the longest n-grams.
  var maximumOrder: Int { get }
}

extension LogRatioComponent {
  package static var labels: ComponentLabels {
    ComponentLabels(
      name: "log-ratios",
      ofNGrams: ComponentLabels.Label(key: "by_log_ratio", title: "by log-ratio"),
      ofBuckets: ComponentLabels.Label(key: "log_ratio", title: "log-ratio"))
  }

  package func makeScorer() -> any DocumentScorer {
    LogRatioScorer(table, normalization, maximumOrder: maximumOrder)
  }

  package func value(ofBucket bucket: Int) -> Double? { table[bucket] }

  package func explanation(of document: ScoredDocument) -> ComponentExplanation {
    let logRatios = document.ngrams.map { table[$0.bucket] }
    let contributions = zip(document.ngrams, logRatios).map { ngram, logRatio in
      normalization.apply(
        to: Double(ngram.count) * logRatio, featureCount: document.size.featureCount)
    }
    return ComponentExplanation(ofNGrams: contributions, bucketValues: logRatios)
  }
}

/// Adds up log-ratios.
private struct LogRatioScorer: DocumentScorer {
  private let table: LogRatioTable
  private let normalization: Normalization
  /// One sum per order, so that the order of additions doesn't depend on where blocks end.
  private var sums: [Double]

  init(_ table: LogRatioTable, _ normalization: Normalization, maximumOrder: Int) {
    self.table = table
    self.normalization = normalization
    sums = Array(repeating: 0, count: maximumOrder)
  }

  mutating func begin(_ text: Span<UInt8>) {
    for index in sums.indices { sums[index] = 0 }
  }

  mutating func add(_ ids: Span<UInt32>, order: Int) {
    table.addLogRatios(of: ids, to: &sums[order - 1])
  }

  mutating func contribution(of size: DocumentSize) -> Double {
    normalization.apply(to: sums.reduce(0, +), featureCount: size.featureCount)
  }
}
