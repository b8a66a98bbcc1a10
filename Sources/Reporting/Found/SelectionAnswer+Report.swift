package import Pipeline

extension SelectionAnswer: Report {
  package var sections: [ReportSection] {
    documents.flatMap { [.lines(lines($0))] + Self.tables($0) }
  }

  private func lines(_ document: Document) -> [String] {
    let name = Self.name(document.id)
    let verdict = document.selected ? "selected" : "not selected: " + reason(document)
    var lines = ["\(document.file):\(document.line)\(name): \(verdict)"]
    if document.reason == .excluded, document.exclusion?.reached == false {
      lines.append("  It would not have been drawn anyway: its key is too small.")
    }
    for weight in document.weights { lines.append("  " + words(weight)) }
    for part in document.parts { lines.append("  " + Self.words(part)) }
    if let tokens = document.tokens, document.reason != .underMinTokens {
      lines.append("  \(Format.count(tokens, "word"))")
    }
    return lines
  }

  private func reason(_ document: Document) -> String {
    switch document.reason {
    case .selected: return ""
    case .invalidLine: return "the line is no document (\(document.invalid ?? ""))"
    case .underMinTokens:
      return "it has \(Format.count(document.tokens ?? 0, "word")), and --min-tokens is "
        + Format.count(draw.minTokens)
    case .overMaxTokens:
      return "it has \(Format.count(document.tokens ?? 0, "word")), and --max-tokens is "
        + Format.count(draw.maxTokens ?? 0)
    case .outsideMixture:
      return "its stratum '\((document.stratum ?? "").cut(to: 40))' is not drawn from"
    case .underMinWeight:
      return "its log weight is below --min-weight \(Format.decimal(draw.minWeight ?? 0))"
    case .underMinQuantile:
      let weights = (draw.quantileWeights ?? []).map { Format.decimal($0) }
      return "its log weight is below that of --min-quantile "
        + "\(draw.minQuantile ?? 0), which is \(weights.joined(separator: " and "))"
    case .excluded:
      guard let exclusion = document.exclusion, let file = exclusion.evaluationFile else {
        return "its text is one of the target's own"
      }
      return "it shares an n-gram with \(file):\(exclusion.evaluationLine ?? 0): "
        + "'\((exclusion.ngram ?? "").cut(to: 240))'"
    case .copy: return "its text is that of \(Self.place(document.copyOf)), which was selected"
    case .nearDuplicate:
      let similarity = document.nearDuplicateOf?.similarity ?? 0
      return "it is similar to \(Self.place(document.nearDuplicateOf)), which was taken before "
        + "it (similarity \(Format.decimal(similarity, digits: 2)))"
    case .noCandidate: return "its key is too small for a candidate of the set"
    case .notInSet: return "it was a candidate, but others made a better set"
    case .belowCut: return "its key is too small"
    }
  }

  private static func place(_ other: Other?) -> String {
    guard let other else { return "another document" }
    let line = other.line.map { ":\($0)" } ?? ""
    return other.file + line + name(other.id)
  }

  /// An id, which may be a whole address.
  private static func name(_ id: String?) -> String { id.map { " (\($0.cut(to: 120)))" } ?? "" }

  private func words(_ weight: Weight) -> String {
    let target = weight.target.map { " for \($0)" } ?? ""
    let begin = "log weight\(target) \(Format.decimal(weight.logWeight))"
    guard let rank = weight.rank else { return begin }
    return "\(begin): \(Format.ordinal(rank)) of "
      + Format.count(draw.eligibleDocuments, "eligible document")
  }

  private static func words(_ part: Part) -> String {
    var name = ["drawn by \(part.by)"]
    if part.by == "set" { name = ["in the set"] }
    if part.by == "random" { name = ["drawn at random"] }
    if !part.selected { name[0] = "not \(name[0])" }
    if let target = part.target { name.append("for \(target)") }
    if let stratum = part.stratum { name.append("in '\(stratum.cut(to: 40))'") }
    var words = "\(name.joined(separator: " ")): key \(Format.decimal(part.key))"
    if let rank = part.keyRank {
      words += ", \(Format.ordinal(rank)) of \(Format.count(part.keyCount))"
    }
    if let threshold = part.thresholdKey, let cut = part.cut {
      let last = part.candidates == nil ? "last one drawn" : "last candidate"
      words += "; the \(last) has \(Format.decimal(threshold)) and is \(Format.ordinal(cut))"
    } else {
      words += "; it drew nothing"
    }
    if let candidates = part.candidates {
      words +=
        "; \(Format.count(part.documents)) of \(Format.count(candidates.count, "candidate")) are in "
        + "the set"
    }
    return words
  }

  private static func tables(_ document: Document) -> [ReportSection] {
    document.weights.flatMap { weight in
      [("up", weight.up), ("down", weight.down)].compactMap { name, ngrams in
        ngrams.isEmpty ? nil : table(name + (weight.target.map { " (\($0))" } ?? ""), ngrams)
      }
    }
  }

  private static func table(_ name: String, _ ngrams: [NGram]) -> ReportSection {
    var table = ReportTable(header: [name, "contribution", "count"])
    for ngram in ngrams {
      let text = PrintableText.of(ngram.ngram)
      table.add(
        text.count > 40 ? text.prefix(39) + "…" : text,
        [Format.signed(ngram.contribution), Format.count(ngram.count)])
    }
    return .table(table)
  }
}
