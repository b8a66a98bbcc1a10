/// A binary heap of numbers, ordered by what is said at each step.
struct Heap {
  private var entries: [Int]

  /// - Parameter precedes: a total order.
  init(_ entries: [Int], precedes: (Int, Int) -> Bool) {
    self.entries = entries
    for index in (0..<entries.count / 2).reversed() { sift(index, precedes) }
  }

  var isEmpty: Bool { entries.isEmpty }

  /// The first in order. There must be one.
  var top: Int { entries[0] }

  /// Restores the order after the first entry's place in it has moved back.
  mutating func fixTop(precedes: (Int, Int) -> Bool) { sift(0, precedes) }

  /// Takes the first entry out.
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
