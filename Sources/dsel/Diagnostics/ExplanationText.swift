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

  private static func text(
    _ document: LabelledRecord<Explanation.Document>
  ) -> String {
    let sum = document.contributions.map { "\($0.label.title) \(Format.decimal($0.value))" }
    var text = "\(ErrorMessage.printable(document.file, keepsLines: false)):\(document.line): "
    text += "log weight \(Format.decimal(document.logWeight)) = \(sum.joined(separator: " + "))\n"
    text +=
      "\(Format.count(document.tokens, "token")), \(Format.count(document.features, "feature")), "
    text += "\(Format.count(document.differentNgrams, "different n-gram")), of which "
    let shared = document.ngramsThatShareABucket
    text += "\(Format.count(shared)) \(shared == 1 ? "shares" : "share") a bucket with another\n"
    for (name, ngrams) in [("up", document.up), ("down", document.down)] where !ngrams.isEmpty {
      text += "\n" + table(name, ngrams)
    }
    return text
  }

  private static func table(
    _ name: String, _ ngrams: [LabelledRecord<Explanation.NGram>]
  ) -> String {
    // One component's part is the contribution itself.
    let showsParts = ngrams.allSatisfy { $0.contributions.count > 1 }
    let parts = showsParts ? ngrams.first?.contributions ?? [] : []
    var table = TextTable(
      header: [name, "contribution"] + parts.map(\.label.title) + ["count"]
        + (ngrams.first?.bucketValues ?? []).map(\.label.title) + ["in target", "in pool"])
    for ngram in ngrams {
      var cells = [signed(ngram.contribution)]
      if showsParts { cells += ngram.contributions.map { signed($0.value) } }
      cells.append(Format.count(ngram.count))
      cells += ngram.bucketValues.map { signed($0.value) }
      cells += [Format.count(ngram.targetCount), Format.count(ngram.poolCount)]
      table.add(shown(ngram.ngram), cells, note: shared(ngram.sharesBucketWith))
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
      + "\(Format.count(explanation.targetModel.features, "n-gram")) to their mean "
    text += "\(target.meanTitle)\n"
    for (name, buckets) in [("up", target.up), ("down", target.down)] where !buckets.isEmpty {
      var table = TextTable(
        header: [name, "contribution"] + buckets[0].bucketValues.map(\.label.title)
          + ["in target", "in pool"])
      for bucket in buckets {
        var cells = [signed(bucket.contribution, digits: 5)]
        cells += bucket.bucketValues.map { signed($0.value) }
        cells += [Format.count(bucket.targetCount), Format.count(bucket.poolCount)]
        table.add(
          bucket.texts.first.map { shown($0.ngram) } ?? "(not in these documents)", cells,
          note: shared(bucket))
      }
      text += "\n" + table.text
    }
    return text
  }

  private static func shared(_ bucket: LabelledRecord<Explanation.Bucket>) -> String {
    guard bucket.texts.count > 1 else { return "" }
    let others = bucket.texts.dropFirst().prefix(3)
    let names = others.map { "'\(shown($0.ngram))' (\(Format.count($0.count)))" }
      .joined(separator: ", ")
    let rest = bucket.texts.count - 1 - others.count + bucket.otherTexts
    let more = rest > 0 ? " and \(Format.count(rest)) more" : ""
    return "  shares its bucket with \(names)\(more)"
  }

  // MARK: Buckets

  private static func text(_ buckets: Explanation.Buckets) -> String {
    let about = buckets.ngramsIsLeast ? "at least" : "about"
    let ngrams = Format.count(Int(min(buckets.ngrams, 1e15)))
    let average = Format.decimal(buckets.ngramsPerFilledBucket, digits: 2)
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
