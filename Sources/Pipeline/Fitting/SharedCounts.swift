internal import Files
internal import Platform
internal import Weighting

/// The counts of all workers, to which each adds its own when it is done.
final class SharedCounts: Sendable {
  private let counts: Lock<FeatureCounts>

  init(bucketCount: Int) { counts = Lock(FeatureCounts(bucketCount: bucketCount)) }

  func add(_ counter: borrowing FeatureCounter) {
    counts.withLock { counts in counter.add(to: &counts) }
  }

  /// Takes the counts out.
  func take() -> FeatureCounts {
    counts.withLock { counts in
      var taken = FeatureCounts(bucketCount: 0)
      swap(&taken, &counts)
      return taken
    }
  }
}
