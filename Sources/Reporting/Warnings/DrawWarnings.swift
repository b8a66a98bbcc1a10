internal import Pipeline

/// Warnings about a draw that differs from the requested one.
enum DrawWarnings {
  /// All eligible documents were drawn, and they are fewer than requested.
  ///
  /// - Parameters:
  ///   - underWeight: the number of eligible documents with too small a weight.
  ///   - isOfCandidates: whether some of the drawn documents may be in files that aren't read.
  static func exhausted(
    _ selected: SelectionRecord, _ excluded: ExclusionRecord?,
    _ nearDuplicates: NearDuplicateRecord?, underWeight: Int?, verb: String,
    isOfCandidates: Bool = false
  ) -> String {
    let isOne = selected.documents <= 1 && !isOfCandidates
    var others: [String] = []
    if (excluded?.documents ?? 0) > 0 { others.append("\(isOne ? "is" : "are") not excluded") }
    if (nearDuplicates?.documents ?? 0) > 0 {
      others.append(isOne ? "is no near-duplicate" : "are no near-duplicates")
    }
    if (underWeight ?? 0) > 0 { others.append("\(isOne ? "has" : "have") enough weight") }
    let clause = others.isEmpty ? "" : " that \(others.joined(separator: " and "))"
    let all =
      switch selected.documents {
      case _ where isOfCandidates:
        "all eligible documents\(clause) of the candidates' files were \(verb)"
      case 0: "the pool has no eligible document\(clause)"
      case 1: "the only eligible document\(clause) was \(verb)"
      default:
        "all \(Format.count(selected.documents, "eligible document"))\(clause) were \(verb)"
      }
    let copies = selected.droppedCopies
    let rest =
      copies == 0
      ? ""
      : " \(copies == 1 ? "1 copy" : "\(Format.count(copies)) copies") of \(isOne ? "it" : "them") "
        + "\(copies == 1 ? "was" : "were") left out."
    return
      "the selection is smaller than wanted: \(all), "
      + "\(Format.count(selected.shortfall, unit: selected.shortfallUnit)) short.\(rest)"
  }

  /// Documents weigh too little to be drawn, and the draw is short for that.
  ///
  /// - Parameter quantile: the least quantile; nil without such a limit.
  static func underWeight(
    _ count: Int?, of eligible: Int, minimum: Double?, quantile: Double?,
    isOfCandidates: Bool = false
  ) -> [String] {
    guard let count, count > 0 else { return [] }
    if let quantile {
      let isAlone = minimum == nil
      return [
        "\(Format.count(count)) of \(Format.count(eligible, "eligible document")) "
          + "\(count == 1 ? "has" : "have") a log weight below the quantile \(quantile)"
          + (isAlone ? "" : ", or below \(minimum ?? 0),")
          + " and can't be selected. To include \(count == 1 ? "it" : "them"), lower "
          + (isAlone ? "--min-quantile." : "--min-quantile and --min-weight.")
      ]
    }
    guard let minimum else { return [] }
    return [
      "\(Format.count(count)) of \(Format.count(eligible, "eligible document")) "
        + "\(count == 1 ? "has" : "have") a log weight below \(minimum) and can't be selected. To "
        + "include \(count == 1 ? "it" : "them"), \(isOfCandidates ? "weigh again with a lower" : "lower") "
        + "--min-weight."
    ]
  }

  /// Documents were weighed that the pool's model doesn't know.
  static func uncounted(_ count: Int) -> String {
    "the pool's model didn't count \(Format.count(count, "document")) of the candidates: it was "
      + "fitted to a part of the pool. Fit it to the whole pool, unless that was meant."
  }

  /// A budget in tokens or bytes is smaller than the first document.
  static func nothingFits(verb: String) -> String {
    "nothing was \(verb): the document with the largest key is larger than the whole budget. Raise "
      + "--tokens or --bytes."
  }

  /// The parts of a draw that got fewer documents than their budget.
  ///
  /// A budget of tokens or bytes is hardly ever used up. There, only what has no document at all is
  /// named: a stratum or a target, and not the small part of it that the regression draws.
  ///
  /// - Parameter isOfCandidates: whether other documents of the draw may be in other shards.
  static func shortfalls(
    _ parts: [PartRecord], unit: String, canFill: Bool, isOfCandidates: Bool = false
  ) -> [String] {
    func isShort(_ part: PartRecord) -> Bool {
      guard part.shortfall > 0 else { return false }
      if unit == "documents" { return true }
      guard !isOfCandidates, part.by != "logistic" else { return false }
      return !parts.contains {
        $0.documents > 0 && $0.epoch == part.epoch && $0.stratum == part.stratum
          && $0.target == part.target && ($0.by == part.by || $0.by == "logistic")
      }
    }
    let short = parts.filter(isShort)
    let mayFill = canFill && unit == "documents" && Set(parts.map(\.stratum)).count > 1
    let warnings = short.prefix(mostShortfalls).map { part in
      let names = [
        part.epoch.map { "epoch \($0)" }, part.stratum.map { "stratum \"\($0)\"" },
        part.target.map { "target \($0)" }, ["set", "weights"].contains(part.by) ? nil : part.by,
      ].compactMap { $0 }
      let whole = part.by == "set" ? "the set" : "the part drawn by weight"
      let name = names.isEmpty ? whole : names.joined(separator: ", ")
      let fill =
        part.stratum != nil && mayFill ? " Add --fill to draw them from the other values." : ""
      return
        "\(name): \(Format.count(part.shortfall, unit: unit)) short of "
        + "\(Format.count(part.budget)).\(fill)"
    }
    let others = short.count - warnings.count
    guard others > 0 else { return warnings }
    return warnings + [
      "\(Format.count(others, "more part")) of the draw \(others == 1 ? "is" : "are") short: "
        + "'parts' of the manifest has all."
    ]
  }

  /// Not more parts are named one by one.
  private static let mostShortfalls = 10
}

extension SelectionRecord {
  /// Whether more documents would have been selected, had more of them been possible.
  var mayLackDocuments: Bool { allEligible || (shortfall > 0 && shortfallUnit == "documents") }
}
