internal import Choosing

/// What documents were chosen by, as manifests list it.
package struct ObjectiveRecord: Encodable, Sendable {
  /// `set` or `weight`.
  package var name: String
  /// How a set was chosen: see ``SetObjective``; nil for a draw by weight.
  package var purity: Double?
  package var noise: Double?
  /// The model that the set completes, and the tokens that it was trained on.
  package var base: String?
  package var baseTokens: Int?
  /// XXH3-64 of that model's stored bytes; only from `select`.
  package var baseXxh3: String?
}

extension ObjectiveRecord {
  /// - Parameter objective: nil for a draw by weight.
  init(_ objective: SetObjective?) {
    name = objective == nil ? "weight" : "set"
    purity = objective?.purity
    noise = objective?.noise
  }
}
