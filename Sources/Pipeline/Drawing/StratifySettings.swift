package import Files
internal import Platform
internal import Reading
internal import Resampling

/// How a pool is divided into strata, and the share drawn from each.
package struct StratifySettings: Sendable, Equatable, Codable {
  /// The field's path: keys joined by dots.
  package var field: String
  /// The share drawn from each value; nil for the pool's own shares.
  ///
  /// If the shares sum to less than 1, the rest goes to the other values, by the pool's shares.
  package var mixture: [ExactString: Double]?
  /// Whether the shares are those that explain the target best, which ``mixture`` has once they are
  /// found.
  package var findsMixture = false
  /// The temperature T of the pool's shares, which become p^(1/T) and are scaled to their sum.
  ///
  /// 1 keeps the shares. A larger T makes them more equal.
  package var temperature = 1.0
  /// Whether the shortfall of a stratum is drawn from the others.
  package var fills = false

  package init(field: String) { self.field = field }

  /// Shares count as complete if their sum differs from 1 by no more than this.
  package static let rounding = 1e-6

  /// The strata that are drawn from.
  ///
  /// - Parameter counts: the number of eligible documents by stratum.
  /// - Throws: ``StrataError/noStrata(field:)``,
  ///   ``StrataError/unknownStratum(field:name:values:)``,
  ///   ``StrataError/repeatedStratum(field:name:)``, ``StrataError/emptyMixture(field:values:)``
  func strata(_ counts: [ExactString: Int]) throws(PipelineError) -> Strata {
    guard counts.keys.contains(where: { $0 != "" }) else { throw .strata(.noStrata(field: field)) }
    let names = counts.keys.sorted()
    let mixture = try named(counts)
    let given = names.map { mixture?[$0] }
    let sum = given.reduce(0) { $0 + ($1 ?? 0) }
    let leavesRest = sum < 1 - Self.rounding
    guard sum > 0 || (leavesRest && given.contains(nil)) else {
      throw .strata(.emptyMixture(field: field, values: names.prefix(20).map(\.string)))
    }
    let open = leavesRest ? weights(names.map { counts[$0] ?? 0 }) : names.map { _ in 0 }
    let shares = Apportionment(given: given, counts: open)
    let positive = names.indices.filter { shares.isPositive($0) }
    return Strata(names: positive.map { names[$0] }, shares: shares.withoutEmptyParts)
  }

  /// The counts themselves or, with a temperature, 40 bits of their powers.
  private func weights(_ counts: [Int]) -> [Int] {
    guard temperature != 1, let most = counts.max(), most > 0 else { return counts }
    return counts.map { count in
      count == 0
        ? 0 : max(1, Int((pow(Double(count) / Double(most), 1 / temperature) * 0x1p40).rounded()))
    }
  }

  /// The mixture by the strata's own names: `2.0` names the number 2.
  private func named(
    _ counts: [ExactString: Int]
  ) throws(PipelineError) -> [ExactString: Double]? {
    guard let mixture else { return nil }
    var named: [ExactString: Double] = [:]
    for name in mixture.keys.sorted() {
      var stratum = name
      if counts[name] == nil, let number = Double(name.string) {
        stratum = ExactString(FieldValue.number(number).stratum)
      }
      guard counts[stratum] != nil else {
        throw .strata(
          .unknownStratum(
            field: field, name: name.string, values: counts.keys.sorted().map(\.string)))
      }
      guard named.updateValue(mixture[name] ?? 0, forKey: stratum) == nil else {
        throw .strata(.repeatedStratum(field: field, name: name.string))
      }
    }
    return named
  }
}
