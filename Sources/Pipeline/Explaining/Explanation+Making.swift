internal import Featurizing
internal import Weighting

extension Explanation.Model {
  init(_ counts: FeatureCounts) {
    self.init(
      documents: counts.documentCount, tokens: counts.tokenCount,
      features: Int(counts.featureCount), emptyBuckets: counts.emptyBucketCount)
  }
}

extension Explanation.Buckets {
  init(_ load: BucketLoad) {
    self.init(
      count: load.bucketCount, filled: load.filledCount, ngrams: load.ngramCount,
      ngramsIsLeast: load.isFull, ngramsPerFilledBucket: load.ngramsPerFilledBucket)
  }
}

extension Explanation.Settings {
  init(_ settings: ExplainSettings, _ features: FeatureSettings) {
    let estimator = settings.estimator
    self.init(
      textField: settings.reading.textField.expression,
      targetTextField: settings.targetTextField?.expression,
      textJoin: settings.reading.textField.otherJoint ?? settings.targetTextField?.otherJoint,
      compat: estimator.compatibility?.rawValue,
      estimator: estimator.kind.rawValue, normalize: estimator.normalization.rawValue,
      smoothing: estimator.pseudocount, targetSmoothing: estimator.targetPseudocount,
      tokenizer: features.tokenizer.rawValue, unicodeVersion: UnicodeTables.version,
      ngrams: features.maximumOrder, buckets: features.bucketCount,
      hashing: features.hashing.rawValue, top: settings.top)
  }
}

extension Explanation {
  /// An n-gram's text as it is shown, with long tokens cut off.
  static func shownText(_ text: String) -> String {
    let limit = 200
    guard text.utf8.count > limit else { return text }
    var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit)
    while text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
    return String(text[..<end]) + "…"
  }

  /// Notes the skipped lines of the input that is explained.
  mutating func skip(_ report: PassReport) {
    skippedLines = report.skippedByReason
    report.addSkippedFiles(to: &skippedFiles)
  }
}

extension PassReport {
  /// Adds the files in which lines were skipped.
  func addSkippedFiles(to files: inout [Explanation.SkippedFile]?) {
    for shard in shards {
      guard let skipped = shard.skippedRecord else { continue }
      files = (files ?? []) + [Explanation.SkippedFile(path: shard.name, skippedLines: skipped)]
    }
  }
}
