/// Files of weights can't be drawn by.
package enum StoredWeightError: Error {
  /// Weights are of several targets and none is named, or of none of that name.
  case otherTargets(path: String, name: String?)
  /// Weights are of a file that isn't among the pool's.
  case unknownShard(path: String, pool: [String])
  /// Weights of two files would be those of one of the pool's.
  case ambiguousShard(path: String, otherPath: String, shard: String)
  /// Files of the pool of which no line of weights is: the first, and how many more.
  case shardWithoutWeights(path: String, moreCount: Int)
  /// A document has two lines of weights.
  case repeatedWeight(path: String, offset: Int)
  /// A document's text is another than was weighed.
  case otherText(path: String, field: String)
  /// A file has lines that are no documents, which must have been skipped when it was weighed.
  case skippedBefore(path: String)
  /// Some weights have the regression's part, and some don't.
  case mixedWeights(path: String, otherPath: String)
  /// A share was asked for of a part that weights don't have.
  case noLogOdds(path: String)
}
