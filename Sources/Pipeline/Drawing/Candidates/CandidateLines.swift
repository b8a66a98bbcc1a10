internal import Reading
internal import Resampling

/// Reads a file of candidates, line after line.
struct CandidateLines: ~Copyable {
  struct Line {
    var candidate: Candidate
    var role = CandidateRole()
    /// See ``CandidateFile/partNumbers``.
    var part = 0
    /// See ``FeatureBytes``; nil if they weren't asked for.
    var features: [UInt8]?
    /// See ``TokenBytes``; nil if they weren't asked for.
    var tokens: [UInt8]?
    /// Why the document is excluded; nil for candidates.
    var reason: ExclusionReason?
    /// What the document is similar to; nil for candidates.
    var similar: NearDuplicate?
  }

  /// What is read of candidates, besides their keys.
  struct Content: OptionSet {
    let rawValue: Int

    static let features = Content(rawValue: 1)
    static let tokens = Content(rawValue: 2)
  }

  /// The kinds of lines.
  enum Kind { case candidate, excluded, nearDuplicate }

  let header: CandidateFile.Header
  private let path: String
  private let candidateCount: Int
  private let excludedCount: Int
  private let nearDuplicateCount: Int
  private let content: Content
  private var stream: JSONStream
  private var count = 0

  /// - Throws: ``PipelineError``
  init(
    _ shard: Shard, limits: ReadingLimits, content: Content = []
  ) throws(PipelineError) {
    path = shard.name
    self.content = content
    do throws(JSONStreamError) {
      var stream = try JSONStream(shard, limits: limits)
      let reader = try CandidateFile.Reader(&stream)
      header = try reader.header()
      candidateCount = reader.numbers["candidates", default: 0]
      excludedCount = reader.numbers["excluded", default: 0]
      nearDuplicateCount = reader.numbers["near_duplicate_documents", default: 0]
      self.stream = stream
    } catch {
      throw Self.error(error, shard.name)
    }
  }

  /// The next candidate; nil at the end.
  ///
  /// - Throws: ``PipelineError``
  mutating func next() throws(PipelineError) -> Line? {
    if count == candidateCount, excludedCount + nearDuplicateCount > 0 { return nil }
    do throws(JSONStreamError) {
      guard try !stream.isAtEnd() else {
        guard count == candidateCount else { throw .invalid("candidates") }
        return nil
      }
      // Read no more than the header announces, however long the file is.
      guard count < candidateCount else { throw .invalid("candidates") }
      count += 1
      return try CandidateFile.Reader.line(&stream, .candidate, header, content)
    } catch {
      throw Self.error(error, path)
    }
  }

  /// The next excluded document, after all candidates; nil at the end. Throws as ``next()`` does.
  mutating func nextExcluded() throws(PipelineError) -> Line? {
    try next(.excluded, upTo: candidateCount + excludedCount, isLast: nearDuplicateCount == 0)
  }

  /// The next near-duplicate, after all excluded documents; nil at the end. Throws as ``next()``
  /// does.
  mutating func nextNearDuplicate() throws(PipelineError) -> NearDuplicate? {
    try next(
      .nearDuplicate, upTo: candidateCount + excludedCount + nearDuplicateCount, isLast: true)?
      .similar
  }

  private mutating func next(
    _ kind: Kind, upTo end: Int, isLast: Bool
  ) throws(PipelineError) -> Line? {
    let name = kind == .excluded ? "excluded" : "near_duplicate_documents"
    do throws(JSONStreamError) {
      guard count < end else {
        guard isLast else { return nil }
        guard try stream.isAtEnd() else { throw .invalid(name) }
        return nil
      }
      guard try !stream.isAtEnd() else { throw .invalid(name) }
      count += 1
      return try CandidateFile.Reader.line(&stream, kind, header)
    } catch {
      throw Self.error(error, path)
    }
  }

  private static func error(_ error: JSONStreamError, _ path: String) -> PipelineError {
    switch error {
    case .reading(let error): .input(.reading(error, line: nil))
    case .unusable(let fault): .candidates(.unusable(path: path, fault))
    }
  }
}
