internal import Weighting

extension AdditionRecord {
  /// - Returns: nil if nothing was added.
  init?(_ addition: FieldAddition?) {
    guard let addition else { return nil }
    self.init(
      documents: addition.scales.documentCount, weightDeviations: addition.deviations,
      terms: zip(addition.scales.terms, addition.scales.scales).map {
        Term(
          field: $0.field, coefficient: $0.coefficient, mean: $1.mean, deviation: $1.deviation)
      })
  }
}
