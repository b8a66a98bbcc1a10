/// Finding the best candidates of a buffer.
extension Candidates {
  /// For fewer entries, sampling doesn't pay.
  private static let smallestSampled = 8192
  private static let sampleSize = 1024

  /// Moves the entries with the largest keys that a budget allows to the front, in no particular
  /// order.
  ///
  /// - Returns: their number.
  /// - Complexity: O(*n*) on average for a number of documents, otherwise O(*n* log *n*).
  package static func putFirst(_ budget: Budget, of entries: inout [Candidate]) -> Int {
    if case .documents(let count) = budget {
      let fitting = min(count, entries.count)
      putBestFirst(fitting, of: &entries)
      return fitting
    }
    entries.sort { $0.precedes($1) }
    var left = budget.amount
    let end = entries.firstIndex { entry in
      left -= budget.cost(of: entry)
      return left < 0
    }
    return end ?? entries.count
  }

  /// Moves the `count` best entries to the front, in no particular order except that the last of
  /// them is the smallest.
  ///
  /// - Complexity: O(*n*) on average.
  static func putBestFirst(_ count: Int, of entries: inout [Candidate]) {
    guard count > 0, count < entries.count else { return }
    var (low, high) = (0, entries.count - 1)
    if entries.count >= smallestSampled {
      // A sample gives two pivots close to the border. Two passes with them leave a few per cent
      // for quickselect.
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

  /// Two candidates, one a little better and one a little worse than the one at the border, with
  /// near certainty; nil if the border is too near to an end.
  private static func pivots(
    about count: Int, of entries: [Candidate]
  ) -> (upper: Candidate?, lower: Candidate?) {
    // Any sample would do. This one is the same each time.
    var state = UInt64(entries.count)
    var sample: [Candidate] = []
    sample.reserveCapacity(sampleSize)
    for _ in 0..<sampleSize {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      sample.append(entries[Int(state.multipliedFullWidth(by: UInt64(entries.count)).high)])
    }
    sample.sort { $0.precedes($1) }
    // The border's place in the sample is binomial. The pivots lie three standard deviations on
    // either side.
    let share = Double(count) / Double(entries.count)
    let margin = Int(3 * (Double(sampleSize) * share * (1 - share)).squareRoot()) + 1
    let place = Int(share * Double(sampleSize))
    return (
      place - margin >= 0 ? sample[place - margin] : nil,
      place + margin < sampleSize ? sample[place + margin] : nil
    )
  }

  /// Moves the entries of `low...high` that precede the pivot before the others.
  ///
  /// - Returns: the first index of the others.
  /// - Complexity: O(*n*), where *n* is `high` − `low`.
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

  /// Moves the entry to `place` that a sort of `low...high` would put there, and all entries that
  /// precede it before it.
  ///
  /// The pivot is the median of three.
  private static func quickselect(
    _ entries: inout MutableSpan<Candidate>, _ first: Int, _ last: Int, place: Int
  ) {
    var (low, high) = (first, last)
    while low < high {
      let middle = low + (high - low) / 2
      // Moves the median of three to the middle.
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
      // All entries before `left` precede or equal the pivot, and all entries after `right` follow
      // or equal it.
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
