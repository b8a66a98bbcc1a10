internal import Pipeline

/// Lines that several reports share.
extension RemainderRecord {
  var summary: String {
    "left \(Format.count(documents, "document")): \(Format.bytes(bytes))"
  }
}

extension ExclusionRecord {
  /// - Parameter isOfSet: whether the documents would have been candidates for a set.
  func summary(isOfSet: Bool) -> [String] {
    let fate = !isOfSet ? "drawn" : documents == 1 ? "a candidate" : "candidates"
    var lines = ["excluded \(Format.count(documents, "document")) that would have been \(fate)"]
    if let targetTexts, targetTexts > 0, ngram != nil {
      lines.append(
        "\(Format.count(targetTexts)) of these \(targetTexts == 1 ? "is a text" : "are texts") of the target"
      )
    }
    if copies > 0 { lines.append("excluded \(Format.count(copies, "exact duplicate")) of these") }
    return lines
  }

  /// Warnings about evaluation documents.
  var warnings: [String] {
    let files = files ?? []
    var warnings =
      InputWarnings.skipped(files.map { ($0.path, $0.skippedLines ?? [:]) }, role: "evaluation set")
      + InputWarnings.empty(
        files.filter { $0.documents == 0 && $0.skippedLines == nil }.map(\.path))
    if let shortDocuments, shortDocuments > 0, let leastTokens {
      warnings.append(
        "\(Format.count(shortDocuments, "evaluation document")) "
          + "\(shortDocuments == 1 ? "has" : "have") fewer than "
          + "\(Format.count(leastTokens, "word")), and \(shortDocuments == 1 ? "is" : "are") not "
          + "looked for.")
    }
    return warnings
  }
}

extension NearDuplicateRecord {
  /// - Parameter isOfSet: whether the others became candidates for a set.
  func summary(isOfSet: Bool) -> String {
    "left out \(Format.count(documents, "near-duplicate")) of "
      + (isOfSet ? "candidates" : "selected documents") + ": at least \(similarity) similar"
  }
}

extension RunTimings {
  /// `read 2.19 MB in 1.23 s: 2 MB/s with 2 threads`, of the text of the pool.
  func reading(byteCount: Int) -> String {
    "read \(Format.bytes(byteCount)) in \(speed(byteCount: byteCount))"
  }

  /// `1.23 s: 430 MB/s with 2 threads`.
  func speed(byteCount: Int) -> String {
    "\(Format.decimal(totalSeconds, digits: 2)) s: "
      + "\(Format.rate(byteCount: byteCount, seconds: totalSeconds)) "
      + "with \(Format.count(threads, "thread"))"
  }
}

extension ObjectiveRecord {
  /// How a set was chosen; nil for a draw by weight.
  func summary(candidateCount: Int?) -> String? {
    guard let purity else { return nil }
    let count = candidateCount ?? 0
    let among =
      count > 0 ? " among the \(Format.count(count, "document")) with the largest keys" : ""
    let completing = base.map { ", to complete \($0)" } ?? ""
    return "chosen as a set\(among), with purity \(purity)\(completing)"
  }

  /// How random a draw by weight was, or what a set has besides the largest weights.
  ///
  /// A set isn't drawn, so it has no effective sample size.
  func figures(effectiveSampleSize: Double?, overlap: Double?, correlation: Double?) -> [String] {
    guard purity == nil else {
      return overlap.map {
        [
          "\(Format.percent($0)) of the set are among as many documents with the largest weights"
        ]
      } ?? []
    }
    return [
      effectiveSampleSize.map { "effective sample size \(Format.significant($0))" },
      overlap.map { "overlap with top-k \(Format.percent($0))" },
      correlation.map { "correlation of weight with length \(Format.decimal($0, digits: 2))" },
    ].compactMap { $0 }
  }
}
