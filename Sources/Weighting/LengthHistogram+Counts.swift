extension LengthHistogram {
  /// The number of lengths from each edge up to the next, and from the last on.
  ///
  /// - Parameter edges: rising, from 0; above 4,096 multiples of 1/2,048 of the power of two below.
  package func counts(from edges: [Int]) -> [Int] {
    var counts = Array(repeating: 0, count: edges.count)
    var place = 0
    forEachBin { smallest, count in
      while place + 1 < edges.count, smallest >= edges[place + 1] { place += 1 }
      counts[place] += count
    }
    return counts
  }
}
