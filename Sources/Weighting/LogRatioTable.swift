/// ln p_target − ln p_pool, one a bucket.
package struct LogRatioTable: Sendable {
  private let logRatios: [Double]

  /// - Precondition: both models have the same number of buckets, and no bucket is impossible to both.
  package init(target: Model, pool: Model) {
    logRatios = zip(target.logProbabilities, pool.logProbabilities).map { $0 - $1 }
  }

  /// Adds the log-ratios of features up.
  ///
  /// One running sum an order of n-grams, features in text order: so the result has the same bits
  /// however a text is cut into blocks.
  ///
  /// - Precondition: each id is below the number of buckets.
  package func addLogRatios(of ids: Span<UInt32>, to sum: inout Double) {
    let logRatios = logRatios.span
    var total = sum
    for index in ids.indices { total += logRatios[Int(ids[index])] }
    sum = total
  }
}

/// How a document's length enters its log weight.
package enum Normalization: String, CaseIterable, Sendable, Codable {
  /// The sum over the features: the log importance weight of the method.
  case none
  /// The mean over the features.
  case length

  /// - Returns: 0 for a document without features.
  package func apply(to logWeight: Double, featureCount: Int) -> Double {
    switch self {
    case .none: logWeight
    case .length: featureCount == 0 ? 0 : logWeight / Double(featureCount)
    }
  }
}
