package import Pipeline

extension Explanation: Report {
  package var warnings: [String] {
    var warnings = InputWarnings.skipped(
      (skippedFiles ?? []).map { ($0.path, $0.skippedLines) }, role: "files")
    warnings += InputWarnings.missingFields(missingFields, role: "target and the pool")
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
    var sections = [
      ReportSection.lines([
        "Contributions of the target's \(Format.count(targetModel.features, "n-gram")) to their "
          + "mean \(target.meanTitle)"
      ])
    ]
    for (name, buckets) in [("up", target.up), ("down", target.down)] where !buckets.isEmpty {
      sections.append(.table(Self.table(name, buckets)))
    }
    return sections
  }

  private static func table(_ name: String, _ buckets: [LabelledRecord<Bucket>]) -> ReportTable {
    var table = ReportTable(
      header: [name, "contribution"] + buckets[0].bucketValues.map(\.label.title)
        + ["in target", "in pool"])
    for bucket in buckets {
      var cells = [Format.signed(bucket.contribution, digits: 5)]
      cells += bucket.bucketValues.map { Format.signed($0.value) }
      cells += [Format.count(bucket.targetCount), Format.count(bucket.poolCount)]
      table.add(
        bucket.texts.first.map { $0.ngram.cut } ?? "(not in these documents)", cells,
        remark: bucket.remark)
    }
    return table
  }
}

extension LabelledRecord<Explanation.Document> {
  fileprivate var sections: [ReportSection] {
    let sum = contributions.map { "\($0.label.title) \(Format.decimal($0.value))" }
    let document = record
    let shared = document.ngramsThatShareABucket
    var sections = [
      ReportSection.lines([
        "\(document.file):\(document.line): log weight "
          + "\(Format.decimal(document.logWeight)) = "
          + sum.joined(separator: " + "),
        "\(Format.count(document.tokens, "word")), \(Format.count(document.features, "feature")), "
          + "\(Format.count(document.differentNgrams, "different n-gram")); \(Format.count(shared)) of "
          + "these \(shared == 1 ? "shares" : "share") a bucket with another",
      ])
    ]
    for (name, ngrams) in [("up", document.up), ("down", document.down)] where !ngrams.isEmpty {
      sections.append(.table(Self.table(name, ngrams)))
    }
    return sections
  }

  private static func table(
    _ name: String, _ ngrams: [LabelledRecord<Explanation.NGram>]
  ) -> ReportTable {
    // With one component, its part is the contribution itself.
    let showsParts = ngrams.allSatisfy { $0.contributions.count > 1 }
    let parts = showsParts ? ngrams[0].contributions : []
    var table = ReportTable(
      header: [name, "contribution"] + parts.map(\.label.title) + ["count"]
        + ngrams[0].bucketValues.map(\.label.title) + ["in target", "in pool"])
    for ngram in ngrams {
      var cells = [Format.signed(ngram.contribution)]
      if showsParts { cells += ngram.contributions.map { Format.signed($0.value) } }
      cells.append(Format.count(ngram.count))
      cells += ngram.bucketValues.map { Format.signed($0.value) }
      cells += [Format.count(ngram.targetCount), Format.count(ngram.poolCount)]
      table.add(ngram.ngram.cut, cells, remark: ngram.remark)
    }
    return table
  }
}

extension LabelledRecord<Explanation.NGram> {
  fileprivate var remark: String? {
    guard !record.sharesBucketWith.isEmpty else { return nil }
    let names = record.sharesBucketWith.prefix(3).map { "'\($0.cut)'" }.joined(separator: ", ")
    let more =
      record.sharesBucketWith.count > 3 ? " and \(record.sharesBucketWith.count - 3) more" : ""
    return "shares its bucket with \(names)\(more)"
  }
}

extension LabelledRecord<Explanation.Bucket> {
  fileprivate var remark: String? {
    guard record.texts.count > 1 else { return nil }
    let others = record.texts.dropFirst().prefix(3)
    let names = others.map { "'\($0.ngram.cut)' (\(Format.count($0.count)))" }
      .joined(separator: ", ")
    let rest = record.texts.count - 1 - others.count + record.otherTexts
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
