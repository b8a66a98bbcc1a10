internal import Files
internal import Resampling
internal import Writing

/// A document that would have been drawn, but is excluded.
struct ExcludedDocument: Sendable {
  var candidate: Candidate
  var match: ExclusionMatch
}

extension ExclusionRecord {
  init(
    _ excluded: [ExcludedDocument], countsTarget: Bool, isTarget: (ExclusionMatch) -> Bool
  ) {
    self.init(
      documents: excluded.count, copies: excluded.reduce(0) { $0 + Int($1.candidate.copies) })
    if countsTarget { targetTexts = excluded.count { isTarget($0.match) } }
  }
}

extension Exclusion {
  /// Counts documents that were excluded, as manifests do.
  func record(_ excluded: [ExcludedDocument]) -> ExclusionRecord {
    var record = CandidateExclusion(self).record(excluded) { $0 == .target }
    // Files of candidates don't have these.
    for (number, input) in report.inputRecords.enumerated() {
      record.files?[number].skippedLines = input.skippedLines
    }
    return record
  }
}

extension RunOutputs {
  /// Writes the list of excluded documents.
  ///
  /// - Parameters:
  ///   - documents: in pool order.
  ///   - pool: the shards of their positions.
  /// - Returns: nil if it isn't requested.
  /// - Throws: ``PipelineError``
  func writeExcluded(
    _ documents: [ExcludedDocument], _ exclusion: Exclusion, _ pool: Inputs
  ) throws -> FinishedOutput? {
    let files = exclusion.report.shards.map(\.name)
    return try writeExcluded(documents, pool: pool.shards.map(\.name), evaluation: files) {
      exclusion.reason(of: $0.match)
    }
  }

  /// - Parameters:
  ///   - pool: the paths of the shards of their positions.
  ///   - evaluation: the paths of the evaluation files.
  func writeExcluded(
    _ documents: [ExcludedDocument], pool: [String], evaluation: [String],
    reason: (ExcludedDocument) -> ExclusionReason
  ) throws -> FinishedOutput? {
    try writeList(documents, to: settings.excluded) {
      $0.line(pool, evaluation, reason($0))
    }
  }
}

extension ExcludedDocument {
  /// The document as a line of JSON.
  fileprivate func line(
    _ pool: [String], _ evaluation: [String], _ reason: ExclusionReason
  ) -> [UInt8] {
    var line = Array("{\"file\":".utf8)
    line.append(jsonString: pool[candidate.position.shard])
    candidate.recordPlace.append(to: &line)
    reason.append(to: &line) { $1.append(jsonString: evaluation[$0]) }
    line.append(UInt8(ascii: "}"))
    return line
  }
}

extension ExclusionReason {
  /// Appends the reason as members of an object of JSON that has others before.
  ///
  /// - Parameter file: appends the value that stands for an evaluation file, by its number.
  func append(to line: inout [UInt8], file: (Int, inout [UInt8]) -> Void) {
    switch self {
    case .target: line += Array(",\"reason\":\"target\"".utf8)
    case .evaluation(let number, let place, let gram):
      line += Array(",\"reason\":\"ngram\",\"evaluation_file\":".utf8)
      file(number, &line)
      line += Array(",\"evaluation_line\":\(place),\"ngram\":".utf8)
      line.append(jsonString: gram)
    }
  }
}
