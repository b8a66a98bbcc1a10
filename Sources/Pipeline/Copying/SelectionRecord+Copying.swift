internal import Resampling

extension SelectionRecord {
  init(_ drawn: Drawn, _ copied: CopyStep.Outcome, _ budget: Budget) {
    self.init(
      documents: copied.documentCount, tokens: copied.tokenCount,
      features: copied.counts.reduce(0) { $0 + Int($1.featureCount) }, bytes: copied.byteCount,
      shortfall: drawn.shortfall, shortfallUnit: budget.unit, allEligible: drawn.isExhausted,
      droppedCopies: copied.copyCount, byLogistic: drawn.logisticCount,
      candidates: drawn.candidateCount,
      thresholdKey: drawn.parts.first?.selection.thresholdKey)
  }
}

extension SelectionRecord {
  /// Counts the drawn documents that are a target's own.
  mutating func countTargetDocuments(_ selection: [DrawnDocument], _ texts: TextHashes) {
    let found = selection.count { texts.contains($0.candidate.textHash) }
    targetDocuments = texts.scaled(found)
    targetDocumentsIsEstimate = texts.isWhole ? nil : true
  }
}
