/// A file can't be verified.
package enum VerifyError: Error {
  /// It isn't the manifest of a selection.
  case notManifest(path: String)
}
