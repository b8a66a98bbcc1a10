/// What is worth a word before a run, and stops none.
package enum WritingWarning: Sendable {
  /// The file system of the directory has no way to wait until files are on the disk.
  case noSync(directory: String)
}
