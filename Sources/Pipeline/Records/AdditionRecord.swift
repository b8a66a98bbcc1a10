/// What fields added to log weights.
package struct AdditionRecord: Encodable, Sendable {
  package struct Term: Encodable, Sendable {
    package var field: String
    package var coefficient: Double
    /// Those of the field's numbers in the sample.
    package var mean: Double
    package var deviation: Double
  }

  /// The number of documents of the sample.
  package var documents: Int
  /// The standard deviation of their log weights without what fields add, one per target.
  package var weightDeviations: [Double]
  package var terms: [Term]
}
