internal import Reading

/// What a pass over shards found, besides what its consumers made of the documents.
struct PassReport: Sendable {
  var shards: [ShardSummary] = []
  /// The skipped lines, in no particular order; empty unless they were asked for.
  var rejects: [SkippedLine] = []

  var documentCount: Int { shards.reduce(0) { $0 + $1.documentCount } }
  var byteCount: Int { shards.reduce(0) { $0 + $1.byteCount } }
  /// Skipped lines of all shards, by reason.
  var skipped: [InvalidLine.Reason: Int] {
    shards.reduce(into: [:]) { $0.merge($1.skipped, uniquingKeysWith: +) }
  }
  var skippedCount: Int { shards.reduce(0) { $0 + $1.skippedCount } }
}
