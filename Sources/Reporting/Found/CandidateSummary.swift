package import Pipeline

/// The figures of a file of candidates: the report of a merge.
package struct CandidateSummary: Report {
  package var count: Int
  package var candidates: Int
  package var shards: Int
  package var documents: Int
  package var eligibleDocuments: Int
  /// Numbers of documents that the pool's model counted, and of those without candidates.
  ///
  /// They are nil if unknown.
  package var poolDocuments: Int?
  package var missingDocuments: Int?
  package var seed: UInt64

  package init(_ file: CandidateFile) {
    count = file.header.settings.count
    candidates = file.candidateCount
    shards = file.header.shards.count
    documents = file.header.documentCount
    eligibleDocuments = file.header.eligibleCount
    poolDocuments = file.header.poolDocumentCount
    missingDocuments = file.header.poolDocumentCount.map { _ in file.header.missingCount }
    seed = file.header.settings.seed
  }

  package var sections: [ReportSection] {
    var line =
      "candidates of \(Format.count(shards, "file")): \(Format.count(candidates)) for a draw of up "
      + "to \(Format.count(count)) out of \(Format.count(documents, "document"))"
    if let missingDocuments, missingDocuments > 0 {
      line +=
        "; \(Format.count(missingDocuments, "more document")) of the pool's model "
        + "\(missingDocuments == 1 ? "is" : "are") still missing"
    }
    return [.lines([line])]
  }
}
