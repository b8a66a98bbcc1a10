/// The facts that an output adds to a selected document.
struct Annotation: Sendable, Equatable {
  /// nil if the document was drawn at random, or if the weight isn't known.
  var logWeight: Double?
  var key: Double
  /// How much a set would lose without the document: see ``GainReader``; nil if none was chosen.
  var gain: Double?
  /// The document's place in the order of its set, from 1: see ``SetSweeps``; nil without a set.
  var order: Int?
  /// The name of the target that drew the document; nil if there is none.
  var target: String?
}
