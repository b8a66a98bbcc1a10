#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// ln Σ exp(x) over any number of x, with a result that doesn't depend on their order.
///
/// Sums of doubles depend on the order of the terms, and that depends on threads and shards. Here each
/// exp(x) = m × 2ᵉ becomes a 53-bit integer m, and the m of equal e are added up exactly.
package struct LogSum: Sendable {
  /// Sums of m, by exponent. An m has 53 bits: 2⁷⁵ terms fit.
  private var sums: [Int: UInt128] = [:]
  private var largestExponent = noExponent
  /// Below every exponent there is, and far from overflow.
  private static let noExponent = -1 << 60
  /// Terms that are smaller than the largest by more than this many bits are left out: 2⁴⁰ of them
  /// don't show in a double.
  private static let span = 96

  package init() {}

  /// - Precondition: `x` is finite. Beyond 2⁵⁶ either way it counts as that.
  package mutating func add(_ x: Double) {
    let x = max(-0x1p56, min(0x1p56, x))
    let binary = x * 1.4426950408889634  // log2 e
    let exponent = Int(binary.rounded(.down))
    guard exponent > largestExponent - Self.span else { return }
    let mantissa = exp2(binary - Double(exponent))
    sums[exponent, default: 0] += UInt128(mantissa * 0x1p52)
    if exponent > largestExponent {
      largestExponent = exponent
      prune()
    }
  }

  package mutating func merge(_ other: LogSum) {
    sums.merge(other.sums, uniquingKeysWith: +)
    largestExponent = max(largestExponent, other.largestExponent)
    prune()
  }

  /// ln Σ exp(x); −∞ for no terms.
  package var value: Double {
    var sum = 0.0
    // What is too small is left out whether it came before the largest or after it.
    for (exponent, mantissas) in sums.sorted(by: { $0.key < $1.key })
    where exponent > largestExponent - Self.span {
      sum += Double(mantissas) * exp2(Double(exponent - largestExponent - 52))
    }
    guard sum > 0 else { return -.infinity }
    return log(sum) + Double(largestExponent) * 0.6931471805599453  // ln 2
  }

  private mutating func prune() {
    guard sums.count > 2 else { return }
    let smallest = largestExponent - Self.span
    sums = sums.filter { $0.key > smallest }
  }
}

/// (Σ w)² / Σ w²: how many equally weighted documents the weights are worth.
package struct EffectiveSampleSize: Sendable {
  private var weights = LogSum()
  private var squares = LogSum()

  package init() {}

  package mutating func add(logWeight: Double) {
    weights.add(logWeight)
    squares.add(2 * logWeight)
  }

  package mutating func merge(_ other: EffectiveSampleSize) {
    weights.merge(other.weights)
    squares.merge(other.squares)
  }

  /// 0 without weights.
  package var value: Double {
    let sum = weights.value
    return sum > -.infinity ? exp(2 * sum - squares.value) : 0
  }
}
