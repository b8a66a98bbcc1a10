package import Pipeline

/// The figures of a file of candidates: the report of a merge.
package struct CandidateSummary: Report {
  package var count: Int
  /// The unit of the count; nil for documents.
  package var unit: String?
  package var candidates: Int
  package var shards: Int
  package var documents: Int
  package var eligibleDocuments: Int
  /// Numbers of documents that the pool's model counted, and of those without candidates.
  ///
  /// They are nil if unknown.
  package var poolDocuments: Int?
  package var missingDocuments: Int?
  /// The number of documents that the pool's model didn't count; nil if there are none.
  package var uncountedDocuments: Int?
  /// Excluded documents that a draw may reach; nil if none are to be excluded.
  package var excluded: Int?
  package var seed: UInt64
  package var objective: String
  /// True if the documents were chosen from candidates; else nil.
  package var chosen: Bool?
  /// True if candidates of a set have no n-grams yet; else nil.
  package var keysOnly: Bool?

  package init(_ file: CandidateFile) {
    count = file.header.settings.count
    let unit = file.header.settings.unit
    self.unit = unit == .documents ? nil : unit.rawValue
    candidates = file.candidateCount
    shards = file.header.shards.count
    documents = file.header.documentCount
    eligibleDocuments = file.header.eligibleCount
    poolDocuments = file.header.poolDocumentCount
    missingDocuments = file.header.poolDocumentCount.map { _ in file.header.missingCount }
    objective = file.header.settings.objective.rawValue
    chosen = file.header.isChosen ? true : nil
    keysOnly = file.header.hasKeysOnly ? true : nil
    uncountedDocuments = file.header.uncountedCount > 0 ? file.header.uncountedCount : nil
    excluded = file.header.settings.exclusion == nil ? nil : file.excludedCount
    seed = file.header.settings.seed
  }

  package var warnings: [String] {
    var warnings = uncountedDocuments.map { [DrawWarnings.uncounted($0)] } ?? []
    // Of tokens and bytes, a rest of less than one document is usual.
    if chosen == true, unit == nil, candidates < count {
      warnings.append(
        "the choice is smaller than wanted: \(Format.count(count - candidates, "document")) short.")
    }
    return warnings
  }

  package var sections: [ReportSection] {
    let line =
      chosen == true
      ? "chose \(Format.count(candidates)) of \(Format.count(documents, "document")) in "
        + "\(Format.count(shards, "file"))"
      : "\(keysOnly == true ? "keys of candidates" : "candidates") of \(Format.count(shards, "file")): "
        + "\(Format.count(candidates)) for a draw of up "
        + "to \(Format.count(count))\(unit.map { " \($0)" } ?? "") out of \(Format.count(documents, "document"))"
    var lines = [line]
    if let missingDocuments, missingDocuments > 0 {
      lines.append(
        "\(Format.count(missingDocuments, "more document")) of the pool's model "
          + "\(missingDocuments == 1 ? "is" : "are") still missing")
    }
    return [.lines(lines)]
  }
}
