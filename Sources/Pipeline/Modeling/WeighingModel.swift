internal import Featurizing
internal import Weighting

/// Everything that a document's weights depend on, besides its text.
struct WeighingModel: Sendable {
  var features: FeatureSettings
  var tables: UnicodeTables
  /// The types of each target's components, in the order in which contributions are added up.
  var components: [any WeightComponent.Type]
  /// One or more.
  var targets: [TargetModel]
  /// What fields of a document add to its weights; nil for nothing.
  var addition: FieldAddition?

  init(
    features: FeatureSettings, tables: UnicodeTables, components: [any WeightComponent.Type],
    targets: [TargetModel] = []
  ) {
    self.features = features
    self.tables = tables
    self.components = components
    self.targets = targets
  }

  /// Adds a target, with the components that need only counts of features.
  mutating func addTarget(
    _ name: String?, counts: FeatureCounts, pool: FeatureCounts, _ settings: EstimatorSettings
  ) {
    let evidence = CountEvidence(target: counts, pool: pool, features: features)
    targets.append(
      TargetModel(name: name, components: TargetComponents(components, evidence, settings)))
  }

  /// Adds the components that were trained on samples, for all targets.
  mutating func merge(_ trained: [TargetComponents]) {
    precondition(trained.count == targets.count)
    for (target, components) in trained.enumerated() {
      targets[target].components.merge(components)
    }
  }
}

/// The components for one target, and its name.
struct TargetModel: Sendable {
  /// nil if there is only one.
  var name: String?
  var components: TargetComponents
}
