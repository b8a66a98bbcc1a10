package import Pipeline

extension Explanation: Report {
  package var warnings: [String] {
    var warnings = InputWarnings.skipped(
      (skippedFiles ?? []).map { ($0.path, $0.skippedLines) }, role: "files")
    if moreDocuments == true {
      warnings.append(
        "there are more than \(ExplainSettings.documentLimit) documents, and the first "
          + "\(ExplainSettings.documentLimit) are explained. Choose one with --line, or some with "
          + "'head' or 'jq'.")
    }
    return warnings
  }

  package var sections: [ReportSection] {
    (documents ?? []).flatMap(\.sections) + targetSections + [.lines(buckets.lines)]
  }

  // MARK: The target

  private var targetSections: [ReportSection] {
    guard let target else { return [] }
    let value = settings.estimator == "logistic" ? "regression weight" : "log-ratio"
    var sections = [
      ReportSection.lines([
        "Contributions of the target's \(Format.count(targetModel.features, "n-gram")) to their "
          + "mean \(value)"
      ])
    ]
    for (name, buckets) in [("up", target.up), ("down", target.down)] where !buckets.isEmpty {
      sections.append(.table(Self.table(name, buckets)))
    }
    return sections
  }

  private static func table(_ name: String, _ buckets: [Bucket]) -> ReportTable {
    let hasLogRatios = buckets.allSatisfy { $0.logRatio != nil }
    let hasWeights = buckets.allSatisfy { $0.regressionWeight != nil }
    var table = ReportTable(
      header: [name, "contribution"] + (hasLogRatios ? ["log-ratio"] : [])
        + (hasWeights ? ["regression"] : []) + ["in target", "in pool"])
    for bucket in buckets {
      var cells = [Format.signed(bucket.contribution, digits: 5)]
      if hasLogRatios { cells.append(Format.signed(bucket.logRatio ?? 0)) }
      if hasWeights { cells.append(Format.signed(bucket.regressionWeight ?? 0)) }
      cells += [Format.count(bucket.targetCount), Format.count(bucket.poolCount)]
      table.add(
        bucket.texts.first.map { $0.ngram.cut } ?? "(not in these documents)", cells,
        remark: bucket.remark)
    }
    return table
  }
}

extension Explanation.Document {
  fileprivate var sections: [ReportSection] {
    var sum: [String] = []
    if let byLogRatio { sum.append("log-ratios \(Format.decimal(byLogRatio))") }
    if let byRegression { sum.append("regression \(Format.decimal(byRegression))") }
    if let bias { sum.append("bias \(Format.decimal(bias))") }
    let shared = ngramsThatShareABucket
    var sections = [
      ReportSection.lines([
        "\(file):\(line): log weight \(Format.decimal(logWeight)) = "
          + sum.joined(separator: " + "),
        "\(Format.count(tokens, "token")), \(Format.count(features, "feature")), "
          + "\(Format.count(differentNgrams, "different n-gram")); \(Format.count(shared)) of "
          + "these \(shared == 1 ? "shares" : "share") a bucket with another",
      ])
    ]
    for (name, ngrams) in [("up", up), ("down", down)] where !ngrams.isEmpty {
      sections.append(.table(Self.table(name, ngrams)))
    }
    return sections
  }

  private static func table(_ name: String, _ ngrams: [Explanation.NGram]) -> ReportTable {
    let hasParts = ngrams.allSatisfy { $0.byLogRatio != nil && $0.byRegression != nil }
    let hasLogRatios = ngrams.allSatisfy { $0.logRatio != nil }
    var table = ReportTable(
      header: [name, "contribution"] + (hasParts ? ["by log-ratio", "by regression"] : [])
        + ["count"] + (hasLogRatios ? ["log-ratio"] : []) + ["in target", "in pool"])
    for ngram in ngrams {
      var cells = [Format.signed(ngram.contribution)]
      if hasParts {
        cells += [ngram.byLogRatio, ngram.byRegression].map { Format.signed($0 ?? 0) }
      }
      cells.append(Format.count(ngram.count))
      if hasLogRatios { cells.append(Format.signed(ngram.logRatio ?? 0)) }
      cells += [Format.count(ngram.targetCount), Format.count(ngram.poolCount)]
      table.add(ngram.ngram.cut, cells, remark: ngram.remark)
    }
    return table
  }
}

extension Explanation.NGram {
  fileprivate var remark: String? {
    guard !sharesBucketWith.isEmpty else { return nil }
    let names = sharesBucketWith.prefix(3).map { "'\($0.cut)'" }.joined(separator: ", ")
    let more = sharesBucketWith.count > 3 ? " and \(sharesBucketWith.count - 3) more" : ""
    return "shares its bucket with \(names)\(more)"
  }
}

extension Explanation.Bucket {
  fileprivate var remark: String? {
    guard texts.count > 1 else { return nil }
    let others = texts.dropFirst().prefix(3)
    let names = others.map { "'\($0.ngram.cut)' (\(Format.count($0.count)))" }
      .joined(separator: ", ")
    let rest = texts.count - 1 - others.count + otherTexts
    let more = rest > 0 ? " and \(Format.count(rest)) more" : ""
    return "shares its bucket with \(names)\(more)"
  }
}

extension Explanation.Buckets {
  fileprivate var lines: [String] {
    let about = ngramsIsLeast ? "at least" : "about"
    var lines = [
      "Counts are per bucket: \(Format.count(filled)) of \(Format.count(count, "bucket")) are "
        + "filled, with \(about) \(Format.count(Int(min(ngrams, 1e15)))) different n-grams, "
        + "\(Format.decimal(ngramsPerFilledBucket, digits: 2)) in each on average."
    ]
    if ngrams > Double(count) {
      lines.append(
        "There are more n-grams than buckets, so counts and log-ratios mix several n-grams. Models "
          + "with more --buckets separate them.")
    }
    return lines
  }
}

extension String {
  /// An n-gram as tables show it: printable, and cut off at 40 characters.
  fileprivate var cut: String {
    let widest = 40
    let text = PrintableText.of(self, keepsLines: false)
    return text.count > widest ? text.prefix(widest - 1) + "…" : text
  }
}
