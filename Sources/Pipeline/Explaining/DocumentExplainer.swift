internal import Featurizing
internal import Weighting

/// Takes a document's log weight apart, into what each n-gram contributes.
///
/// With c(g) the count of n-gram g, r its bucket's log-ratio, n the number of features and n^e what sums are divided
/// by, the log-ratios' part is c(g) r / n^e. The regression's sum is one over folded buckets: the value of each is split
/// among the document's tokens in it, by their counts, and longer n-grams have none. So all contributions and the regression's bias add up to
/// the log weight; see ``Estimator`` for which parts there are.
struct DocumentExplainer: ~Copyable {
  /// An n-gram of a document.
  struct Part {
    var ngram: NGramReader.NGram
    /// ln p_target − ln p_pool of its bucket, or what the estimator has instead; 0 without log-ratios.
    var logRatio: Double
    var byLogRatio: Double
    var byRegression: Double
    var contribution: Double { byLogRatio + byRegression }
  }

  struct Outcome {
    var logWeight: Double
    var size: DocumentSize
    var bias: Double
    var parts: [Part]
  }

  private let model: WeighingModel
  private var weigher: DocumentWeigher
  private var reader: NGramReader

  /// - Precondition: the model has one target.
  init(_ model: WeighingModel) {
    precondition(model.targets.count == 1)
    self.model = model
    weigher = DocumentWeigher(model)
    reader = NGramReader(model.features, tables: model.tables)
  }

  mutating func explain(_ text: Span<UInt8>) -> Outcome {
    let size = weigher.weigh(text)
    let logWeight = weigher[0].logWeight
    let ngrams = reader.ngrams(of: text)
    let shift = RegressionFeatures.shift(bucketCount: model.features.bucketCount)
    var folded: [Int: Int] = [:]
    // The regression sees single tokens only.
    for ngram in ngrams where ngram.order == 1 {
      folded[ngram.bucket >> shift, default: 0] += ngram.count
    }
    let regression = model.targets[0].regression
    let ofFolded = regression?.contributions(of: folded) ?? [:]
    let parts = ngrams.map { ngram in
      let logRatio = model.targets[0].logRatios?[ngram.bucket] ?? 0
      let bucket = ngram.bucket >> shift
      let share = ngram.order == 1 ? Double(ngram.count) / Double(folded[bucket] ?? 1) : 0
      return Part(
        ngram: ngram, logRatio: logRatio,
        byLogRatio: model.normalization.apply(
          to: Double(ngram.count) * logRatio, featureCount: size.featureCount),
        byRegression: (ofFolded[bucket] ?? 0) * share)
    }
    return Outcome(logWeight: logWeight, size: size, bias: regression?.bias ?? 0, parts: parts)
  }
}
