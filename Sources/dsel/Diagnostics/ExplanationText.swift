import Pipeline

/// An explanation for people.
struct ExplanationText {
  /// Longer n-grams are cut off.
  private static let widest = 40

  let text: String

  init(_ explanation: Explanation) {
    var parts = (explanation.documents ?? []).map(Self.text)
    if let target = explanation.target { parts.append(Self.text(target, explanation)) }
    parts.append(Self.text(explanation.buckets))
    text = parts.joined(separator: "\n")
  }

  // MARK: Documents

  private static func text(_ document: Explanation.Document) -> String {
    var sum: [String] = []
    if let part = document.by_log_ratio { sum.append("log-ratios \(Format.decimal(part))") }
    if let part = document.by_regression { sum.append("regression \(Format.decimal(part))") }
    if let bias = document.bias { sum.append("bias \(Format.decimal(bias))") }
    var text = "\(ErrorMessage.printable(document.file, keepsLines: false)):\(document.line): "
    text += "log weight \(Format.decimal(document.log_weight)) = \(sum.joined(separator: " + "))\n"
    text +=
      "\(Format.count(document.tokens, "token")), \(Format.count(document.features, "feature")), "
    text += "\(Format.count(document.different_ngrams, "different n-gram")), of which "
    let shared = document.ngrams_that_share_a_bucket
    text += "\(Format.count(shared)) \(shared == 1 ? "shares" : "share") a bucket with another\n"
    for (name, ngrams) in [("up", document.up), ("down", document.down)] where !ngrams.isEmpty {
      text += "\n" + table(name, ngrams)
    }
    return text
  }

  private static func table(_ name: String, _ ngrams: [Explanation.NGram]) -> String {
    let hasParts = ngrams.allSatisfy { $0.by_log_ratio != nil && $0.by_regression != nil }
    let hasLogRatios = ngrams.allSatisfy { $0.log_ratio != nil }
    var table = TextTable(
      header: [name, "contribution"] + (hasParts ? ["by log-ratio", "by regression"] : [])
        + ["count"] + (hasLogRatios ? ["log-ratio"] : []) + ["in target", "in pool"])
    for ngram in ngrams {
      var cells = [signed(ngram.contribution)]
      if hasParts { cells += [ngram.by_log_ratio, ngram.by_regression].map { signed($0 ?? 0) } }
      cells.append(Format.count(ngram.count))
      if hasLogRatios { cells.append(signed(ngram.log_ratio ?? 0)) }
      cells += [Format.count(ngram.target_count), Format.count(ngram.pool_count)]
      table.add(shown(ngram.ngram), cells, note: shared(ngram.shares_bucket_with))
    }
    return table.text
  }

  private static func shared(_ others: [String]) -> String {
    guard !others.isEmpty else { return "" }
    let names = others.prefix(3).map { "'\(shown($0))'" }.joined(separator: ", ")
    let more = others.count > 3 ? " and \(others.count - 3) more" : ""
    return "  shares its bucket with \(names)\(more)"
  }

  // MARK: The target

  private static func text(
    _ target: Explanation.Target, _ explanation: Explanation
  ) -> String {
    var text =
      "Contributions of the target's "
      + "\(Format.count(explanation.target_model.features, "n-gram")) to their mean "
    text +=
      explanation.settings.estimator == "logistic" ? "regression weight\n" : "log-ratio\n"
    for (name, buckets) in [("up", target.up), ("down", target.down)] where !buckets.isEmpty {
      let hasLogRatios = buckets.allSatisfy { $0.log_ratio != nil }
      let hasWeights = buckets.allSatisfy { $0.regression_weight != nil }
      var table = TextTable(
        header: [name, "contribution"] + (hasLogRatios ? ["log-ratio"] : [])
          + (hasWeights ? ["regression"] : []) + ["in target", "in pool"])
      for bucket in buckets {
        var cells = [signed(bucket.contribution, digits: 5)]
        if hasLogRatios { cells.append(signed(bucket.log_ratio ?? 0)) }
        if hasWeights { cells.append(signed(bucket.regression_weight ?? 0)) }
        cells += [Format.count(bucket.target_count), Format.count(bucket.pool_count)]
        table.add(
          bucket.texts.first.map { shown($0.ngram) } ?? "(not in these documents)", cells,
          note: shared(bucket))
      }
      text += "\n" + table.text
    }
    return text
  }

  private static func shared(_ bucket: Explanation.Bucket) -> String {
    guard bucket.texts.count > 1 else { return "" }
    let others = bucket.texts.dropFirst().prefix(3)
    let names = others.map { "'\(shown($0.ngram))' (\(Format.count($0.count)))" }
      .joined(separator: ", ")
    let rest = bucket.texts.count - 1 - others.count + bucket.other_texts
    let more = rest > 0 ? " and \(Format.count(rest)) more" : ""
    return "  shares its bucket with \(names)\(more)"
  }

  // MARK: Buckets

  private static func text(_ buckets: Explanation.Buckets) -> String {
    let about = buckets.ngrams_is_least ? "at least" : "about"
    let ngrams = Format.count(Int(min(buckets.ngrams, 1e15)))
    let average = Format.decimal(buckets.ngrams_per_filled_bucket, digits: 2)
    var text = "Counts are those of buckets: \(Format.count(buckets.filled)) of "
    text +=
      "\(Format.count(buckets.count, "bucket")) are filled, with \(about) \(ngrams) different "
    text += "n-grams, \(average) in each on average.\n"
    if buckets.ngrams > Double(buckets.count) {
      text +=
        "There are more n-grams than buckets: counts and log-ratios are those of several n-grams "
      text += "together. Models with more --buckets tell them apart.\n"
    }
    return text
  }

  private static func signed(_ value: Double, digits: Int = 4) -> String {
    (value > 0 ? "+" : "") + Format.decimal(value, digits: digits)
  }

  private static func shown(_ ngram: String) -> String {
    let text = ErrorMessage.printable(ngram, keepsLines: false)
    return text.count > widest ? text.prefix(widest - 1) + "…" : text
  }
}
