/// The members of ``EstimatorSettings`` that a component reads.
package struct EstimatorParameters: OptionSet, Sendable {
  package let rawValue: Int

  package init(rawValue: Int) { self.rawValue = rawValue }

  package static let normalization = EstimatorParameters(rawValue: 1 << 0)
  package static let pseudocount = EstimatorParameters(rawValue: 1 << 1)
  package static let targetPseudocount = EstimatorParameters(rawValue: 1 << 2)
}
