/// Files can't be merged.
package enum MergeError: Error {
  /// One is a model, the other has candidates.
  case mixedKinds(path: String, otherPath: String)
  /// Two models were fitted to the same file, and their sum would count it twice.
  case repeatedInput(path: String, otherPath: String, input: String)
}
