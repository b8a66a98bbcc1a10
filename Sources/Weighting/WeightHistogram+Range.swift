extension WeightHistogram {
  /// The range in which most weights are.
  ///
  /// - Parameter share: the share of the weights that may lie below it; none lies above.
  /// - Returns: nil without weights. The borders are known up to the width of bins.
  package func range(leavingOut share: Double) -> (low: Double, high: Double)? {
    let bins = middles
    guard let first = bins.first, var low = bins.last?.weight else { return nil }
    var left = Int(share * Double(count))
    for bin in bins.reversed() {
      low = bin.weight
      left -= bin.count
      if left < 0 { break }
    }
    return (low, first.weight)
  }
}
