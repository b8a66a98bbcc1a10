package import Weighting

/// Models can't be weighed by.
package enum ModelError: Error {
  /// A file is no model, or none that can be used.
  case unusable(path: String, FittedModelError)
  /// Two models don't go together.
  case mismatch(path: String, otherPath: String, FittedModel.Mismatch)
  /// Models whose n-grams are hashed as `--compat dsir` does were to be used without that, or the other way round.
  case otherHashing(path: String, needsCompatibility: Bool)
  /// The regression needs a sample, and the model has none.
  case noSample(path: String)
  /// A model of no n-grams at all: of no documents, or of such without a token.
  case emptyModel(path: String, documentCount: Int)
  /// Attributes mirror documents, and the file is in no directory of that name.
  case notInDocuments(path: String)
}
