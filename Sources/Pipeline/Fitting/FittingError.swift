/// The documents don't suffice to fit a model.
package enum FittingError: Error {
  /// The share of the pool to fit has no document (`chosen` is 0), or no token.
  case emptyFitSample(share: Double, chosen: Int, documentCount: Int)
}
