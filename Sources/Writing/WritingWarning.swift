/// A warning before a run, which doesn't stop it.
package enum WritingWarning: Sendable {
  /// The file system of the directory can't wait until files are on the disk.
  case noSync(directory: String)
}
