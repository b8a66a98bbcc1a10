/// How the best of a buffer are found.
extension Candidates {
  /// Below so many entries, pivots aren't worth a sample.
  private static let smallestSampled = 8192
  private static let sampleSize = 1024

  /// Puts the `count` best first, in no particular order but that the last of them is the smallest.
  ///
  /// - Complexity: O(*n*) on average.
  static func putBestFirst(_ count: Int, of entries: inout [Candidate]) {
    guard count > 0, count < entries.count else { return }
    var (low, high) = (0, entries.count - 1)
    if entries.count >= smallestSampled {
      // Two pivots close about the border, by a sample: two passes leave a few per cent for quickselect.
      let pivots = pivots(about: count, of: entries)
      var span = entries.mutableSpan
      for pivot in [pivots.upper, pivots.lower] {
        guard let pivot else { continue }
        let border = partition(&span, low, high, by: pivot)
        if border >= count { high = border - 1 } else { low = border }
      }
    }
    var span = entries.mutableSpan
    quickselect(&span, low, high, place: count - 1)
  }

  /// Candidates that with near certainty are a little better, and a little worse, than the one at the border; nil where the
  /// border is too near to an end.
  private static func pivots(
    about count: Int, of entries: [Candidate]
  ) -> (upper: Candidate?, lower: Candidate?) {
    // Any sample would do; this one is the same each time.
    var state = UInt64(entries.count)
    var sample: [Candidate] = []
    sample.reserveCapacity(sampleSize)
    for _ in 0..<sampleSize {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      sample.append(entries[Int(state.multipliedFullWidth(by: UInt64(entries.count)).high)])
    }
    sample.sort { $0.precedes($1) }
    // The border's place in the sample is binomial: three standard deviations either way.
    let share = Double(count) / Double(entries.count)
    let margin = Int(3 * (Double(sampleSize) * share * (1 - share)).squareRoot()) + 1
    let place = Int(share * Double(sampleSize))
    return (
      place - margin >= 0 ? sample[place - margin] : nil,
      place + margin < sampleSize ? sample[place + margin] : nil
    )
  }

  /// Puts the entries of `low...high` that precede the pivot before the others. Returns where those begin.
  private static func partition(
    _ entries: inout MutableSpan<Candidate>, _ low: Int, _ high: Int, by pivot: Candidate
  ) -> Int {
    var (left, right) = (low, high)
    while true {
      while left <= right, entries[left].precedes(pivot) { left += 1 }
      while left <= right, !entries[right].precedes(pivot) { right -= 1 }
      guard left < right else { return left }
      entries.swapAt(left, right)
      left += 1
      right -= 1
    }
  }

  /// Has what a sort of `low...high` would bring to `place` stand there, with all before it that precede it: with the median
  /// of three as pivot.
  private static func quickselect(
    _ entries: inout MutableSpan<Candidate>, _ first: Int, _ last: Int, place: Int
  ) {
    var (low, high) = (first, last)
    while low < high {
      let middle = low + (high - low) / 2
      // Median of three to the middle.
      if entries[middle].precedes(entries[low]) { entries.swapAt(middle, low) }
      if entries[high].precedes(entries[low]) { entries.swapAt(high, low) }
      if entries[high].precedes(entries[middle]) { entries.swapAt(high, middle) }
      let pivot = entries[middle]
      var left = low
      var right = high
      while left <= right {
        while entries[left].precedes(pivot) { left += 1 }
        while pivot.precedes(entries[right]) { right -= 1 }
        if left <= right {
          entries.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      // All before `left` precede or equal the pivot; all behind `right` follow or equal it.
      if place <= right {
        high = right
      } else if place >= left {
        low = left
      } else {
        return
      }
    }
  }
}
