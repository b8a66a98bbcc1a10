/// How a document's log importance weight is estimated: a list of components, whose contributions
/// are added up.
///
/// With c(f) the count of feature f in the document, n = Σ c(f), and a normalization by n^e (see
/// ``Normalization``):
///
/// | Estimator | Log weight |
/// | --- | --- |
/// | ``ratio`` | Σ c(f) (ln p_target(f) − ln p_pool(f)) / n^e |
/// | ``shrunk`` | Σ c(f) ln((c_target(f) + a) / (E(f) + a)) / n^e, E(f) = N_target p_pool(f) |
/// | ``logistic`` | b + Σ θ(f) ln(1 + c(f)) / √(Σ ln²(1 + c(f))), single tokens alone |
/// | ``blend`` | the sum of the last two |
package enum Estimator: String, CaseIterable, Sendable, Codable {
  /// The log-ratios of two smoothed bags of n-grams: DSIR as published (Xie et al. 2023).
  case ratio
  /// Log-ratios that are drawn to 0 where the target is too small to tell: see ``LogRatioTable``.
  case shrunk
  /// The log odds of a logistic regression that tells target from pool: see ``LogisticTrainer``.
  case logistic
  /// The product of the two weights above (a log-linear pool of the experts: Genest and Zidek
  /// 1986), with a small share of the draw by ``logistic`` alone. A bag of n-grams knows its domain
  /// and takes the same kind of document again and again. The regression knows how documents of one
  /// domain differ.
  case blend

  /// The components, in the order in which their contributions are added up.
  package var components: [any WeightComponent.Type] {
    switch self {
    case .ratio: [SmoothedLogRatios.self]
    case .shrunk: [ShrunkLogRatios.self]
    case .logistic: [LogisticRegression.self]
    case .blend: [ShrunkLogRatios.self, LogisticRegression.self]
    }
  }

  /// The number of buckets that serves best: rare n-grams help only where their log-ratios are
  /// shrunk.
  package var defaultBucketCount: Int { self == .ratio ? 10_000 : 1 << 20 }

  package var defaultNormalization: Normalization { self == .ratio ? .none : .sqrt }
}
