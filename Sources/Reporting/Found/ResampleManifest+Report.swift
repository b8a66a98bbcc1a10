internal import Files
package import Pipeline

extension ResampleManifest: Report {
  package var sections: [ReportSection] {
    let isOfSet = settings.objective.name == "set"
    // Some draws by fields don't count tokens.
    let words =
      selected.tokens > 0
      ? "\(Format.tokens(selected.tokens, field: settings.tokensField)), " : ""
    var line =
      "selected \(Format.count(selected.documents)) of \(Format.count(documents, "document")): "
      + "\(words)\(Format.bytes(selected.bytes))"
    if epochs.count > 1 { line += " in \(Format.count(epochs.count, "epoch"))" }
    let others = [nearDuplicates?.summary(isOfSet: isOfSet), remainder?.summary]
    return [
      .lines(
        [line] + (excluded?.summary(isOfSet: isOfSet) ?? []) + others.compactMap { $0 })
    ]
  }

  package var details: [String] {
    var lines = [settings.objective.summary(candidateCount: selected.candidates)].compactMap { $0 }
    let outside = outsideBetween.map { "; \(Format.count($0)) outside --between" } ?? ""
    lines.append(Format.count(eligibleDocuments, "eligible document") + outside)
    lines += settings.objective.figures(
      effectiveSampleSize: effectiveSampleSize, overlap: overlapWithTopK, correlation: nil)
    lines.append("took \(Format.decimal(timings.totalSeconds, digits: 2)) s")
    return lines
  }

  package var warnings: [String] {
    let warnings =
      inputWarnings + missingWarnings + InputWarnings.missingDomain(missingDomainField)
      + (excluded?.warnings ?? [])
    // The choice of all documents has said what it lacks: these are some of them.
    guard chosen != true else { return warnings }
    return warnings + drawWarnings
      + DrawWarnings.shortfalls(
        parts ?? [], unit: selected.shortfallUnit,
        // Sets of candidates can't be filled.
        canFill: settings.fill == false && !(isOfCandidates && settings.objective.name == "set"),
        isOfCandidates: isOfCandidates)
      + ShortDocuments(
        documents: documents, short: underMinTokens, minimum: settings.minTokens,
        long: overMaxTokens, maximum: settings.maxTokens,
        isAllSelected: selected.allEligible, isOfCandidates: isOfCandidates
      ).warnings + underWeightWarnings + outsideWarnings
  }

  private var outsideWarnings: [String] {
    guard selected.allEligible, let outsideBetween, outsideBetween > 0 else { return [] }
    let isOne = outsideBetween == 1
    return [
      "\(Format.count(outsideBetween, "document")) \(isOne ? "has a number" : "have numbers") outside "
        + "--between and can't be selected. To include \(isOne ? "it" : "them"), widen the range."
    ]
  }

  private var underWeightWarnings: [String] {
    guard selected.mayLackDocuments else { return [] }
    return DrawWarnings.underWeight(
      underMinWeight, of: eligibleDocuments, minimum: settings.minWeight,
      quantile: settings.minQuantile, isOfCandidates: isOfCandidates)
  }

  private var isOfCandidates: Bool { settings.source == "candidates" }

  /// The pool itself is read only if its lines have the weights.
  private var inputWarnings: [String] {
    guard let inputs else {
      return InputWarnings.skipped(
        pool.map { ($0.path, $0.skippedLines ?? [:]) }, role: "pool")
        + InputWarnings.empty(
          pool.filter { $0.documents == 0 && $0.skippedLines == nil }.map(\.path))
    }
    return InputWarnings.all(inputs, role: "weights")
  }

  private var missingWarnings: [String] {
    var warnings: [String] = []
    if let missingDocuments, missingDocuments > 0 {
      warnings.append(
        "candidates are missing: the pool's model counted "
          + "\(Format.count(missingDocuments, "more document")) than the candidates come from.")
    }
    if let uncountedDocuments, uncountedDocuments > 0 {
      warnings.append(DrawWarnings.uncounted(uncountedDocuments))
    }
    let without = pool.filter { $0.weights == 0 }.map(\.path)
    if !settings.allowMissing {
      // Any other file without weights is an error before this point.
      warnings += InputWarnings.empty(without)
    } else if let files = Format.files(without) {
      warnings.append("no weights belong to \(files).")
    }
    return warnings
  }

  private var drawWarnings: [String] {
    if selected.allEligible {
      return [
        DrawWarnings.exhausted(
          selected, excluded, nearDuplicates, underWeight: underMinWeight, verb: "drawn",
          isOfCandidates: isOfCandidates)
      ]
    }
    // All candidates may come from files that weren't named.
    guard selected.documents == 0, !isOfCandidates else { return [] }
    return [DrawWarnings.nothingFits(verb: "drawn")]
  }
}
