extension WeightSpool {
  /// The least log weights whose quantile is at least `quantile`, one per target.
  ///
  /// The quantile of a weight is the share of documents with no larger weight, as in
  /// ``PoolRanks/quantile(ofRank:)``, to the last bit.
  ///
  /// - Returns: −∞ if there is no document.
  /// - Throws: ``PipelineError``
  /// - Complexity: O(*n*) for *n* weights, which are read four times for each target.
  func weights(ofQuantile quantile: Double) throws(PipelineError) -> [Double] {
    let count = documentCount
    var weights: [Double] = []
    for target in 0..<targetCount {
      weights.append(
        count == 0
          ? -.infinity : try smallest(Self.place(of: quantile, among: count), ofTarget: target))
    }
    return weights
  }

  /// The smallest number of documents, from 1, that is at least this share of `count`.
  private static func place(of quantile: Double, among count: Int) -> Int {
    var (low, high) = (1, count)
    while low < high {
      let middle = low + (high - low) / 2
      if Double(middle) / Double(count) >= quantile { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The weight at a place among the weights for a target, the smallest first.
  ///
  /// Each round finds 16 bits of it, so memory doesn't depend on the number of weights.
  private func smallest(_ place: Int, ofTarget target: Int) throws(PipelineError) -> Double {
    var (found, left) = (UInt64(0), place)
    for round in 0..<4 {
      let shift = UInt64(48 - 16 * round)
      let known = round == 0 ? 0 : ~UInt64(0) << (shift + 16)
      var counts = [Int](repeating: 0, count: 1 << 16)
      try forEachBlock { block in
        for index in stride(from: target, to: block.count, by: targetCount) {
          let bits = Self.orderedBits(of: block[index])
          if bits & known == found { counts[Int(truncatingIfNeeded: bits >> shift & 0xFFFF)] += 1 }
        }
      }
      var digit = 0
      while left > counts[digit] {
        left -= counts[digit]
        digit += 1
      }
      found |= UInt64(digit) << shift
    }
    let isPositive = found >> 63 == 1
    return Double(bitPattern: isPositive ? found & ~(1 << 63) : ~found)
  }

  /// Bits that are in the order of the numbers. Both zeros have the same.
  private static func orderedBits(of number: Double) -> UInt64 {
    let bits = (number + 0).bitPattern
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
  }
}
