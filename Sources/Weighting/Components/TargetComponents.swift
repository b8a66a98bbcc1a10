/// The components of one target, which are made in two steps: from counts and from samples.
///
///     var components = TargetComponents(types, counts, settings)
///     components.merge(TargetComponents(types, samples, settings))
///     use(components.all)
package struct TargetComponents: Sendable {
  /// In the order of the types; nil for those that the evidence so far doesn't make.
  private var made: [(any WeightComponent)?]

  /// Makes the components that need counts.
  ///
  /// - Complexity: O(*n* *b*) for *n* components and *b* buckets.
  package init(
    _ types: [any WeightComponent.Type], _ evidence: CountEvidence, _ settings: EstimatorSettings
  ) {
    made = types.map { type in
      (type as? any CountComponent.Type).map { $0.init(evidence, settings) }
    }
  }

  /// Trains the components that need samples.
  ///
  /// - Parameter evidence: nil if there are no samples: then nothing is trained.
  /// - Complexity: that of training.
  package init(
    _ types: [any WeightComponent.Type], _ evidence: SampleEvidence?, _ settings: EstimatorSettings
  ) {
    made = types.map { type in
      guard let evidence else { return nil }
      return (type as? any SampleComponent.Type).map { $0.init(evidence, settings) }
    }
  }

  /// Components that were made elsewhere; nil for those that are missing.
  package init(_ components: [(any WeightComponent)?]) { made = components }

  /// Takes in the components that are missing.
  ///
  /// - Precondition: both are of the same types.
  package mutating func merge(_ other: TargetComponents) {
    precondition(made.count == other.made.count)
    for (place, component) in other.made.enumerated() where made[place] == nil {
      made[place] = component
    }
  }

  /// All components, in the estimator's order.
  ///
  /// - Precondition: none is missing.
  /// - Complexity: O(*n*) for *n* components.
  package var all: [any WeightComponent] {
    made.map { component in
      guard let component else { preconditionFailure("a component without its evidence") }
      return component
    }
  }
}
