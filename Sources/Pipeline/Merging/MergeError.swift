/// Files can't be merged.
package enum MergeError: Error {
  /// Files of different kinds were to be merged.
  case mixedKinds(path: String, otherPath: String)
  /// Two models were fitted on the same file, so that their sum would count it twice.
  case repeatedInput(path: String, otherPath: String, input: String)
}
