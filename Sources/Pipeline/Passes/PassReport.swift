internal import Reading

/// A field of a text as it is written, and whether a document has it.
struct FoundTextField: Sendable {
  var name: String
  var isFound: Bool
}

/// The findings of a pass over shards, besides the results of its consumers.
struct PassReport: Sendable {
  var shards: [ShardSummary] = []
  /// The skipped lines, in no particular order; empty unless they were requested.
  var rejects: [SkippedLine] = []
  /// The fields of the text as they are written, and whether a document has them; empty if that
  /// isn't known.
  var textFields: [FoundTextField] = []

  /// The fields of a list that no document has; nil if all are there, or if that isn't known.
  var missingFields: [String]? {
    let missing = textFields.filter { !$0.isFound }.map(\.name)
    return missing.isEmpty || missing.count == textFields.count ? nil : missing
  }

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
    if before == 0 {
      textFields = other.textFields
    } else if !other.shards.isEmpty {
      textFields =
        textFields.count == other.textFields.count
        ? zip(textFields, other.textFields).map {
          FoundTextField(name: $0.name, isFound: $0.isFound || $1.isFound)
        } : []
    }
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
