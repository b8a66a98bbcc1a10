/// Makes the record of a document from its features, in scratch memory of its own.
///
///     collector.add(ids)          // for each block and order
///     collector.finish(candidate: number, into: &words)
package struct FeatureCollector: ~Copyable {
  private let profile: TargetProfile
  /// How often the document has each rank, and last a place for buckets without one.
  ///
  /// Between blocks, that place is 1: what is there isn't new.
  private var counts: [UInt32]
  /// The ranks that it has, in the order in which they came, and then room for more.
  private var found: [UInt32] = []
  private var foundCount = 0
  /// Scratch memory for the pairs of rank and count.
  private var repeated: [UInt32] = []

  package init(_ profile: TargetProfile) {
    self.profile = profile
    counts = Array(repeating: 0, count: profile.rankCount + 1)
    counts[profile.rankCount] = 1
  }

  /// Adds features.
  ///
  /// - Parameter ids: the features' buckets.
  /// - Complexity: O(*n*) for *n* features.
  package mutating func add(_ ids: Span<UInt32>) {
    // Moved out of `self` while they change: the compiler can't tell its members apart.
    var (counts, found): ([UInt32], [UInt32]) = ([], [])
    swap(&counts, &self.counts)
    swap(&found, &self.found)
    Self.makeRoom(foundCount + ids.count, in: &found)
    foundCount = profile.count(
      ids, counts: counts.mutableSpan, found: found.mutableSpan, foundCount: foundCount)
    swap(&counts, &self.counts)
    swap(&found, &self.found)
  }

  private static func makeRoom(_ count: Int, in words: inout [UInt32]) {
    guard words.count < count else { return }
    words.append(contentsOf: repeatElement(0, count: max(count, 2 * words.count) - words.count))
  }

  /// Appends the document's record, and prepares for the next document.
  ///
  /// - Complexity: O(*n*) for *n* different features.
  package mutating func finish(candidate: Int, into words: inout [UInt32]) {
    var (counts, found, repeated): ([UInt32], [UInt32], [UInt32]) = ([], [], [])
    swap(&counts, &self.counts)
    swap(&found, &self.found)
    swap(&repeated, &self.repeated)
    // One pair more, which is written and not counted.
    Self.makeRoom(2 * (foundCount + 1), in: &repeated)
    let (singleCount, repeatedCount) = Self.divide(
      foundCount, found.mutableSpan, counts: counts.mutableSpan, repeated: repeated.mutableSpan)
    words.append(UInt32(candidate))
    words.append(UInt32(singleCount))
    words.append(UInt32(repeatedCount))
    words.append(contentsOf: found[..<singleCount])
    words.append(contentsOf: repeated[..<(2 * repeatedCount)])
    foundCount = 0
    swap(&counts, &self.counts)
    swap(&found, &self.found)
    swap(&repeated, &self.repeated)
  }

  /// Divides the ranks that were found into those that occur once and the others.
  ///
  /// - Parameters:
  ///   - found: the ranks; afterwards, it begins with those that occur once.
  ///   - counts: by rank; they become 0.
  ///   - repeated: takes the rank and the count of the others.
  /// - Returns: how many there are of each.
  private static func divide(
    _ foundCount: Int, _ found: consuming MutableSpan<UInt32>,
    counts: consuming MutableSpan<UInt32>, repeated: consuming MutableSpan<UInt32>
  ) -> (single: Int, repeated: Int) {
    var (singleCount, repeatedCount) = (0, 0)
    for index in 0..<foundCount {
      let rank = found[index]
      let count = counts[Int(rank)]
      counts[Int(rank)] = 0
      // Which of them it is can't be predicted, so it is written to both, and counted in one.
      found[singleCount] = rank
      singleCount += count == 1 ? 1 : 0
      repeated[2 * repeatedCount] = rank
      repeated[2 * repeatedCount + 1] = count
      repeatedCount += count > 1 ? 1 : 0
    }
    return (singleCount, repeatedCount)
  }
}
