/// Makes the record of a document from its features, in scratch memory of its own.
///
///     collector.add(ids)          // for each block and order
///     collector.finish(candidate: number, into: &words)
package struct FeatureCollector: ~Copyable {
  private let profile: TargetProfile
  /// How often the document has each rank.
  private var counts: [UInt32]
  /// The ranks that it has, in the order in which they came.
  private var found: [UInt32] = []

  package init(_ profile: TargetProfile) {
    self.profile = profile
    counts = Array(repeating: 0, count: profile.rankCount)
  }

  /// Adds features.
  ///
  /// - Parameter ids: the features' buckets.
  /// - Complexity: O(*n*) for *n* features.
  package mutating func add(_ ids: Span<UInt32>) {
    // Moved out of `self` while they change: the compiler can't tell its members apart.
    var taken: [UInt32] = []
    swap(&taken, &counts)
    defer { swap(&taken, &counts) }
    var counts = taken.mutableSpan
    for index in ids.indices {
      let rank = profile.rank(ofBucket: ids[index])
      guard rank != TargetProfile.noRank else { continue }
      if counts[Int(rank)] == 0 { found.append(rank) }
      counts[Int(rank)] += 1
    }
  }

  /// Appends the document's record, and prepares for the next document.
  ///
  /// - Complexity: O(*n*) for *n* different features.
  package mutating func finish(candidate: Int, into words: inout [UInt32]) {
    let header = words.count
    words.append(UInt32(candidate))
    words.append(0)
    words.append(0)
    for rank in found where counts[Int(rank)] == 1 { words.append(rank) }
    let singleCount = words.count - header - CandidateRecord.headerCount
    words[header + 1] = UInt32(singleCount)
    words[header + 2] = UInt32(found.count - singleCount)
    for rank in found {
      let count = counts[Int(rank)]
      counts[Int(rank)] = 0
      guard count > 1 else { continue }
      words.append(rank)
      words.append(count)
    }
    found.removeAll(keepingCapacity: true)
  }
}
