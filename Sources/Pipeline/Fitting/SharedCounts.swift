internal import Files
internal import Platform
internal import Weighting

/// The counters of all workers, each of which hands over its own when it is done.
///
/// They are added up at the end, all at once: workers that did so one after another would wait for
/// one another, since they end at nearly the same time.
final class SharedCounts: Sendable {
  private let bucketCount: Int
  private let finished = Lock([FinishedCounter]())

  init(bucketCount: Int) { self.bucketCount = bucketCount }

  func add(_ counter: consuming FeatureCounter) {
    let counter = FinishedCounter(counter)
    finished.withLock { $0.append(counter) }
  }

  /// Adds up the counts, and frees the counters.
  func take() -> FeatureCounts {
    let counters = finished.withLock { finished in
      defer { finished = [] }
      return finished
    }
    return FeatureCounts(counters, bucketCount: bucketCount)
  }
}
