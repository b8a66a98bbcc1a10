/// How a document's length enters its log weight: the sum over n features is divided by n^e.
package enum Normalization: String, CaseIterable, Sendable, Codable {
  /// e = 0: the sum, the log importance weight of the method. Its spread grows with length.
  case none
  /// e = ½: the sum in units of its standard error, if features were independent. It lies between
  /// the sum, whose extremes are long documents, and the mean, whose extremes are short ones.
  case sqrt
  /// e = 1: the mean over the features.
  case length

  /// - Returns: 0 for a document without features.
  package func apply(to logWeight: Double, featureCount: Int) -> Double {
    switch self {
    case .none: logWeight
    case .sqrt: featureCount == 0 ? 0 : logWeight / Double(featureCount).squareRoot()
    case .length: featureCount == 0 ? 0 : logWeight / Double(featureCount)
    }
  }
}
