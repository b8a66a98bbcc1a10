internal import Files
internal import Reading
internal import Resampling
package import Weighting

/// The documents of some shards that a draw from the whole pool may need: so every shard is weighed
/// where it lies, and the draw is still the global one.
///
/// A file is lines of JSON: a header, and a candidate a line in pool order. Files of different
/// shards merge exactly, in any order and grouping. Shards have the order of their paths, byte by
/// byte.
package struct CandidateFile: Sendable {
  package static let format = "dsel-candidates"
  package static let version = 1

  /// What candidates must agree in to be merged: what they were weighed with, and what they were
  /// kept for.
  package struct Settings: Sendable, Equatable {
    package var seed: UInt64
    package var topK: Bool
    package var temperature: Double
    /// The largest draw that they serve.
    package var count: Int
    package var logisticShare: Double
    package var minimumTokenCount: Int
    package var estimator: String
    package var normalization: String
    package var smoothing: Double
    package var targetSmoothing: Double
    package var compatibility: String?
    /// XXH3-64 of the model files.
    package var targetModel: UInt64
    package var poolModel: UInt64
    package var textField: String

    /// The text that identifies these settings in records of earlier runs. It must never change.
    var fingerprint: String {
      "Settings(seed: \(seed), topK: \(topK), temperature: \(temperature), count: \(count), "
        + "logisticShare: \(logisticShare), minimumTokenCount: \(minimumTokenCount), "
        + "estimator: \"\(estimator)\", normalization: \"\(normalization)\", "
        + "smoothing: \(smoothing), targetSmoothing: \(targetSmoothing), compatibility: "
        + (compatibility.map { "Optional(\"\($0)\")" } ?? "nil")
        + ", targetModel: \(targetModel), poolModel: \(poolModel), textField: "
        + "\(String(reflecting: textField)))"
    }
  }

  package struct Header: Sendable {
    package var settings: Settings
    package var shards: [FittedModel.Input]
    /// Documents weighed, and those of them that have enough tokens.
    package var documentCount = 0
    package var eligibleCount = 0
    /// Documents that the pool's model counted: fewer weighed are not all. nil in files of earlier
    /// versions of dsel.
    package var poolDocumentCount: Int?

    /// Documents of the pool's model that weren't weighed, as far as that is known.
    package var missingCount: Int { max(0, (poolDocumentCount ?? 0) - documentCount) }
    /// Documents that the pool's model didn't count: it was fitted on a part of the pool.
    package var uncountedCount: Int { max(0, documentCount - (poolDocumentCount ?? documentCount)) }
  }

  package internal(set) var header: Header
  /// In pool order, by the shards of the header.
  var candidates: [Candidate]
  package var candidateCount: Int { candidates.count }

  /// - Parameters:
  ///   - shards: in the order of the candidates' positions.
  ///   - candidates: in no particular order.
  init(
    settings: Settings, shards: [FittedModel.Input], documentCount: Int, eligibleCount: Int,
    poolDocumentCount: Int? = nil, candidates: CandidateGroup
  ) {
    header = Header(
      settings: settings, shards: shards, documentCount: documentCount,
      eligibleCount: eligibleCount, poolDocumentCount: poolDocumentCount)
    self.candidates = candidates.kept()
    sortShards()
  }

  /// Puts the shards in the order of their paths, and the candidates with them.
  private mutating func sortShards() {
    let order = header.shards.indices.sorted { Self.precedes(header.shards[$0], header.shards[$1]) }
    var places = [Int](repeating: 0, count: order.count)
    for (place, index) in order.enumerated() { places[index] = place }
    header.shards = order.map { header.shards[$0] }
    candidates = candidates.map { $0.moved(toShard: places[$0.position.shard]) }
      .sorted { $0.position < $1.position }
  }

  /// Byte by byte, as `LC_ALL=C ls` sorts.
  static func precedes(_ one: FittedModel.Input, _ other: FittedModel.Input) -> Bool {
    one.path.utf8.lexicographicallyPrecedes(other.path.utf8)
  }

  /// Reads the candidates of several files of different shards, and leaves out what no draw can
  /// need.
  ///
  /// - Complexity: O(*n* log *n*) for *n* candidates and shards, of however many files. Of
  ///   candidates, no more than twice those that are kept are held, and those of one file.
  /// - Throws: ``PipelineError``
  init(merging files: [Shard], limits: ReadingLimits) throws(PipelineError) {
    self = try CandidateFile(reading: files[0], limits: limits)
    var known = KnownShards(header.shards)
    var keptCount = Self.smallestBatch
    for file in files.dropFirst() {
      try append(CandidateFile(reading: file, limits: limits), path: file.name, &known)
      guard candidates.count > 2 * keptCount else { continue }
      trim()
      keptCount = max(keptCount, candidates.count)
    }
    if files.count > 1 { trim() }
  }

  /// Candidates that aren't worth being sorted before more have come.
  private static let smallestBatch = 1 << 14

  private mutating func append(
    _ other: CandidateFile, path: String, _ known: inout KnownShards
  ) throws(PipelineError) {
    if let setting = header.settings.firstDifference(from: other.header.settings) {
      throw .candidates(.mismatch(path: path, setting))
    }
    try known.insert(other.header.shards, of: path)
    // The model is known by the hash of its file, and says nothing else here than there.
    let (one, two) = (header.poolDocumentCount, other.header.poolDocumentCount)
    if let one, let two, one != two {
      throw .candidates(.mismatch(path: path, .poolModel))
    }
    header.poolDocumentCount = one ?? two
    // An eligible document is a document.
    guard header.documentCount + other.header.documentCount <= FittedModel.largestCount else {
      throw .candidates(
        .unusable(path: path, .tooLarge("documents", limit: FittedModel.largestCount)))
    }
    let offset = header.shards.count
    guard offset + other.header.shards.count <= Candidate.maximumShardCount else {
      throw .candidates(
        .unusable(path: path, .tooLarge("shards", limit: Candidate.maximumShardCount)))
    }
    header.shards += other.header.shards
    header.documentCount += other.header.documentCount
    header.eligibleCount += other.header.eligibleCount
    candidates += other.candidates.map { $0.moved(toShard: $0.position.shard + offset) }
  }

  /// Leaves out what no draw can need any more.
  private mutating func trim() {
    // Which copy of a text is the first depends on the order of shards: so that comes before the
    // draw.
    sortShards()
    candidates = buffer().kept().sorted { $0.position < $1.position }
  }

  /// A buffer that holds the candidates.
  func buffer() -> CandidateGroup { buffer(count: header.settings.count) }

  /// - Parameter count: no larger than the header's.
  func buffer(count: Int) -> CandidateGroup {
    let budgets = Budget.documents(count).parted(secondShare: header.settings.logisticShare)
    var settings = CandidateGroup.Settings(joinsCopies: true)
    settings.expectedCount = candidates.count
    var buffer = CandidateGroup(parted: budgets.first, budgets.second, settings)
    for candidate in candidates { buffer.add(candidate) }
    return buffer
  }
}

/// The shards whose candidates were read so far, by path and by content: one that was weighed again
/// elsewhere, or a copy, would make up for one that is missing.
private struct KnownShards {
  private struct Content: Hashable {
    var byteCount: Int
    var hash: UInt64
  }

  private var paths: Set<ExactString> = []
  private var contents: [Content: String] = [:]

  /// Those of the first file.
  init(_ shards: [FittedModel.Input]) {
    for shard in shards {
      paths.insert(Self.path(shard))
      contents[Self.content(shard)] = shard.path
    }
  }

  /// - Throws: ``CandidateError/repeatedShard(path:shard:)``,
  ///   ``CandidateError/repeatedContent(path:shard:otherShard:)``
  mutating func insert(_ shards: [FittedModel.Input], of path: String) throws(PipelineError) {
    var found: [Content: String] = [:]
    for shard in shards {
      guard paths.insert(Self.path(shard)).inserted else {
        throw .candidates(.repeatedShard(path: path, shard: shard.path))
      }
      let content = Self.content(shard)
      if shard.documentCount > 0, let other = contents[content] {
        throw .candidates(.repeatedContent(path: path, shard: shard.path, otherShard: other))
      }
      found[content] = shard.path
    }
    // Files that are alike in one run were weighed as they were fitted.
    contents.merge(found) { first, _ in first }
  }

  private static func path(_ shard: FittedModel.Input) -> ExactString {
    ExactString(ShardFinder.normalized(shard.path))
  }

  private static func content(_ shard: FittedModel.Input) -> Content {
    Content(byteCount: shard.byteCount, hash: shard.contentHash)
  }
}

extension CandidateFile.Settings {
  /// The first setting in which the two differ; nil if they don't.
  func firstDifference(from other: Self) -> CandidateSetting? {
    let pairs: [(CandidateSetting, Bool)] = [
      (.targetModel, targetModel == other.targetModel), (.poolModel, poolModel == other.poolModel),
      (.seed, seed == other.seed), (.count, count == other.count), (.topK, topK == other.topK),
      (.temperature, temperature == other.temperature),
      (.logisticShare, logisticShare == other.logisticShare),
      (.minimumTokenCount, minimumTokenCount == other.minimumTokenCount),
      (.estimator, estimator == other.estimator),
      (.normalization, normalization == other.normalization),
      (.smoothing, smoothing == other.smoothing),
      (.targetSmoothing, targetSmoothing == other.targetSmoothing),
      (.compatibility, compatibility == other.compatibility),
      (.textField, ExactString(textField) == ExactString(other.textField)),
    ]
    return pairs.first { !$0.1 }?.0
  }
}
