internal import Platform

/// How the temperature of a draw is found.
extension WeightHistogram {
  /// The property of a draw that a temperature is chosen for.
  package enum Goal: Sendable, Equatable {
    /// The number of equally weighted documents that the weights are worth: (Σ w)² / Σ w².
    case effectiveSampleSize(Double)
    /// The expected share of the draw that is among the largest weights.
    case overlap(Double, draw: Int)
  }

  /// The temperature at which the weights, divided by it, reach the goal; by bisection.
  ///
  /// - Returns: the closest temperature there is. A higher one makes the effective sample size
  ///   larger and the overlap smaller, within limits.
  /// - Complexity: O(*n*) for *n* bins, about a hundred times; for an overlap, 10,000 times.
  package func temperature(for goal: Goal) -> Double {
    var bins = middles
    guard bins.count > 1 else { return 1 }
    var (low, high) = Self.temperatures(bins)
    // No draw depends on what is added to all weights, but doubles do.
    if let first = bins.first?.weight, abs(first) > 0x1p30 {
      for index in bins.indices { bins[index].weight = max(bins[index].weight - first, -0x1p1000) }
    }
    for _ in 0..<100 {
      let middle = Self.geometricMean(low, high)
      let isTooHot =
        switch goal {
        case .effectiveSampleSize(let size):
          Self.effectiveSampleSize(bins, temperature: middle) > size
        case .overlap(let share, let draw):
          Self.expectedOverlap(bins, draw: draw, temperature: middle) < share
        }
      if isTooHot { high = middle } else { low = middle }
    }
    return Self.geometricMean(low, high)
  }

  /// The range of temperatures to search. At its low end, weights differ by more than any noise,
  /// whatever they are measured in; at its high end, they are as good as equal.
  private static func temperatures(
    _ bins: [(weight: Double, count: Int)]
  ) -> (low: Double, high: Double) {
    let (largest, smallest) = (bins[0].weight, bins[bins.count - 1].weight)
    let spread = min(largest - smallest, 0x1p1000)
    // Weights over the temperature have to be numbers.
    let least = max(abs(largest), abs(smallest)) * 0x1p-900
    return (
      max(spread < 1e-3 ? spread * 1e-3 : 1e-6, least), spread > 1e6 ? spread * 1e3 : 1e9
    )
  }

  private static func geometricMean(_ one: Double, _ other: Double) -> Double {
    let product = one * other
    return product.isFinite ? product.squareRoot() : one.squareRoot() * other.squareRoot()
  }

  private static func effectiveSampleSize(
    _ bins: [(weight: Double, count: Int)], temperature: Double
  ) -> Double {
    var (sum, squares) = (0.0, 0.0)
    for bin in bins {
      let weight = exp((bin.weight - bins[0].weight) / temperature)
      sum += Double(bin.count) * weight
      squares += Double(bin.count) * weight * weight
    }
    return sum * sum / squares
  }

  /// In a draw of k by Gumbel top-k, a document of log weight x is drawn with probability
  /// 1 − exp(−exp(x − τ)), for the τ at which these probabilities add up to k. That is exact in the
  /// limit of many documents (Duffield, Lund and Thorup 2007 call it bottom-k sampling with
  /// exponential ranks).
  private static func expectedOverlap(
    _ bins: [(weight: Double, count: Int)], draw: Int, temperature: Double
  ) -> Double {
    let size = bins.reduce(0) { $0 + $1.count }
    guard draw < size else { return 1 }
    func inclusion(_ weight: Double, _ threshold: Double) -> Double {
      -expm1(-exp(weight / temperature - threshold))
    }
    var low = bins[bins.count - 1].weight / temperature - 60
    var high = bins[0].weight / temperature + 60
    for _ in 0..<100 {
      let middle = (low + high) / 2
      let expected = bins.reduce(0.0) { $0 + Double($1.count) * inclusion($1.weight, middle) }
      if expected > Double(draw) { low = middle } else { high = middle }
    }
    var left = draw
    var hits = 0.0
    for bin in bins where left > 0 {
      let taken = min(left, bin.count)
      hits += Double(taken) * inclusion(bin.weight, low)
      left -= taken
    }
    return hits / Double(draw)
  }
}
