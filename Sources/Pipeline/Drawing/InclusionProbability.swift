internal import Platform

/// The probability with which a part that draws by log weights drew a document.
///
/// A document is drawn if its key is above the threshold: the largest key that the part didn't
/// draw. As long as it is drawn, the threshold doesn't depend on its own key. So, given the
/// threshold, it was drawn with the probability that a Gumbel variable at its log weight over the
/// temperature is above it: 1 − exp(−exp(log weight / T − threshold)). The sum of values over these
/// probabilities is therefore an unbiased estimate of the sum over all documents (Kool, van Hoof
/// and Welling 2019; Duffield, Lund and Thorup 2007, "Priority sampling"). This holds for budgets
/// of tokens and bytes, too: they stop before the first document that doesn't fit, and it fits in
/// no order of the documents before it.
struct InclusionProbability: Sendable {
  private let temperature: Double
  private let threshold: Double

  init(temperature: Double, threshold: Double) {
    self.temperature = temperature
    self.threshold = threshold
  }

  /// nil if the probabilities of the part don't follow from its keys alone.
  ///
  /// They do for the first target of each stratum and epoch. Parts before it, replay and earlier
  /// epochs, have noise of their own, so the probabilities hold for what they left. A second target
  /// has the noise of the first. A set, and near-duplicates that are left out, depend on other
  /// documents.
  init?(ofPart number: Int, of drawn: Drawn) {
    let part = drawn.parts[number]
    guard case .logWeight = part.arm.source, part.arm.noise != nil, drawn.objective == nil,
      drawn.nearDuplicates == nil
    else { return nil }
    let isFirst = !drawn.parts[..<number].contains {
      guard case .logWeight = $0.arm.source else { return false }
      return $0.arm.epoch == part.arm.epoch && $0.group == part.group
    }
    guard isFirst else { return nil }
    self.init(
      temperature: part.arm.temperature, threshold: part.selection.nextKey ?? -.infinity)
  }

  /// - Parameter logWeight: of a document that was drawn.
  func value(logWeight: Double) -> Double {
    -expm1(-exp(logWeight / temperature - threshold))
  }
}
