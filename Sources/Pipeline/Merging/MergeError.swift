/// Files can't be merged.
package enum MergeError: Error {
  /// One file is a model, and the other has candidates.
  case mixedKinds(path: String, otherPath: String)
  /// Two models were fitted to files with the same bytes, which their sum would count twice.
  ///
  /// - Parameters:
  ///   - input: the file that the model was fitted to, which may be the other one's, too.
  case repeatedInput(path: String, otherPath: String, input: String, otherInput: String)
}
