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
  /// written so. Version 3 has excluded documents, or limits of tokens or weights, too, version 4
  /// what finds near-duplicates, and version 5 serves draws of a number of tokens or bytes.
  package static let version = 5

  /// What is drawn from the candidates.
  package enum Objective: String, Sendable, Codable { case weight, set }

  /// The settings that candidates must share to be merged.
  ///
  /// They say what the candidates were weighed with, and what draw they were kept for.
  package struct Settings: Sendable, Equatable {
    package var seed: UInt64
    package var topK: Bool
    package var temperature: Double
    /// The largest draw that the candidates serve, in ``unit``.
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

    package var unit = CandidateUnit.documents
    /// The amount of candidates that are kept for a set of tokens or bytes: see ``keep(for:)``.
    var keptAmount: Int?

    /// Decides how much is kept for a set of tokens or bytes.
    ///
    /// A set is chosen among at least 10,000 documents of average size, and shards don't know that
    /// of the pool. Its model does, but may have counted a part, or by other limits. So an eighth
    /// is added, and a draw that needs still more is refused.
    ///
    /// - Parameter eligible: the eligible documents of the pool's model.
    mutating func keep(for eligible: EligibleDocuments) {
      guard objective == .set, unit != .documents else { return }
      let budget = unit.budget(count)
      let average = budget.averageCost(of: eligible) * 1.125
      keptAmount = CandidateBudget.largest(for: budget, averageCost: average).amount
    }

    /// The budget of the documents that are kept for a draw of `count`.
    func keptBudget(count: Int) -> Budget {
      let budget = unit.budget(count)
      let kept: Budget
      switch objective {
      case .weight: kept = budget
      case .set:
        kept =
          keptAmount.map { unit.budget($0) }
          ?? CandidateBudget.largest(for: budget, averageCost: 1)
      }
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
        + (nearDuplicates.map { ", nearDuplicates: \($0)" } ?? "")
        + (unit == .documents ? "" : ", unit: \(unit.rawValue)") + ")"
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
    /// The size of all eligible documents, in ``Settings/unit``; 0 if that is documents.
    var eligibleSize = 0
    /// The same of each shard, in a file with keys only; nil also if the unit is documents.
    var eligibleSizes: [Int]?
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
    /// How the draw ended that chose the candidates; nil for a number of documents.
    var ending: Ending?

    /// The end of a draw of tokens or bytes, which the documents alone don't show.
    struct Ending: Sendable, Equatable {
      /// The number of documents that the regression drew alone.
      var logisticCount = 0
      /// Whether everything eligible was drawn.
      var isExhausted = false
    }

    /// The eligible documents of all shards, as far as they are known.
    var eligible: EligibleDocuments {
      settings.unit.eligible(count: eligibleCount, size: eligibleSize)
    }

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
    eligibleSize: Int = 0, overMaximumCounts: [Int] = [], underWeightCounts: [Int] = [],
    eligibleCounts: [Int]? = nil, eligibleSizes: [Int] = [], poolDocumentCount: Int? = nil,
    candidates: CandidateGroup,
    excluded: Excluded = Excluded()
  ) {
    header = Header(
      settings: settings, shards: shards, documentCount: documentCount,
      eligibleCount: eligibleCount, overMaximumCount: overMaximumCounts.reduce(0, +),
      underWeightCount: underWeightCounts.reduce(0, +),
      poolDocumentCount: poolDocumentCount, eligibleCounts: eligibleCounts,
      eligibleSize: eligibleSize)
    if eligibleCounts != nil {
      if settings.unit != .documents { header.eligibleSizes = eligibleSizes }
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
    header.eligibleSizes = header.eligibleSizes.map { sizes in order.map { sizes[$0] } }
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
    guard header.eligibleSize + other.header.eligibleSize <= FittedModel.largestCount else {
      let name = "eligible_\(header.settings.unit.rawValue)"
      throw .candidates(.unusable(path: path, .tooLarge(name, limit: FittedModel.largestCount)))
    }
    let offset = header.shards.count
    guard offset + other.header.shards.count <= Candidate.maximumShardCount else {
      throw .candidates(
        .unusable(path: path, .tooLarge("shards", limit: Candidate.maximumShardCount)))
    }
    header.shards += other.header.shards
    header.eligibleCounts? += other.header.eligibleCounts ?? []
    header.eligibleSizes? += other.header.eligibleSizes ?? []
    header.eligibleSize += other.header.eligibleSize
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
