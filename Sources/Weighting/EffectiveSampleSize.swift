/// (Σ w)² / Σ w²: the number of equally weighted documents that the weights are worth.
package struct EffectiveSampleSize: Sendable {
  private var sums = ExponentialSums()
  private var count = 0
  private var (smallest, largest) = (Double.infinity, -Double.infinity)

  package init() {}

  /// - Precondition: `logWeight` is finite.
  package mutating func add(logWeight: Double) {
    sums.add(logWeight)
    count += 1
    smallest = min(smallest, logWeight)
    largest = max(largest, logWeight)
  }

  package mutating func merge(_ other: EffectiveSampleSize) {
    sums.merge(other.sums)
    count += other.count
    smallest = min(smallest, other.smallest)
    largest = max(largest, other.largest)
  }

  /// From 1 to the number of weights. For equal weights it is exactly that number; without weights
  /// it is 0.
  package var value: Double {
    guard count > 0 else { return 0 }
    // Rounding may lead slightly beyond these limits.
    return smallest == largest ? Double(count) : max(1, min(Double(count), sums.ratio))
  }
}
