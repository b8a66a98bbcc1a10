package import Reading
package import Weighting

/// A model can't be used.
package enum ModelError: Error {
  /// The file is not a model, or not a usable one.
  case unusable(path: String, JSONFileFault)
  /// Two models differ in a setting.
  ///
  /// The first is that of `otherPath`.
  case mismatch(path: String, otherPath: String, FittedModel.Mismatch)
  /// The model differs in a setting from the run that uses it.
  case otherFeatures(path: String, FittedModel.Mismatch)
  /// A model with the hashes of `--compat dsir` was used without that option, or the reverse.
  case otherHashing(path: String, needsCompatibility: Bool)
  /// The regression needs a sample, and the model has none.
  case noSample(path: String)
  /// The model of the pool doesn't have the numbers of a field.
  case noFieldSample(path: String, field: String)
  /// The numbers of a field have no scale: they are all the same, too large, or there are none.
  case unscalable(field: String, documentCount: Int, isTooLarge: Bool)
  /// The model has no n-grams: it was fitted to no documents, or to documents without a token.
  case empty(path: String, documentCount: Int)
  /// `--fit-sample` chose none of the documents that the model was fitted to.
  case emptyFitSample(path: String, share: Double, documentCount: Int)
}
