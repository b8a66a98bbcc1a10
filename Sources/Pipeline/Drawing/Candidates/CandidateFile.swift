internal import Choosing
internal import Files
package import Reading
internal import Resampling
package import Weighting

/// The documents of some shards that a draw from the whole pool may need.
///
/// With it, every shard can be weighed where it lies, and the draw is still global.
///
/// A file has lines of JSON: a header, then one candidate per line in pool order. Files of
/// different shards merge exactly, in any order and grouping. Shards are sorted by their paths,
/// byte by byte.
///
/// If a set is to be chosen, the header has the target's n-grams, and candidates have features.
/// Memory doesn't hold them all: see ``CandidateBytes``.
package struct CandidateFile: Sendable {
  package static let format = "dsel-candidates"
  /// The newest version.
  ///
  /// Version 1 has candidates of a draw by weight, version 2 those of a set, and these are still
  /// written so. Version 3 has excluded documents, or limits of tokens or weights, too, and version
  /// 4 what finds near-duplicates.
  package static let version = 4

  /// What is drawn from the candidates.
  package enum Objective: String, Sendable, Codable { case weight, set }

  /// The settings that candidates must share to be merged.
  ///
  /// They say what the candidates were weighed with, and what draw they were kept for.
  package struct Settings: Sendable, Equatable {
    package var seed: UInt64
    package var topK: Bool
    package var temperature: Double
    /// The largest draw that the candidates serve.
    package var count: Int
    package var logisticShare: Double
    package var minimumTokenCount: Int
    /// nil for no limit.
    package var maximumTokenCount: Int?
    package var minimumLogWeight: Double?
    package var estimator: String
    package var normalization: String
    package var smoothing: Double
    package var targetSmoothing: Double
    package var compatibility: String?
    /// XXH3-64 of the model files.
    package var targetModel: UInt64
    package var poolModel: UInt64
    package var textField: TextField
    package var objective = Objective.weight
    /// What documents were excluded for; nil if none were.
    package var exclusion: CandidateExclusion?
    /// The least similarity of near-duplicates that are left out; nil to draw them like others.
    package var nearDuplicates: Double?

    /// The budget of the documents that are kept for a draw of `count` documents.
    func keptBudget(count: Int) -> Budget {
      let budget = Budget.documents(count)
      let kept = objective == .set ? CandidateBudget.largest(for: budget, averageCost: 1) : budget
      return nearDuplicates == nil ? kept : kept.adding(NearDuplicateFilter.slack(kept))
    }

    /// The text that identifies these settings in records of earlier runs.
    ///
    /// It must never change.
    var fingerprint: String {
      "Settings(seed: \(seed), topK: \(topK), temperature: \(temperature), count: \(count), "
        + "logisticShare: \(logisticShare), minimumTokenCount: \(minimumTokenCount), "
        + "estimator: \"\(estimator)\", normalization: \"\(normalization)\", "
        + "smoothing: \(smoothing), targetSmoothing: \(targetSmoothing), compatibility: "
        + (compatibility.map { "Optional(\"\($0)\")" } ?? "nil")
        + ", targetModel: \(targetModel), poolModel: \(poolModel), textField: "
        + "\(String(reflecting: textField.expression))"
        + (textField.otherJoint.map { ", textJoin: \(String(reflecting: $0))" } ?? "")
        + (maximumTokenCount.map { ", maximumTokenCount: \($0)" } ?? "")
        + (minimumLogWeight.map { ", minimumLogWeight: \($0)" } ?? "")
        + (objective == .weight ? "" : ", objective: \(objective.rawValue)")
        + (exclusion.map { ", \($0.fingerprint)" } ?? "")
        + (nearDuplicates.map { ", nearDuplicates: \($0)" } ?? "") + ")"
    }
  }

  package struct Header: Sendable {
    package var settings: Settings
    package var shards: [FittedModel.Input]
    /// The number of weighed documents, and the number of those with enough tokens.
    package var documentCount = 0
    package var eligibleCount = 0
    /// The number of weighed documents with too many tokens.
    package var overMaximumCount = 0
    /// The number of eligible documents with too small a weight.
    package var underWeightCount = 0
    /// The number of documents that the pool's model counted; nil in files of earlier versions.
    ///
    /// If fewer were weighed, some are missing.
    package var poolDocumentCount: Int?
    /// The target's n-grams; nil unless a set is to be chosen.
    var profile: TargetProfile?
    /// The number of eligible documents of each shard, in a file with keys only; else nil.
    ///
    /// Candidates of such a file have no features yet, though they are for a set.
    var eligibleCounts: [Int]?
    /// The same for documents with too many tokens; nil also if none can have too many.
    var overMaximumCounts: [Int]?
    /// The same for eligible documents with too small a weight.
    var underWeightCounts: [Int]?
    /// Whether candidates of a set have no features yet.
    package var hasKeysOnly: Bool { eligibleCounts != nil }
    /// Whether candidates have the features of their texts.
    var hasFeatures: Bool { settings.objective == .set && !isChosen && !hasKeysOnly }
    /// Whether candidates have the tokens of their texts.
    var hasTokens: Bool { settings.nearDuplicates != nil && !isChosen && !hasKeysOnly }
    /// Whether the candidates are those that a draw chose.
    package var isChosen = false
    /// The objective by which they were chosen; nil for a draw by weight.
    var chosenBy: SetObjective?
    /// What the set completes; nil if there is nothing.
    var base: BaseSettings?

    /// The number of weighed documents with too few tokens.
    var underMinimumCount: Int { documentCount - eligibleCount - overMaximumCount }

    /// The number of the pool model's documents that weren't weighed, as far as it is known.
    package var missingCount: Int { max(0, (poolDocumentCount ?? 0) - documentCount) }
    /// The number of weighed documents that the pool's model didn't count.
    ///
    /// The model was then fitted to a part of the pool.
    package var uncountedCount: Int { max(0, documentCount - (poolDocumentCount ?? documentCount)) }
  }

  package internal(set) var header: Header
  /// The candidates in pool order, by the shards of the header.
  var candidates: [Candidate]
  /// The excluded documents that a draw would reach.
  var excluded = Excluded()
  /// The near-duplicates that were left out, in pool order; empty before the choice.
  var nearDuplicates: [NearDuplicate] = []
  /// The features of the candidates; nil if they aren't needed, or not read yet.
  var features: CandidateBytes?
  /// The tokens of the candidates: see ``TokenBytes``; nil like the features.
  var tokens: CandidateBytes?
  package var candidateCount: Int { candidates.count }
  package var excludedCount: Int { excluded.documents.count }

  /// - Parameters:
  ///   - shards: the shards, in the order of the candidates' positions.
  ///   - eligibleCounts: of each shard, if the file is to have keys only.
  ///   - overMaximumCounts: of each shard, as the next ones.
  ///   - candidates: the candidates, in no particular order.
  init(
    settings: Settings, shards: [FittedModel.Input], documentCount: Int, eligibleCount: Int,
    overMaximumCounts: [Int] = [], underWeightCounts: [Int] = [], eligibleCounts: [Int]? = nil,
    poolDocumentCount: Int? = nil,
    candidates: CandidateGroup,
    excluded: Excluded = Excluded()
  ) {
    header = Header(
      settings: settings, shards: shards, documentCount: documentCount,
      eligibleCount: eligibleCount, overMaximumCount: overMaximumCounts.reduce(0, +),
      underWeightCount: underWeightCounts.reduce(0, +),
      poolDocumentCount: poolDocumentCount, eligibleCounts: eligibleCounts)
    if eligibleCounts != nil {
      if settings.maximumTokenCount != nil { header.overMaximumCounts = overMaximumCounts }
      if settings.minimumLogWeight != nil { header.underWeightCounts = underWeightCounts }
    }
    self.candidates = candidates.kept()
    self.excluded = reachable(excluded, candidates)
    sortShards()
  }

  /// Sorts the shards by path, and the candidates with them.
  private mutating func sortShards() {
    let order = header.shards.indices.sorted { Self.precedes(header.shards[$0], header.shards[$1]) }
    var places = [Int](repeating: 0, count: order.count)
    for (place, index) in order.enumerated() { places[index] = place }
    header.shards = order.map { header.shards[$0] }
    header.eligibleCounts = header.eligibleCounts.map { counts in order.map { counts[$0] } }
    header.overMaximumCounts = header.overMaximumCounts.map { counts in order.map { counts[$0] } }
    header.underWeightCounts = header.underWeightCounts.map { counts in order.map { counts[$0] } }
    candidates = candidates.map { $0.moved(toShard: places[$0.position.shard]) }
      .sorted { $0.position < $1.position }
    excluded = excluded.transformed { $0.moved(toShard: places[$0.position.shard]) }
  }

  /// Compares paths byte by byte, as `LC_ALL=C ls` does.
  static func precedes(_ one: FittedModel.Input, _ other: FittedModel.Input) -> Bool {
    one.path.utf8.lexicographicallyPrecedes(other.path.utf8)
  }

  /// - Parameters:
  ///   - header: the header of the file that the candidates come from.
  ///   - candidates: in pool order.
  init(_ header: Header, _ candidates: [Candidate]) {
    self.header = header
    self.candidates = candidates
  }

  /// Merges the candidates of files of different shards, without those that no draw can need.
  ///
  /// Features aren't read: see ``StoredFeatures``.
  ///
  /// - Complexity: O(*n* log *n*) for *n* candidates and shards, in any number of files. Memory
  ///   holds at most twice the candidates that are kept, and those of one file.
  /// - Throws: ``PipelineError``
  init(merging files: [Shard], limits: ReadingLimits) throws(PipelineError) {
    self = try CandidateFile(reading: files[0], limits: limits)
    var known = KnownShards(header.shards)
    var keptCount = Self.smallestBatch
    for file in files.dropFirst() {
      let other = try CandidateFile(reading: file, limits: limits)
      try append(other, path: file.name, firstPath: files[0].name, &known)
      guard candidates.count > 2 * keptCount else { continue }
      trim()
      keptCount = max(keptCount, candidates.count)
    }
    if files.count > 1 { trim() }
  }

  /// The number of candidates that is worth sorting; fewer wait until more have come.
  private static let smallestBatch = 1 << 14

  private mutating func append(
    _ other: CandidateFile, path: String, firstPath: String, _ known: inout KnownShards
  ) throws(PipelineError) {
    if let setting = header.settings.firstDifference(from: other.header.settings) {
      throw .candidates(.mismatch(path: path, setting))
    }
    // A choice is made among the candidates of all shards.
    guard !header.isChosen, !other.header.isChosen else {
      throw .candidates(.severalChoices(path: other.header.isChosen ? path : firstPath))
    }
    guard header.hasKeysOnly == other.header.hasKeysOnly else {
      throw .candidates(
        .keysAndFeatures(path: path, otherPath: firstPath, hasKeysOnly: other.header.hasKeysOnly))
    }
    try known.insert(other.header.shards, of: path)
    // The model is known by the hash of its file, so both counts must agree.
    let (one, two) = (header.poolDocumentCount, other.header.poolDocumentCount)
    if let one, let two, one != two {
      throw .candidates(.mismatch(path: path, .poolModel))
    }
    header.poolDocumentCount = one ?? two
    // Eligible documents are documents, so their sum isn't larger.
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
    header.eligibleCounts? += other.header.eligibleCounts ?? []
    header.overMaximumCounts? += other.header.overMaximumCounts ?? []
    header.underWeightCounts? += other.header.underWeightCounts ?? []
    header.documentCount += other.header.documentCount
    header.eligibleCount += other.header.eligibleCount
    header.overMaximumCount += other.header.overMaximumCount
    header.underWeightCount += other.header.underWeightCount
    candidates += other.candidates.map { $0.moved(toShard: $0.position.shard + offset) }
    for document in other.excluded.documents {
      let place = document.candidate.position.shard + offset
      excluded.add(document.candidate.moved(toShard: place), other.excluded.reason(of: document))
    }
  }

  /// Removes candidates that no draw can need any more.
  private mutating func trim() {
    // The order of shards decides which exact duplicate is the first, so sort them before the draw.
    sortShards()
    let kept = buffer()
    candidates = kept.kept().sorted { $0.position < $1.position }
    excluded = reachable(excluded, kept)
  }

  /// A buffer that holds the candidates.
  func buffer() -> CandidateGroup { buffer(count: header.settings.count) }

  /// - Parameter count: at most the header's count.
  func buffer(count: Int) -> CandidateGroup {
    let known = header.settings
    let budgets = known.keptBudget(count: count).parted(secondShare: known.logisticShare)
    var settings = CandidateGroup.Settings(joinsCopies: true)
    settings.expectedCount = candidates.count
    var buffer = CandidateGroup(parted: budgets.first, budgets.second, settings)
    for candidate in candidates { buffer.add(candidate) }
    return buffer
  }
}

/// The shards whose candidates have been read, by path and by content.
///
/// A shard that was weighed twice, or a copy of it, would hide that another one is missing.
private struct KnownShards {
  private struct Content: Hashable {
    var byteCount: Int
    var hash: UInt64
  }

  private var paths: Set<ExactString> = []
  private var contents: [Content: String] = [:]

  /// Begins with the shards of the first file.
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
    // Equal files within one run are no error: they were weighed as they were fitted.
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
  /// The first setting that differs between the two; nil if none does.
  func firstDifference(from other: Self) -> CandidateSetting? {
    let pairs: [(CandidateSetting, Bool)] = [
      (.targetModel, targetModel == other.targetModel), (.poolModel, poolModel == other.poolModel),
      (.seed, seed == other.seed),
      (.count, count == other.count), (.topK, topK == other.topK),
      (.temperature, temperature == other.temperature),
      (.minimumTokenCount, minimumTokenCount == other.minimumTokenCount),
      (.maximumTokenCount, maximumTokenCount == other.maximumTokenCount),
      (.minimumLogWeight, minimumLogWeight == other.minimumLogWeight),
      (.estimator, estimator == other.estimator),
      (.normalization, normalization == other.normalization),
      (.smoothing, smoothing == other.smoothing),
      (.targetSmoothing, targetSmoothing == other.targetSmoothing),
      (.compatibility, compatibility == other.compatibility),
      (
        .textField,
        ExactString(textField.expression) == ExactString(other.textField.expression)
      ),
      (.textJoin, textField == other.textField),
      // Other options imply an objective, and it implies a share.
      (.objective, objective == other.objective),
      (.logisticShare, logisticShare == other.logisticShare),
      (.nearDuplicates, nearDuplicates == other.nearDuplicates),
    ]
    return (pairs + exclusionPairs(other)).first { !$0.1 }?.0
  }
}

extension CandidateFile.Settings {
  /// Settings of what is excluded, and whether they agree.
  private func exclusionPairs(_ other: Self) -> [(CandidateSetting, Bool)] {
    let (one, two) = (exclusion?.identity, other.exclusion?.identity)
    return [
      (.exclude, one?.files == two?.files), (.excludeNgram, one?.gramLength == two?.gramLength),
      (
        .excludeTextField, one?.textField == two?.textField && one?.textJoin == two?.textJoin
      ),
      (.excludeTarget, one?.excludesTarget ?? false == two?.excludesTarget ?? false),
    ]
  }
}
