internal import Featurizing
internal import Files
internal import Reading
internal import Weighting

/// What the documents of some shards were excluded for, as files of candidates have it.
package struct CandidateExclusion: Sendable, Equatable {
  /// Everything that decides whether a document is excluded.
  struct Identity: Equatable {
    var gramLength: Int?
    var files: [FittedModel.Input.Content]
    var textField: String?
    var textJoin: String?
    var excludesTarget: Bool
  }

  /// nil without evaluation files.
  var gramLength: Int?
  var files: [FittedModel.Input] = []
  /// The field of the evaluation documents' text, if it isn't that of the pool, and its joint.
  var textField: String?
  var textJoin: String?
  var excludesTarget = false
  /// See ``ExclusionRecord``.
  var evaluationDocuments = 0
  var shortDocuments = 0
  var gramCount = 0

  var identity: Identity {
    Identity(
      gramLength: gramLength, files: files.map(\.content),
      textField: textField, textJoin: textJoin, excludesTarget: excludesTarget)
  }

  /// Whether the same documents are excluded.
  package static func == (one: Self, other: Self) -> Bool { one.identity == other.identity }

  /// The text that identifies these settings in records of earlier runs.
  var fingerprint: String {
    "exclude(ngram: \(gramLength ?? 0), files: "
      + files.map { "\($0.byteCount)/\($0.contentHash.hexadecimal)" }.joined(separator: " ")
      + ", textField: \(textField.map { String(reflecting: $0) } ?? "")"
      + ", textJoin: \(textJoin.map { String(reflecting: $0) } ?? ""), target: \(excludesTarget))"
  }
}

extension CandidateExclusion {
  /// - Parameter exclusion: with all evaluation files read.
  init(_ exclusion: Exclusion) {
    let settings = exclusion.settings
    excludesTarget = settings.excludesTarget
    guard let index = exclusion.index else { return }
    gramLength = settings.gramLength
    files = exclusion.report.inputs
    textField = settings.textField?.expression
    textJoin = settings.textField?.otherJoint
    evaluationDocuments = index.set.usedCount
    shortDocuments = index.set.shortCount
    gramCount = index.gramCount
  }

  /// Counts documents that were excluded, as manifests do.
  func record(_ excluded: [ExcludedDocument], isTarget: (ExclusionMatch) -> Bool)
    -> ExclusionRecord
  {
    var record = ExclusionRecord(excluded, countsTarget: excludesTarget, isTarget: isTarget)
    guard let gramLength else { return record }
    record.ngram = gramLength
    record.leastTokens = ExclusionRecord.leastTokens(ngram: gramLength)
    record.evaluationDocuments = evaluationDocuments
    record.shortDocuments = shortDocuments
    record.ngrams = gramCount
    record.files = files.map {
      ExclusionRecord.File(
        path: $0.path, bytes: $0.byteCount, documents: $0.documentCount,
        xxh3: $0.contentHash.hexadecimal)
    }
    return record
  }
}

extension CandidateExclusion {
  /// Reads one member of a header.
  ///
  /// - Returns: false if the member is none of its own.
  /// - Throws: ``JSONStreamError``
  mutating func read(
    _ key: String, _ stream: inout JSONStream
  ) throws(JSONStreamError) -> Bool {
    switch key {
    case "exclude_ngram":
      let length = try stream.readCount()
      guard length > 0 else { throw .invalid(key) }
      gramLength = length
    case "exclude_text_field": textField = try stream.readString()
    case "exclude_text_join": textJoin = try stream.readString()
    case "exclude_target": excludesTarget = try stream.readBoolean()
    case "evaluation_documents": evaluationDocuments = try stream.readCount()
    case "short_documents": shortDocuments = try stream.readCount()
    case "evaluation_ngrams": gramCount = try stream.readCount()
    case "evaluation_files":
      var read: [FittedModel.Input] = []
      var pathBytes = 0
      try stream.readArray { stream throws(JSONStreamError) in
        let input = try FittedModel.Input(&stream, of: key)
        pathBytes += input.path.utf8.count
        guard pathBytes <= FittedModel.mostPathBytes else {
          throw .tooLarge(key, limit: FittedModel.mostPathBytes)
        }
        read.append(input)
      }
      files = read
    default: return false
    }
    return true
  }

  var excludesNothing: Bool { gramLength == nil && !excludesTarget }
}
