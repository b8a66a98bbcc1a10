/// What fields add to a log weight: the deviation of log weights, times
/// Σ coefficient × (number − mean) / deviation of the numbers.
///
/// So a coefficient says how much a number counts beside the log weight, whatever the scale of
/// either. The sum has the scale of log weights, and temperatures keep their meaning.
package struct FieldScales: Sendable, Equatable {
  package var terms: [FieldTerm]
  /// One per term.
  package var scales: [Scale]
  /// The number of documents that scales were taken from.
  package var documentCount: Int

  package init(terms: [FieldTerm], scales: [Scale], documentCount: Int) {
    self.terms = terms
    self.scales = scales
    self.documentCount = documentCount
  }

  /// - Parameters:
  ///   - values: the number of each term.
  ///   - deviation: of the log weights for a target.
  package func sum(of values: [Double], deviation: Double) -> Double {
    var sum = 0.0
    for (index, term) in terms.enumerated() {
      sum += term.coefficient * ((values[index] - scales[index].mean) / scales[index].deviation)
    }
    return deviation * sum
  }
}
