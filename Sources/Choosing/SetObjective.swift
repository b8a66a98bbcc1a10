internal import Platform

/// The objective by which a set of documents is chosen, and its constants.
///
/// With c(b) the target's counts per token (p, see ``TargetProfile``), C(b) and N the counts and
/// tokens of a set S, the set is worth
///
///     F(S) = Σ p(b) ln(a + C(b)) − W ln N
///
/// This is the log likelihood of the target's n-grams under the set, per token. The first term is a
/// feature-based submodular function (Wei, Liu, Kirchhoff, Bartels and Bilmes 2014). The second
/// term makes long documents pay for their length. Together they are the target's cross-entropy
/// under the set, which Axelrod (2017) lowers by one document after another.
///
/// Besides F, each document gets a bonus β z + τ G, in units of an average document's worth. z is
/// its standardized key (see ``CandidateScale``), and G its Gumbel noise.
package struct SetObjective: Sendable, Equatable, Codable {
  /// How much the keys count, from 0 to 1: see ``bonusScale``.
  package var purity: Double
  /// τ: the share of chance in the choice.
  package var noise: Double

  package static let defaultPurity = 0.4
  package static let defaultNoise = 0.02

  /// Each is its default if it is nil.
  package init(purity: Double? = nil, noise: Double? = nil) {
    self.purity = purity ?? Self.defaultPurity
    self.noise = noise ?? Self.defaultNoise
  }

  /// a: between 0.03 and 0.3, selections are equally good.
  package static let pseudocount = 0.1
  /// z is limited to −3…2.
  ///
  /// The keys of candidates are the upper tail of a distribution, often nearly exponential: the few
  /// largest ones say how alike the documents are, rather than how useful.
  static let deviations = -3.0...2.0

  /// β = P / (2 (1 − P)), with P the purity: 0 for P = 0, and infinite for P = 1.
  package var bonusScale: Double { purity / (2 * (1 - purity)) }
}

/// The scale of the keys of an arm's candidates.
///
/// z = (key − κ) / s, limited to −3…2, where κ is the mean of all keys. s is the standard deviation
/// of all keys, or of those that a draw by weight would select, if that is larger: where only a
/// part of the selection can be like the target, its keys should count less.
package struct CandidateScale: Sendable, Equatable {
  /// κ.
  package let mean: Double
  /// s.
  package let deviation: Double

  /// The result doesn't depend on the order of the keys.
  ///
  /// - Parameters:
  ///   - keys: of all candidates.
  ///   - top: the keys that a draw by weight would select.
  /// - Complexity: O(*n* log *n*) for *n* keys.
  package init(_ keys: [Double], top: [Double]) {
    let all = Self.moments(keys)
    mean = all.mean
    deviation = max(all.deviation, Self.moments(top).deviation)
  }

  /// The mean and the standard deviation of a population; 0 for none.
  private static func moments(_ keys: [Double]) -> (mean: Double, deviation: Double) {
    // A sum of rounded numbers depends on their order, and keys come in that of the threads.
    let keys = keys.sorted()
    // The mean of equal keys may be rounded, and would then differ from them.
    guard let first = keys.first, let last = keys.last, first != last else {
      return (keys.first ?? 0, 0)
    }
    let mean = keys.reduce(0, +) / Double(keys.count)
    let squares = keys.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(keys.count)).squareRoot())
  }

  /// z.
  package func standardized(_ key: Double) -> Double {
    guard deviation > 0 else { return 0 }
    let limits = SetObjective.deviations
    return min(max((key - mean) / deviation, limits.lowerBound), limits.upperBound)
  }
}
