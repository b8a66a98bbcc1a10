/// Shares a whole number out among parts, in exact arithmetic: see ``DivisorMethod``.
///
/// A larger total gives no part less: of two draws with the same shares, the larger contains the smaller. (The method of largest
/// remainders lacks that: Balinski and Young 1982, "Fair Representation".)
package struct Apportionment: Sendable {
  /// The parts that have a share of their own; where others divide a rest, that is one more part, the last.
  private var given: DivisorMethod
  /// Where those parts are.
  private var givenParts: [Int]
  private var rest: DivisorMethod
  private var restParts: [Int]
  private var hasRest: Bool { !restParts.isEmpty }

  /// Parts by whole numbers, such as numbers of documents.
  ///
  /// - Parameter counts: not negative; their sum is above 0.
  package init(counts: [Int]) { self.init(counts.map { UInt128($0) }) }

  /// Parts by decimal fractions. A share counts as the decimal number that it is written as: 0.3 is three tenths, and not the
  /// double next to that.
  ///
  /// - Parameter shares: finite and not negative; not all of them 0. Relative to their sum.
  package init(shares: [Double]) {
    precondition(shares.allSatisfy { $0 >= 0 && $0.isFinite })
    let decimals = shares.map { Decimal($0) }
    let top = decimals.map(\.magnitude).max() ?? 0
    self.init(decimals.map { $0.units(of: Self.mostDigits - top) })
  }

  private init(_ weights: [UInt128]) {
    precondition(weights.contains { $0 > 0 })
    given = DivisorMethod(weights)
    givenParts = Array(weights.indices)
    rest = DivisorMethod([])
    restParts = []
  }

  /// Parts of which some have a given share, and the others divide what is left of 1 by counts.
  ///
  /// The rest is first one part beside those with shares, and what that gets is then divided: among many small parts, units
  /// would else add up to more than their share.
  ///
  /// - Parameters:
  ///   - given: the share of a part, from 0 to 1; nil for parts that divide what is left.
  ///   - counts: of those parts; not negative.
  package init(given shares: [Double?], counts: [Int]) {
    givenParts = shares.indices.filter { shares[$0] != nil }
    restParts = shares.indices.filter { shares[$0] == nil }
    rest = DivisorMethod(restParts.map { UInt128(counts[$0]) })
    let units = givenParts.map { Decimal(shares[$0] ?? 0).units(of: Self.mostDigits) }
    let sum = units.reduce(0, +)
    let left = rest.weights.contains { $0 > 0 } && sum < Self.one ? Self.one - sum : 0
    given = DivisorMethod(units + (restParts.isEmpty ? [] : [left]))
    precondition(sum > 0 || left > 0)
  }

  /// Digits behind the point that count. A double has 17 significant ones.
  private static let mostDigits = 20
  private static let one: UInt128 = 100_000_000_000_000_000_000

  /// True unless the part never gets anything.
  package func isPositive(_ part: Int) -> Bool {
    if let place = givenParts.firstIndex(of: part) { return given.weights[place] > 0 }
    guard let place = restParts.firstIndex(of: part) else { return false }
    return rest.weights[place] > 0 && given.weights[givenParts.count] > 0
  }

  /// The same without the parts that never get anything.
  package var withoutEmptyParts: Apportionment {
    let count = givenParts.count + restParts.count
    let kept = (0..<count).filter { isPositive($0) }
    var result = self
    let places = givenParts.indices.filter { given.weights[$0] > 0 }
    let restPlaces = restParts.indices.filter { isPositive(restParts[$0]) }
    let restWeight = hasRest && !restPlaces.isEmpty ? [given.weights[givenParts.count]] : []
    result.given = DivisorMethod(places.map { given.weights[$0] } + restWeight)
    result.rest = DivisorMethod(restPlaces.map { rest.weights[$0] })
    result.givenParts = places.compactMap { kept.firstIndex(of: givenParts[$0]) }
    result.restParts = restPlaces.compactMap { kept.firstIndex(of: restParts[$0]) }
    return result
  }

  /// What each part gets of `total`.
  ///
  /// - Parameter total: not negative.
  /// - Returns: one number for each part; their sum is `total`.
  /// - Complexity: O(*n* log *n*) for *n* parts, whatever the total.
  package func amounts(of total: Int) -> [Int] {
    let amounts = given.amounts(of: total)
    return joined(amounts, hasRest ? rest.amounts(of: amounts[givenParts.count]) : [])
  }

  private func joined(_ given: [Int], _ rest: [Int]) -> [Int] {
    var amounts = [Int](repeating: 0, count: givenParts.count + restParts.count)
    for (part, amount) in zip(givenParts, given) { amounts[part] = amount }
    for (part, amount) in zip(restParts, rest) { amounts[part] = amount }
    return amounts
  }
}

extension Apportionment {
  /// A number that isn't negative, as the shortest decimal that reads as the same double.
  private struct Decimal {
    /// As a whole number, without leading or trailing zeros.
    private var digits: UInt128 = 0
    /// The power of ten that they are multiplied by.
    private var exponent = 0
    private var digitCount = 0

    init(_ value: Double) {
      var text = Substring(value.description)
      if let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }) {
        exponent = Int(text[text.index(after: mark)...]) ?? 0
        text = text[..<mark]
      }
      var isAfterPoint = false
      for character in text {
        guard let digit = character.wholeNumberValue else {
          isAfterPoint = true
          continue
        }
        digits = digits * 10 + UInt128(digit)
        if isAfterPoint { exponent -= 1 }
      }
      while digits > 0, digits % 10 == 0 {
        digits /= 10
        exponent += 1
      }
      digitCount = digits == 0 ? 0 : String(digits).utf8.count
    }

    /// The power of ten above its first digit; 0 for 0.
    var magnitude: Int { digits == 0 ? .min / 2 : digitCount + exponent }

    /// The number × 10^`scale`, rounded down.
    func units(of scale: Int) -> UInt128 {
      guard digits > 0 else { return 0 }
      var result = digits
      var shift = exponent + scale
      while shift > 0 {
        result *= 10
        shift -= 1
      }
      while shift < 0, result > 0 {
        result /= 10
        shift += 1
      }
      return result
    }
  }
}
