/// The values of settings that several commands have, where none is given.
package enum Defaults {
  /// The field of a document's text.
  package static let textField = "text"
  /// Documents with fewer tokens are never drawn.
  package static let minimumTokenCount = 100
  /// The number of buckets for models whose rare n-grams count.
  package static let bucketCount = 1 << 20
  /// The directory for temporary files without a name.
  package static let spoolDirectory = "/tmp"
  /// The number of shuffles in which models for held-out text are trained.
  package static let heldoutShuffles = 3
}
