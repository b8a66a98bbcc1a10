package import Reading

/// Candidates can't be drawn from or merged.
package enum CandidateError: Error {
  /// The file can't be used.
  case unusable(path: String, JSONFileFault)
  /// Two files differ in a setting of the weighing or of the draw.
  case mismatch(path: String, CandidateSetting)
  /// The candidates of one shard are in two files.
  case repeatedShard(path: String, shard: String)
  /// Two files have candidates of shards with the same content.
  case repeatedContent(path: String, shard: String, otherShard: String)
  /// The text was weighed in another field than the requested one.
  case otherTextField(path: String, field: TextField, wanted: TextField)
  /// The candidates come from fewer documents than the pool's model counted.
  case missingDocuments(path: String, foundCount: Int, countedCount: Int, shardCount: Int)
  /// A file of the pool has no candidates.
  case shardWithoutCandidates(path: String, shard: String, hasKeysOnly: Bool)
  /// Candidates come from files with this file's name, and it isn't clear which is meant.
  case ambiguousShard(path: String, shard: String, weighedPaths: [String])
  /// The draw is larger than the one that candidates were kept for.
  case tooFewCandidates(path: String, keptFor: Int, wanted: Int, CandidateUnit)
  /// The draw has another unit than the one that candidates were kept for.
  case otherUnit(path: String, keptFor: CandidateUnit, wanted: Int, wantedUnit: CandidateUnit)
  /// Strata of another field are wanted than candidates were kept for, or of any.
  ///
  /// - Parameter field: the one that candidates were kept for; nil for none.
  case otherStrata(path: String, field: String?, wanted: String)
  /// Strata are to be filled up, but the draw has no number of documents.
  case filledUnit(path: String, CandidateUnit)
  /// Strata of a set are to be filled up.
  case filledSet(path: String)
  /// A set is to be chosen among more candidates than were kept.
  ///
  /// - Parameters:
  ///   - kept: the amount that was kept.
  ///   - needed: the amount that the set is chosen among.
  ///   - count: the size of the set.
  ///   - more: the size of a draw for which enough candidates would be kept.
  case tooFewForSet(
    path: String, kept: Int, needed: Int, count: Int, more: Int, CandidateUnit)
  /// One of several files has documents that were chosen already.
  case severalChoices(path: String)
  /// The documents were chosen already, in another number than wanted.
  case otherChoice(
    path: String, chosenCount: Int, CandidateUnit, wanted: Int, wantedUnit: CandidateUnit)
  /// A list of excluded documents is wanted, but none were excluded.
  case excludedNothing(path: String)
  /// One file has keys only, and another has n-grams, too.
  case keysAndFeatures(path: String, otherPath: String, hasKeysOnly: Bool)
  /// A set is to be chosen among candidates that have no n-grams yet.
  case keysOnly(path: String)
  /// The file doesn't have candidates that lack n-grams.
  case notKeys(path: String)
  /// The candidates were weighed for another target.
  case otherTarget(path: String, model: String)
  /// Too few candidates are left without near-duplicates.
  ///
  /// - Parameters:
  ///   - kept: the size of the candidates in the unit of the draw, and so are the next ones.
  ///   - wanted: the amount to draw, or to choose a set from.
  ///   - count: the amount to draw.
  ///   - more: the size of a draw for which more candidates would be kept.
  case tooManyNearDuplicates(
    path: String, kept: Int, left: Int, wanted: Int, count: Int, more: Int, CandidateUnit)
  /// A list of near-duplicates is wanted, but none were left out.
  case keptNearDuplicates(path: String)
  /// Shares are given for a target that the candidates don't have.
  ///
  /// - Parameter names: the targets that they have; empty if there is only one.
  case unknownTarget(path: String, name: String, names: [String])
  /// The shares of all targets don't add up to 1.
  case otherShareSum(path: String, sum: Double)
  /// More is to be drawn at random than candidates were kept for.
  case tooMuchReplay(path: String, keptFor: Double, wanted: Double)
  /// Shares or a random part are wanted of documents that were chosen already.
  case chosenShares(path: String)
  /// As many models are needed as the candidates have targets.
  case otherTargetCount(path: String, names: [String])
  /// A shard's content isn't that from which its keys were made.
  case changedShard(path: String, shard: String)
  /// A candidate's text isn't the one that was weighed.
  case changedDocument(path: String)
  /// Nothing is left to choose by purity, noise and base.
  case noSet(path: String)
}
