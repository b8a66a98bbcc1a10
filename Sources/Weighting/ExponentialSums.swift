internal import Platform

/// Σ exp(x) and Σ exp(2x) over any number of x of any size, with results that don't depend on the
/// order of the x.
///
/// Sums of doubles depend on the order of the terms, and that order depends on threads and shards.
/// Here x = k + r exactly, with k whole and 0 ≤ r < 1, however large x is. The exp(r) and exp(2r)
/// of equal k are added up as integers.
package struct ExponentialSums: Sendable {
  /// Sums of exp(r) and exp(2r), in units of 2⁻⁵². A term has 55 bits at most: 2⁷³ of them fit.
  private struct Sums {
    var first: UInt128 = 0
    var second: UInt128 = 0
  }

  /// Terms below e⁻⁶⁸ times the largest are left out. The sum of 2⁴⁰ of them wouldn't change a
  /// double.
  private static let span = 68

  /// The largest k; −∞ without terms.
  private var largest = -Double.infinity
  /// The sums of `largest`, `largest` − 1, and so on.
  private var sums = [Sums](repeating: Sums(), count: span)

  package init() {}

  /// - Precondition: `x` is finite.
  package mutating func add(_ x: Double) {
    let whole = x.rounded(.down)
    if whole > largest { raise(to: whole) }
    let distance = largest - whole
    guard distance < Double(Self.span) else { return }
    let term = exp(x - whole)
    let place = Int(distance)
    sums[place].first += UInt128(UInt64(term * 0x1p52))
    sums[place].second += UInt128(UInt64(term * term * 0x1p52))
  }

  package mutating func merge(_ other: ExponentialSums) {
    guard other.largest > -.infinity else { return }
    if other.largest > largest { raise(to: other.largest) }
    let distance = largest - other.largest
    guard distance < Double(Self.span) else { return }
    for place in Int(distance)..<Self.span {
      sums[place].first += other.sums[place - Int(distance)].first
      sums[place].second += other.sums[place - Int(distance)].second
    }
  }

  private mutating func raise(to whole: Double) {
    let distance = whole - largest
    let shift = distance < Double(Self.span) ? Int(distance) : Self.span
    sums = Array(repeating: Sums(), count: shift) + sums[..<(Self.span - shift)]
    largest = whole
  }

  /// ln Σ exp(x); −∞ for no terms.
  package var logOfSum: Double {
    largest > -.infinity ? largest + log(ofFirst) : -.infinity
  }

  /// (Σ exp(x))² / Σ exp(2x); 0 for no terms.
  package var ratio: Double {
    largest > -.infinity ? ofFirst * (ofFirst / ofSecond) : 0
  }

  /// Σ exp(x) and Σ exp(2x), in units of exp(`largest`) and of its square. The smallest terms are
  /// added first.
  private var ofFirst: Double { sum { Double($0.first) * exp(-$1) } }
  private var ofSecond: Double { sum { Double($0.second) * exp(-2 * $1) } }

  private func sum(_ term: (Sums, Double) -> Double) -> Double {
    var sum = 0.0
    for place in sums.indices.reversed() { sum += term(sums[place], Double(place)) }
    return sum * 0x1p-52
  }
}
