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
  /// what finds near-duplicates, and version 5 serves draws of a number of tokens or bytes, or from
  /// strata. Version 6 serves draws for several targets, and with a random part, has what fields
  /// added to weights, or strata with anything of versions 3 and 4.
  /// Version 7 has numbers of tokens from a field.
  package static let version = 7

  /// What is drawn from the candidates.
  package enum Objective: String, Sendable, Codable { case weight, set }

  /// One of several targets.
  package struct Target: Sendable, Equatable {
    package var name: String
    /// XXH3-64 of the model file.
    var model: UInt64
    /// Its share of the draw, among candidates that were chosen; nil for an equal part of what the
    /// others leave.
    var share: Double?
  }

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
    /// XXH3-64 of the model files. Of several targets, that of the first.
    package var targetModel: UInt64
    package var poolModel: UInt64
    package var textField: TextField
    package var objective = Objective.weight
    /// What documents were excluded for; nil if none were.
    package var exclusion: CandidateExclusion?
    /// The least similarity of near-duplicates that are left out; nil to draw them like others.
    package var nearDuplicates: Double?

    package var unit = CandidateUnit.documents
    /// The field with the numbers of tokens; nil if they were counted.
    package var tokensField: String?
    /// The field whose values are strata; nil without strata.
    package var stratify: String?
    /// The amount of candidates that are kept for a set of tokens or bytes: see ``keep(for:)``.
    var keptAmount: Int?
    /// The targets, in the order in which they draw; empty if there is only one.
    package var targets: [Target] = []
    /// The largest share of a draw that is drawn at random.
    package var replay = 0.0
    /// The fields whose numbers were added to log weights.
    var additions: [FieldTerm] = []

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
        + (unit == .documents ? "" : ", unit: \(unit.rawValue)")
        + (tokensField.map { ", tokensField: \(String(reflecting: $0))" } ?? "")
        + (stratify.map { ", stratify: \(String(reflecting: $0))" } ?? "")
        // Targets and additions are told beside these settings.
        + (replay == 0 ? "" : ", replay: \(replay)") + ")"
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
    /// The n-grams of each target; empty unless a set is to be chosen.
    var profiles: [TargetProfile] = []
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
    /// The strata of the candidates; nil without strata.
    var strata: CandidateStrata?
    /// Whether everything eligible was drawn, if documents were chosen and have the numbers of
    /// their parts; else nil.
    var isExhausted: Bool?

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
  /// The role of each candidate; empty if all have the same.
  var roles: [CandidateRole] = []
  /// The part of each document that was chosen from strata, by tokens or bytes, or for several
  /// targets: 1 for those that the regression drew alone, and else 0. Empty in other files.
  var partNumbers: [Int] = []
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
    candidates: [CandidateGroup], strata: CandidateStrata? = nil,
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
    header.strata = strata
    self.candidates = []
    keep(candidates)
    self.excluded = reachable(excluded, candidates)
    sortShards()
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
}
