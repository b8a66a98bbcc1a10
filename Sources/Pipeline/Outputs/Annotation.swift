/// What an output says of a selected document besides its own content.
struct Annotation: Sendable, Equatable {
  /// nil where the document was drawn at random, or the weight isn't known.
  var logWeight: Double?
  var key: Double
  /// The name of the target that drew the document; nil where it has none.
  var target: String?
}
