package import Files
internal import Platform
internal import Reading
internal import Resampling

/// How a pool is cut into strata, and what is drawn of each.
package struct StratifySettings: Sendable, Equatable, Codable {
  /// Dotted keys.
  package var field: String
  /// What is drawn of each value; nil for the pool's own shares. What this leaves of 1 goes to the
  /// other values, by the pool's shares.
  package var mixture: [ExactString: Double]?
  /// Shares of the pool become p^(1/T), and are scaled to their sum: 1 keeps them, more makes them
  /// alike.
  package var temperature = 1.0
  /// Whether what a stratum falls short is drawn of the others.
  package var fills = false

  package init(field: String) { self.field = field }

  /// Shares that add up to 1 but for this are all of it.
  package static let rounding = 1e-6

  /// The strata that are drawn from.
  ///
  /// - Parameter counts: eligible documents by stratum.
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

  /// What counts become: themselves, or, with a temperature, 40 bits of their powers.
  private func weights(_ counts: [Int]) -> [Int] {
    guard temperature != 1, let most = counts.max(), most > 0 else { return counts }
    return counts.map { count in
      count == 0
        ? 0 : max(1, Int((pow(Double(count) / Double(most), 1 / temperature) * 0x1p40).rounded()))
    }
  }

  /// The mixture by the names that strata have: `2.0` names the number 2.
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
