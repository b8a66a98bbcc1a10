internal import Files
internal import Reading
internal import Resampling

/// The outcome of a draw by existing weights, and where it came from.
struct Redrawn {
  var outcome: Drawn
  var recipe: DrawRecipe
  var budget: Budget
  /// The files of weights or candidates; nil if weights are in the pool.
  var inputs: [InputRecord]?
  /// Whether an earlier run chose the documents, and has warned of what they lack.
  var wasChosenBefore = false
  var documentCount: Int
  /// The number of documents in each shard of the pool, if known.
  var documentCounts: [Int]?
  /// The number of lines of weights for each shard of the pool, if there are any.
  var weightCounts: [Int]?
  /// Documents that the pool's model counted and candidates don't cover; nil if unknown.
  var missingCount: Int?
  /// Documents of the candidates that the pool's model didn't count.
  var uncountedCount: Int?
  /// The report on the pool, if it was read as a whole.
  var poolReport: PassReport?
  /// nil if it is unknown.
  var underMinimumCount: Int?
  /// The number of documents with too many tokens.
  var overMaximumCount = 0
  /// The number of eligible documents with too small a weight.
  var underWeightCount = 0
  /// The field that was weighed, if known.
  var textField: TextField?
  /// What a set completes; nil if there is nothing.
  var base: BaseSettings?
  /// The hash of the base's file; nil where another run chose the set.
  var baseHash: UInt64?
  /// Reads the log weights of documents at sorted positions again; nil where only keys are known.
  var logWeights: (([Position]) throws -> [Double])?
  /// Looks at all documents again for a report; nil where only the candidates are known.
  var survey: ((SurveyStep) throws -> SurveyStep.Outcome)?
  /// Has the log weights of the pool, if annotations need them.
  var statistics = StatisticsPlan()
  /// False where only the candidates are known.
  var hasSpread = true
  /// What documents were excluded for; nil if none were.
  var exclusion: CandidateExclusion?
  /// The excluded documents that would have been drawn.
  var excluded = CandidateFile.Excluded()
  /// The near-duplicates that were left out, by the shards of ``candidateShards``; nil if they are
  /// drawn like others.
  var nearDuplicates: NearDuplicates?
  /// The names of several targets, and their shares.
  var targetNames: [String?] = [nil]
  var shares: [ExactString: Double]?
  /// The place of each file of the pool among the candidates' shards, if it names the output.
  var shardNumbers: [Int]?
  /// The paths of the candidates' shards.
  var candidateShards: [String] = []
}
