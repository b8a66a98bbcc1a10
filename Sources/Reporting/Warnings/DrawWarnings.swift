internal import Pipeline

/// Warnings about a draw that differs from the requested one.
enum DrawWarnings {
  /// All eligible documents were drawn, and they are fewer than requested.
  static func exhausted(
    _ selected: SelectionRecord, _ excluded: ExclusionRecord?,
    _ nearDuplicates: NearDuplicateRecord?, verb: String
  ) -> String {
    let are =
      switch ((excluded?.documents ?? 0) > 0, (nearDuplicates?.documents ?? 0) > 0) {
      case (false, false): ("", "")
      case (true, false): (" that is not excluded", " that are not excluded")
      case (false, true): (" that is no near-duplicate", " that are no near-duplicates")
      case (true, true):
        (
          " that is neither excluded nor a near-duplicate",
          " that are neither excluded nor near-duplicates"
        )
      }
    let all =
      switch selected.documents {
      case 0: "the pool has no eligible document\(are.0)"
      case 1: "the only eligible document\(are.0) was \(verb)"
      default:
        "all \(Format.count(selected.documents, "eligible document"))\(are.1) were \(verb)"
      }
    return
      "the selection is smaller than wanted: \(all), "
      + "\(Format.count(selected.shortfall, unit: selected.shortfallUnit)) short."
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
  static func shortfalls(_ parts: [PartRecord], unit: String, canFill: Bool) -> [String] {
    parts.filter { $0.shortfall > 0 && (unit == "documents" || $0.documents == 0) }.map { part in
      let names = [
        part.epoch.map { "epoch \($0)" }, part.stratum.map { "stratum \"\($0)\"" },
        part.target.map { "target \($0)" }, ["set", "weights"].contains(part.by) ? nil : part.by,
      ].compactMap { $0 }
      let fill =
        part.stratum != nil && canFill && unit == "documents"
        ? " Add --fill to draw them from the other values." : ""
      return
        "\(names.joined(separator: ", ")): \(Format.count(part.shortfall, unit: unit)) short of "
        + "\(Format.count(part.budget)).\(fill)"
    }
  }
}
