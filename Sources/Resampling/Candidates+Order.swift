internal import Files

/// Sorting drawn candidates into pool order.
extension Candidates {
  /// Below this number, entries are sorted by comparison.
  private static let smallestRadixSorted = 4096
  private static let digitCount = 256
  /// Fewer entries are in the processor's cache anyway.
  private static let smallestPrefetched = 1 << 13
  private static let prefetchedAhead = 4

  /// Sorts by place in the pool.
  ///
  /// Sorts in place by digits of 8 bits, the highest first (McIlroy, Bostic and McIlroy 1993,
  /// "American flag sort"). Comparing ten million entries 23 times each would take longer than
  /// finding them.
  ///
  /// - Complexity: O(*n*) for evenly spread places.
  package static func sortByPosition(_ entries: inout [Candidate]) {
    let count = entries.count
    guard count >= smallestRadixSorted else {
      entries.sort { $0.position < $1.position }
      return
    }
    var differing: UInt64 = 0
    for entry in entries { differing |= entry.place ^ entries[0].place }
    let bits = UInt64.bitWidth - differing.leadingZeroBitCount
    var span = entries.mutableSpan
    sort(&span, 0, count, shift: max(0, bits - 8))
  }

  /// Sorts `low..<high` by the digit at `shift`, and then the entries of each digit by the digits
  /// below.
  private static func sort(
    _ entries: inout MutableSpan<Candidate>, _ low: Int, _ high: Int, shift: Int
  ) {
    var ends = InlineArray<256, Int>(repeating: 0)
    for index in low..<high { ends[digit(entries[index], shift)] += 1 }
    var starts = InlineArray<256, Int>(repeating: 0)
    var sum = low
    for digit in 0..<digitCount {
      starts[digit] = sum
      sum += ends[digit]
      ends[digit] = sum
    }
    let isLarge = high - low >= smallestPrefetched
    // The entry at the begin of one digit's stretch moves to the begin of its own stretch, until an
    // entry comes that belongs here.
    for digit in 0..<digitCount {
      while starts[digit] < ends[digit] {
        var entry = entries[starts[digit]]
        var own = Self.digit(entry, shift)
        while own != digit {
          swap(&entry, &entries[starts[own]])
          starts[own] += 1
          // No processor guesses so many places that are read next.
          if isLarge { entries.prefetch(starts[own] + prefetchedAhead) }
          own = Self.digit(entry, shift)
        }
        entries[starts[digit]] = entry
        starts[digit] += 1
      }
    }
    guard shift > 0 else { return }
    var first = low
    for digit in 0..<digitCount {
      let end = ends[digit]
      if end - first > 32 {
        sort(&entries, first, end, shift: max(0, shift - 8))
      } else {
        insertionSort(&entries, first, end)
      }
      first = end
    }
  }

  private static func digit(_ entry: Candidate, _ shift: Int) -> Int {
    Int(truncatingIfNeeded: entry.place >> UInt64(shift) & 255)
  }

  private static func insertionSort(
    _ entries: inout MutableSpan<Candidate>, _ low: Int, _ high: Int
  ) {
    guard high - low > 1 else { return }
    for next in (low + 1)..<high {
      let entry = entries[next]
      var hole = next
      while hole > low, entries[hole - 1].place > entry.place {
        entries[hole] = entries[hole - 1]
        hole -= 1
      }
      entries[hole] = entry
    }
  }

  /// The number of the first candidate at this place or behind it.
  ///
  /// - Parameter candidates: in pool order.
  /// - Complexity: O(log *n*) for *n* candidates.
  package static func firstIndex(from position: Position, in candidates: [Candidate]) -> Int {
    var (low, high) = (0, candidates.count)
    while low < high {
      let middle = (low + high) / 2
      if candidates[middle].position < position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
