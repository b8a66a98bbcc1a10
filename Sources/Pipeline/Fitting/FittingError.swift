/// Documents can't be fitted.
package enum FittingError: Error {
  /// The share of the pool that is fitted has nothing to fit.
  case emptyFitSample(share: Double, chosen: Int, documentCount: Int)
}
