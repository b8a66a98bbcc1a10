/// Weights from a file can't be used for a draw.
package enum StoredWeightError: Error {
  /// The file has no weights for the target.
  case unknownTarget(path: String, name: String)
  /// The file has weights for named targets, and none is chosen.
  case noTargetChosen(path: String)
  /// The weights belong to a file that isn't in the pool.
  case unknownShard(path: String, pool: [String])
  /// The weights of two files would belong to the same file of the pool.
  case ambiguousShard(path: String, otherPath: String, shard: String)
  /// A file of the pool has no weights.
  ///
  /// - Parameter moreCount: the number of other such files.
  case shardWithoutWeights(path: String, moreCount: Int)
  /// A document has two lines of weights.
  case repeatedWeight(path: String, place: Int, isRow: Bool)
  /// A document's text isn't the one that was weighed.
  case otherText(path: String, field: String)
  /// A file has invalid lines, which were skipped when it was weighed.
  case skippedBefore(path: String)
  /// Some files have the regression's log odds, and others don't.
  case mixedWeights(path: String, otherPath: String)
  /// The draw needs log odds, and the file has none.
  case noLogOdds(path: String)
}
