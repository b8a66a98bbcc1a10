internal import Resampling

/// The outcome of a draw by weights that were there already, and where it came from.
struct Redrawn {
  var outcome: Drawn
  var recipe: DrawRecipe
  var budget: Budget
  /// The files of weights or candidates; nil where weights are in the pool.
  var inputs: [InputRecord]?
  var documentCount: Int
  /// The documents of each shard of the pool, where they are known.
  var documentCounts: [Int]?
  /// Lines of weights of each shard of the pool, where there are such.
  var weightCounts: [Int]?
  /// Documents that the pool's model counted and candidates don't know; nil where it isn't known.
  var missingCount: Int?
  /// Documents of the candidates that the pool's model didn't count.
  var uncountedCount: Int?
  /// Of the pool, where it was read as a whole.
  var poolReport: PassReport?
  /// nil where it isn't known any more.
  var underMinimumCount: Int?
  /// The field that was weighed, where that is known.
  var textField: String?
  /// False where only the candidates are known.
  var hasSpread = true
}
