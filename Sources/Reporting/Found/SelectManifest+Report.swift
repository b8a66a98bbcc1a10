package import Pipeline
internal import Weighting

extension SelectManifest: Report {
  package var warnings: [String] {
    let targetInputs = targetSides.map(\.inputs)
    var warnings =
      targetInputs.flatMap { InputWarnings.skipped($0, role: "target") }
      + InputWarnings.skipped(pool.inputs, role: "pool")
      + targetSides.flatMap { InputWarnings.missingFields($0.missingFields, role: "target") }
      + InputWarnings.missingFields(pool.missingFields, role: "pool")
      + InputWarnings.missingDomain(missingDomainField)
      + InputWarnings.odd(targetInputs.flatMap { $0 } + pool.inputs)
      + targetInputs.flatMap { InputWarnings.repeatedContent($0) }
      + InputWarnings.repeatedContent(pool.inputs)
    warnings += excluded?.warnings ?? []
    let outside = outsideMixture ?? 0
    if selected.allEligible {
      var advice =
        underMinTokens + (overMaxTokens ?? 0) + (underMinWeight ?? 0) == 0
        ? " Add shards to the pool." : ""
      if outside > 0 {
        advice =
          " \(Format.count(outside, "document")) \(outside == 1 ? "has a value" : "have values") that "
          + "--mixture gives no share: give \(outside == 1 ? "it" : "them") one, or add shards."
      }
      warnings.append(
        DrawWarnings.exhausted(
          selected, excluded, nearDuplicates, underWeight: underMinWeight, verb: "selected")
          + advice)
    } else if selected.documents == 0 {
      warnings.append(DrawWarnings.nothingFits(verb: "selected"))
    }
    warnings += DrawWarnings.shortfalls(
      parts ?? [], unit: selected.shortfallUnit, canFill: settings.fill == false)
    warnings +=
      ShortDocuments(
        documents: pool.documents, short: underMinTokens, minimum: settings.minTokens,
        long: overMaxTokens, maximum: settings.maxTokens,
        // Where other limits leave documents out, these may well not be the short ones.
        isAllSelected: selected.allEligible && outside + (underMinWeight ?? 0) == 0
      ).warnings
    return warnings + underWeightWarnings
  }

  private var underWeightWarnings: [String] {
    guard selected.mayLackDocuments else { return [] }
    return DrawWarnings.underWeight(
      underMinWeight, of: eligibleDocuments, minimum: settings.minWeight,
      quantile: settings.minQuantile)
  }

  /// What was selected, how near it is to the target, what was left out on request, and the speed.
  package var sections: [ReportSection] {
    let isOfSet = settings.objective.name == "set"
    let bytes = pool.inputs.reduce(0) { $0 + $1.textBytes }
    let selection =
      "selected \(Format.count(selected.documents)) of "
      + "\(Format.count(pool.documents, "document")): "
      + "\(Format.tokens(selected.tokens, field: settings.tokensField)), "
      + "\(Format.bytes(selected.bytes))"
    var lines = [selection] + nearnesses + (sizeSearch?.summary ?? [])
    lines += [mixtureEstimate?.summary].compactMap { $0 }
    lines += [targetDocuments].compactMap { $0 }
    lines += excluded?.summary(isOfSet: isOfSet) ?? []
    lines += [nearDuplicates?.summary(isOfSet: isOfSet), remainder?.summary].compactMap { $0 }
    return [.lines(lines + [timings.reading(byteCount: bytes)])]
  }

  package var details: [String] {
    [settings.objective.summary(candidateCount: selected.candidates)].compactMap { $0 }
      + divergences + eligibility
      + settings.objective.figures(
        effectiveSampleSize: effectiveSampleSize, overlap: overlapWithTopK,
        correlation: weightLengthCorrelation)
  }

  package var remarks: [String] {
    (mixtureEstimate?.remarks ?? []) + [swap, advice].compactMap { $0 }
  }

  /// Number of selected documents that are already in the target.
  private var targetDocuments: String? {
    guard let count = selected.targetDocuments, count > 0 else { return nil }
    let about = selected.targetDocumentsIsEstimate == true ? "about " : ""
    let are = count == 1 ? "is also a document" : "are also documents"
    return "\(about)\(Format.count(count)) of them \(are) of the target"
  }

  /// One line for a single target, or one for each target.
  private var nearnesses: [String] {
    guard let targets else {
      return nearness.map { [Self.summary(nearness: $0, of: nil)] } ?? []
    }
    return targets.compactMap { target in
      target.nearness.map { Self.summary(nearness: $0, of: target.name) }
    }
  }

  /// - Parameter name: the target's, if there are several.
  private static func summary(nearness: Double, of name: String?) -> String {
    let share = min(100, Int((100 * nearness).rounded()))
    return "\(share) % of the way from the pool to \(name.map { "target \($0)" } ?? "the target")"
  }

  private var divergences: [String] {
    guard let targets else {
      return [Self.divergences(klTargetPool, klTargetRandom, klTargetSelected)].compactMap { $0 }
    }
    return targets.flatMap { target in
      let name = target.name ?? "target"
      return [
        Self.divergences(
          target.klTargetPool, target.klTargetRandom, target.klTargetSelected
        ).map { "\(name): \($0)" },
        "\(name): \(Format.count(target.documents, "document")), "
          + "effective sample size \(Format.significant(target.effectiveSampleSize))",
      ].compactMap { $0 }
    }
  }

  private static func divergences(
    _ pool: Double?, _ random: Double?, _ selected: Double?
  ) -> String? {
    guard let pool else { return nil }
    var line = "KL(target || …) in nats: pool \(Format.decimal(pool))"
    if let random { line += ", random \(Format.decimal(random))" }
    if let selected { line += ", selected \(Format.decimal(selected))" }
    return line
  }

  private var eligibility: [String] {
    let others = [
      (underMinTokens, "under --min-tokens"), (overMaxTokens ?? 0, "over --max-tokens"),
      (
        underMinWeight ?? 0,
        settings.minQuantile == nil ? "under --min-weight" : "under --min-quantile"
      ), (outsideMixture ?? 0, "outside --mixture"),
    ].filter { $0.0 > 0 }.map { "\(Format.count($0.0)) \($0.1)" }
    let rest = others.isEmpty ? "" : "; \(others.joined(separator: ", "))"
    return ["\(Format.count(eligibleDocuments, "eligible document"))\(rest)"]
  }

  // MARK: Advice

  /// Whether the target's files and the pool's may have been swapped: the target is far larger.
  private var swap: String? {
    let tokens = targetSides.reduce(0) { $0 + $1.tokens }
    // A part of the pool may have been fitted.
    let poolTokens =
      Double(pool.tokens) * Double(pool.documents) / Double(max(1, pool.fittedDocuments))
    guard poolTokens >= Self.smallestSwappedPool else { return nil }
    let ratio = (Double(tokens) / poolTokens).rounded()
    guard ratio >= Self.leastSwappedRatio else { return nil }
    return
      "the target has \(Format.count(Int(ratio))) times as many words as the pool, from which "
      + "documents are selected. Are --target and --pool swapped?"
  }

  /// A smaller pool is a trial. It is compared with any target, however large.
  private static let smallestSwappedPool = 100_000.0
  /// Where the two are swapped, this is rather a thousand.
  private static let leastSwappedRatio = 100.0

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
        "the target has \(Format.count(tokens, "word")), too few to show what is typical of it. "
        + "Use a larger target."
    }
    return nil
  }

  /// Above this share of the pool's n-grams in buckets that the target doesn't use, a note follows.
  private static let largestUnseenShare = 0.05
  /// Below this number of tokens in a target, a note follows.
  private static let smallestTarget = 10_000
}
