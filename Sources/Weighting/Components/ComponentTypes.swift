/// What a list of components says of itself.
///
/// - Complexity: O(*n*) for *n* components, each.
extension [any WeightComponent.Type] {
  /// Whether a component reads the parameter.
  package func use(_ parameter: EstimatorParameters) -> Bool {
    contains { $0.parameters.contains(parameter) }
  }

  /// Whether a component is made from counts of features.
  package var needCounts: Bool { contains { $0 is any CountComponent.Type } }

  /// Whether a component is trained on samples of documents.
  package var needSamples: Bool { contains { $0 is any SampleComponent.Type } }

  /// The place of the component that a part of a draw may go by alone.
  package var placeThatDrawsAlone: Int? { firstIndex { $0.drawsAlone } }

  /// Whether a draw may have two parts: one by all components together, and one by a component
  /// alone.
  package var drawInTwoParts: Bool { count > 1 && placeThatDrawsAlone != nil }
}
