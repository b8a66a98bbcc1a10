internal import Files
internal import Weighting

/// The shares of strata that explain a target best, as ``ShareEstimate`` finds them.
package struct MixtureRecord: Encodable, Sendable {
  /// What the shares are of: `documents`, `tokens` or `bytes`.
  package var unit: String
  /// The shares, as `--mixture` takes them.
  package var option: String
  /// The number of the target's documents that were looked at.
  package var documents: Int
  /// How much worse the strata predict the target than their own documents, in nats per n-gram.
  package var distance: Double
  /// Pairs of strata that can't be told apart.
  package var alike: [[String]]

  /// A target at a larger ``distance`` is unlike all strata.
  package var isFar: Bool { distance > ShareEstimate.largestDistance }
}

extension MixtureRecord {
  /// - Parameter amounts: the shares of the strata, in parts of ``ShareEstimate/partCount``.
  init(
    _ estimate: ShareEstimate, _ names: [ExactString], unit: String, documentCount: Int,
    _ amounts: [Int]
  ) {
    self.unit = unit
    documents = documentCount
    distance = estimate.distance
    alike = estimate.alike.map { [names[$0.0].string, names[$0.1].string] }
    option = zip(names, amounts).filter { $1 > 0 }
      .map { "\($0.string)=\(Self.decimal($1))" }.joined(separator: ",")
  }

  /// A number of parts as a decimal: `0.25`.
  private static func decimal(_ count: Int) -> String {
    guard count < ShareEstimate.partCount else { return "1" }
    var digits = String(ShareEstimate.partCount + count).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "0.\(digits)"
  }
}
