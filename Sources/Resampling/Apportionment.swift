/// Shares a whole number out among parts, in exact arithmetic, by the divisor method of Webster and Sainte-Laguë.
///
/// Units are given away one after the other, each to the part whose weight / (2 × units so far + 1) is largest, of equal ones to
/// the first part. So a larger total gives no part less: of two draws with the same shares, the larger contains the
/// smaller. (The method of largest remainders lacks that: Balinski and Young 1982, "Fair Representation".)
package struct Apportionment: Sendable {
  /// Relative, and exact. Their sum is below 2¹²⁶, so that twice the sum has room.
  private let weights: [UInt128]
  private let sum: UInt128

  /// Parts by whole numbers, such as numbers of documents.
  ///
  /// - Parameter counts: not negative; their sum is above 0.
  package init(counts: [Int]) {
    self.init(exact: counts.map { UInt128($0) })
  }

  /// Parts by decimal fractions. A share counts as the decimal number that it is written as: 0.3 is three tenths, and not the
  /// double next to that.
  ///
  /// - Parameter shares: finite and not negative; not all of them 0. Relative to their sum.
  package init(shares: [Double]) {
    self.init(exact: Self.whole(shares))
  }

  /// Parts of which some have a given share, and the others divide what is left of 1 by counts.
  ///
  /// - Parameters:
  ///   - given: the share of a part, from 0 to 1; nil for parts that divide what is left.
  ///   - counts: of those parts; not negative.
  package init(given: [Double?], counts: [Int]) {
    let open = given.indices.filter { given[$0] == nil }
    let total = open.reduce(0) { $0 + UInt128(counts[$1]) }
    let decimals = given.map { Decimal($0 ?? 0) }
    let units = decimals.map { $0.units(of: Self.mostDigits) }
    let rest = Self.one > units.reduce(0, +) ? Self.one - units.reduce(0, +) : 0
    // All in units of 1 / (10²⁰ × total).
    self.init(
      exact: given.indices.map { part in
        given[part] == nil ? rest * UInt128(counts[part]) : units[part] * max(1, total)
      })
  }

  private init(exact weights: [UInt128]) {
    self.weights = weights
    sum = weights.reduce(0, +)
    precondition(sum > 0 && sum < 1 << 126)
  }

  /// Digits behind the point that count. A double has 17 significant ones.
  private static let mostDigits = 20
  private static let one: UInt128 = 100_000_000_000_000_000_000

  /// The decimals in units of the smallest digit that any of them has, if that is within 20 digits of the largest's first;
  /// what is smaller is rounded.
  private static func whole(_ shares: [Double]) -> [UInt128] {
    precondition(shares.allSatisfy { $0 >= 0 && $0.isFinite } && shares.contains { $0 > 0 })
    let decimals = shares.map { Decimal($0) }
    let top = decimals.map(\.magnitude).max() ?? 0
    return decimals.map { $0.units(of: mostDigits - top) }
  }

  /// The parts' shares of the whole, rounded to doubles.
  package var shares: [Double] { weights.map { Double($0) / Double(sum) } }

  /// True unless the part never gets anything.
  package func isPositive(_ part: Int) -> Bool { weights[part] > 0 }

  /// Some of the parts, with what they have relative to one another.
  package func keeping(_ parts: [Int]) -> Apportionment {
    Apportionment(exact: parts.map { weights[$0] })
  }

  /// What each part gets of `total`.
  ///
  /// - Parameter total: not negative.
  /// - Returns: one number for each part; their sum is `total`.
  /// - Complexity: O(*n* log *n*) for *n* parts, whatever the total.
  package func amounts(of total: Int) -> [Int] {
    // All units with a quotient above sum / total are given away at once: at most half a unit a part too many or too few.
    var amounts = weights.map { weight in Self.rounded(weight, total, sum) }
    // The sum may be beyond the largest number; the difference is small.
    var left = amounts.reduce(total, &-)
    if left > 0 {
      var heap = Heap(weights.indices.filter { weights[$0] > 0 }) { one, other in
        precedes(one, amounts[one], other, amounts[other])
      }
      while left > 0 {
        amounts[heap.top] += 1
        left -= 1
        heap.fixTop { one, other in precedes(one, amounts[one], other, amounts[other]) }
      }
    } else if left < 0 {
      var heap = Heap(weights.indices.filter { amounts[$0] > 0 }) { one, other in
        precedes(other, amounts[other] - 1, one, amounts[one] - 1)
      }
      while left < 0 {
        amounts[heap.top] -= 1
        left += 1
        heap.fixTop { one, other in
          guard amounts[one] > 0, amounts[other] > 0 else { return amounts[one] > 0 }
          return precedes(other, amounts[other] - 1, one, amounts[one] - 1)
        }
      }
    }
    return amounts
  }

  /// What each part gets of `total`, if none can take more than `limits` says: what one can't take goes to the others by the
  /// same rule. Where all are full, less than `total` is given away.
  ///
  /// - Returns: one number for each part, at most its limit.
  package func amounts(of total: Int, limits: [Int]) -> [Int] {
    var amounts = [Int](repeating: 0, count: weights.count)
    var open = weights.indices.filter { weights[$0] > 0 }
    var left = total
    while !open.isEmpty, left > 0 {
      let offers = Apportionment(exact: open.map { weights[$0] }).amounts(of: left)
      let full = zip(open, offers).filter { $0.1 >= limits[$0.0] }.map(\.0)
      guard !full.isEmpty else {
        for (part, offer) in zip(open, offers) { amounts[part] = offer }
        break
      }
      // Taking a part out leaves the others more, so a part that is full now stays so.
      for part in full {
        amounts[part] = limits[part]
        left -= limits[part]
      }
      let closed = Set(full)
      open.removeAll { closed.contains($0) }
    }
    return amounts
  }

  /// True if `one` with `count` units gets the next unit before `other` with `otherCount`.
  private func precedes(_ one: Int, _ count: Int, _ other: Int, _ otherCount: Int) -> Bool {
    // w₁ / (2a₁ + 1) > w₂ / (2a₂ + 1), without dividing.
    let left = weights[one].multipliedFullWidth(by: UInt128(otherCount) * 2 + 1)
    let right = weights[other].multipliedFullWidth(by: UInt128(count) * 2 + 1)
    if left.high != right.high { return left.high > right.high }
    if left.low != right.low { return left.low > right.low }
    return one < other
  }

  /// weight × total / sum, rounded; a half is rounded down.
  private static func rounded(_ weight: UInt128, _ total: Int, _ sum: UInt128) -> Int {
    guard weight > 0, total > 0 else { return 0 }
    let product = weight.multipliedFullWidth(by: UInt128(total))
    let (quotient, remainder) = sum.dividingFullWidth(product)
    return Int(quotient) + (2 * remainder > sum ? 1 : 0)
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

/// A binary heap of numbers, ordered by what is said at each step.
struct Heap {
  private var entries: [Int]

  /// - Parameter precedes: a total order.
  init(_ entries: [Int], precedes: (Int, Int) -> Bool) {
    self.entries = entries
    for index in (0..<entries.count / 2).reversed() { sift(index, precedes) }
  }

  var isEmpty: Bool { entries.isEmpty }

  /// The first in order. There must be one.
  var top: Int { entries[0] }

  /// Restores the order after the first entry's place in it has moved back.
  mutating func fixTop(precedes: (Int, Int) -> Bool) { sift(0, precedes) }

  /// Takes the first entry out.
  mutating func removeTop(precedes: (Int, Int) -> Bool) {
    let last = entries.removeLast()
    guard !entries.isEmpty else { return }
    entries[0] = last
    sift(0, precedes)
  }

  private mutating func sift(_ start: Int, _ precedes: (Int, Int) -> Bool) {
    var place = start
    while true {
      var first = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < entries.count && precedes(entries[child], entries[first]) {
        first = child
      }
      guard first != place else { return }
      entries.swapAt(place, first)
      place = first
    }
  }
}
