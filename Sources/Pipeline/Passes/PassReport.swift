internal import Reading

/// The findings of a pass over shards, besides the results of its consumers.
struct PassReport: Sendable {
  var shards: [ShardSummary] = []
  /// The skipped lines, in no particular order; empty unless they were requested.
  var rejects: [SkippedLine] = []

  var documentCount: Int { shards.reduce(0) { $0 + $1.documentCount } }
  var byteCount: Int { shards.reduce(0) { $0 + $1.byteCount } }
  /// Skipped lines of all shards, by reason.
  var skipped: [InvalidLine.Reason: Int] {
    shards.reduce(into: [:]) { $0.merge($1.skipped, uniquingKeysWith: +) }
  }
  var skippedCount: Int { shards.reduce(0) { $0 + $1.skippedCount } }
}

extension PassReport {
  /// Adds the report of a pass over the inputs that follow.
  mutating func add(_ other: PassReport) {
    let before = shards.count
    shards += other.shards
    rejects += other.rejects.map { $0.moved(by: before) }
  }

  /// - Throws: ``InputError/empty(role:skippedLines:)``
  func checkHasDocuments(_ role: InputRole) throws(PipelineError) {
    guard documentCount > 0 else {
      throw .input(.empty(role: role, skippedLines: skippedCount))
    }
  }
}
