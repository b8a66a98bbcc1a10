package import Pipeline
internal import Weighting

extension SelectManifest: Report {
  package var warnings: [String] {
    let targetInputs = targetSides.map(\.inputs)
    var warnings =
      targetInputs.flatMap { InputWarnings.skipped($0, role: "target") }
      + InputWarnings.skipped(pool.inputs, role: "pool")
      + InputWarnings.odd(targetInputs.flatMap { $0 } + pool.inputs)
      + targetInputs.flatMap { InputWarnings.repeatedContent($0) }
      + InputWarnings.repeatedContent(pool.inputs)
    warnings += excluded?.warnings ?? []
    if selected.allEligible {
      let advice =
        underMinTokens + (overMaxTokens ?? 0) + (underMinWeight ?? 0) == 0
        ? " Add shards to the pool." : ""
      warnings.append(
        DrawWarnings.exhausted(
          selected, excluded, nearDuplicates, underWeight: underMinWeight, verb: "selected")
          + advice)
    } else if selected.documents == 0 {
      warnings.append(DrawWarnings.nothingFits(verb: "selected"))
    }
    return warnings
      + DrawWarnings.shortfalls(
        parts ?? [], unit: selected.shortfallUnit, canFill: settings.fill == false)
  }

  package var closingWarnings: [String] {
    ShortDocuments(
      documents: pool.documents, short: underMinTokens, minimum: settings.minTokens,
      long: overMaxTokens, maximum: settings.maxTokens, isAllSelected: selected.allEligible
    ).warnings + underWeightWarnings
  }

  private var underWeightWarnings: [String] {
    guard selected.allEligible else { return [] }
    return DrawWarnings.underWeight(
      underMinWeight, of: eligibleDocuments, minimum: settings.minWeight)
  }

  package var sections: [ReportSection] {
    var lines = [
      "selected \(Format.count(selected.documents)) of "
        + "\(Format.count(pool.documents, "document")): \(Format.count(selected.tokens, "token")), "
        + "\(Format.bytes(selected.bytes))"
    ]
    if let line = settings.objective.summary(candidateCount: selected.candidates) {
      lines.append(line)
    }
    if let sizeSearch { lines.append(sizeSearch.summary) }
    if let line = targetDocuments { lines.append(line) }
    if let excluded {
      lines.append(excluded.summary(isOfSet: settings.objective.name == "set"))
    }
    if let nearDuplicates {
      lines.append(nearDuplicates.summary(isOfSet: settings.objective.name == "set"))
    }
    if let remainder { lines.append(remainder.summary) }
    lines += divergences
    lines.append(randomness)
    lines.append(speed)
    if let advice { lines.append("note: \(advice)") }
    return [.lines(lines)]
  }

  /// Number of selected documents that are already in the target.
  private var targetDocuments: String? {
    guard let count = selected.targetDocuments, count > 0 else { return nil }
    let about = selected.targetDocumentsIsEstimate == true ? "about " : ""
    let are = count == 1 ? "is also a document" : "are also documents"
    return "\(about)\(Format.count(count)) of them \(are) of the target"
  }

  /// One line for a single target, or one for each target.
  private var divergences: [String] {
    guard let targets else {
      return [
        Self.divergences(klTargetPool, klTargetRandom, klTargetSelected, klReduction)
      ].compactMap { $0 }
    }
    return targets.map { target in
      let line =
        "\(target.name ?? "target"): \(Format.count(target.documents, "document")), "
        + "effective sample size \(Format.significant(target.effectiveSampleSize))"
      let divergences = Self.divergences(
        target.klTargetPool, target.klTargetRandom, target.klTargetSelected, target.klReduction)
      return divergences.map { "\(line); \($0)" } ?? line
    }
  }

  private static func divergences(
    _ pool: Double?, _ random: Double?, _ selected: Double?, _ reduction: Double?
  ) -> String? {
    guard let pool else { return nil }
    var line = "KL(target || pool) \(Format.decimal(pool))"
    if let random { line += ", random \(Format.decimal(random))" }
    if let selected { line += ", selected \(Format.decimal(selected))" }
    if let reduction { line += ": reduced by \(Format.decimal(reduction)) nats" }
    return line
  }

  private var randomness: String {
    var eligible =
      "\(Format.count(eligibleDocuments, "eligible document")) "
      + "(\(Format.count(underMinTokens)) under --min-tokens"
    if let overMaxTokens { eligible += ", \(Format.count(overMaxTokens)) over --max-tokens" }
    if let underMinWeight { eligible += ", \(Format.count(underMinWeight)) under --min-weight" }
    if settings.mixture != nil {
      eligible += ", \(Format.count(outsideMixture ?? 0)) outside --mixture"
    }
    eligible += ")"
    var line =
      effectiveSampleSize.map {
        "effective sample size \(Format.significant($0)) of \(eligible)"
      } ?? eligible
    if let overlapWithTopK { line += ", overlap with top-k \(Format.percent(overlapWithTopK))" }
    if let weightLengthCorrelation {
      line +=
        ", correlation of weight with length \(Format.decimal(weightLengthCorrelation, digits: 2))"
    }
    return line
  }

  private var speed: String {
    let bytes = pool.inputs.reduce(0) { $0 + $1.textBytes }
    return "pool of \(Format.bytes(bytes)) in " + timings.speed(byteCount: bytes)
  }

  // MARK: Advice

  /// The most important finding about the draw, with the option that helps.
  private var advice: String? {
    if let advice = sizeSearch?.advice { return advice }
    let unseenShare = unseenShare ?? targets?.map(\.unseenShare).max() ?? 0
    if settings.compat == nil, settings.estimator == Estimator.ratio.rawValue,
      unseenShare > Self.largestUnseenShare
    {
      return
        "the target is small for this number of buckets. It has no n-gram in the buckets of "
        + "\(Format.percent(unseenShare, digits: 0)) of the pool's n-grams, so chance decides "
        + "their weights. Use a larger target, --estimator blend, or fewer --buckets."
    }
    if let tokens = targetSides.map(\.tokens).min(), tokens < Self.smallestTarget {
      return
        "the target has \(Format.count(tokens, "token")), too few to show what is typical of it. "
        + "Use a larger target."
    }
    if settings.objective.name == "weight", !settings.topK, selected.documents > 1,
      selected.documents + selected.droppedCopies < eligibleDocuments,
      let overlapWithTopK, overlapWithTopK > Self.largestOverlap
    {
      return
        "this draw is top-k in practice, because the weights differ by more than the noise. For a "
        + "random draw, use --temperature auto, or a --temperature above \(settings.temperature)."
    }
    return nil
  }

  /// Above this share of the pool's n-grams in buckets that the target doesn't use, a note follows.
  private static let largestUnseenShare = 0.05
  /// Below this number of tokens in a target, a note follows.
  private static let smallestTarget = 10_000
  /// Above this overlap with top-k, a note follows.
  private static let largestOverlap = 0.95
}
