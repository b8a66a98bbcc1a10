/// A binary heap of numbers.
///
/// Each call passes the order.
struct Heap {
  private var entries: [Int]

  /// - Parameter precedes: a total order.
  init(_ entries: [Int], precedes: (Int, Int) -> Bool) {
    self.entries = entries
    for index in (0..<entries.count / 2).reversed() { sift(index, precedes) }
  }

  var isEmpty: Bool { entries.isEmpty }

  /// The first entry in order.
  ///
  /// The heap must not be empty.
  var top: Int { entries[0] }

  /// Restores the order after the first entry has moved back in it.
  mutating func fixTop(precedes: (Int, Int) -> Bool) { sift(0, precedes) }

  /// Removes the first entry.
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
