/// Files can't be merged.
package enum MergeError: Error {
  /// One file is a model, and the other has candidates.
  case mixedKinds(path: String, otherPath: String)
  /// Two models were fitted to the same file, which their sum would count twice.
  case repeatedInput(path: String, otherPath: String, input: String)
}
