internal import Files
internal import Platform
internal import Weighting

/// Counts the features of eligible documents by stratum, for one worker.
struct StratumFeatures: Sendable {
  /// The counts of all workers.
  final class Shared: Sendable {
    private let counts: Lock<StratumCounts>
    /// The number of buckets of features.
    let bucketCount: Int

    init(bucketCount: Int) {
      self.bucketCount = bucketCount
      counts = Lock(StratumCounts(bucketCount: StratumCounts.bucketCount(of: bucketCount)))
    }

    /// - Returns: false if there are too many strata.
    func add(_ folded: [ExactString: [UInt16]]) -> Bool { counts.withLock { $0.add(folded) } }

    /// Takes the counts out.
    func take() -> StratumCounts {
      counts.withLock { counts in
        var taken = StratumCounts(bucketCount: 1)
        swap(&taken, &counts)
        return taken
      }
    }
  }

  /// The number of features that are counted of a document, but for the rest of a block. It bounds
  /// memory, and further ones add little.
  private static let longestDocument = 1 << 20
  /// The number of features that are held before they are counted.
  private static let mostHeld = 1 << 20

  private let shared: Shared
  private var ofDocument: [UInt16] = []
  private var held: [ExactString: [UInt16]] = [:]
  private var heldCount = 0

  init(_ shared: Shared) { self.shared = shared }

  mutating func begin() { ofDocument.removeAll(keepingCapacity: true) }

  /// Adds features of the current document.
  mutating func add(_ ids: Span<UInt32>) {
    guard ofDocument.count < Self.longestDocument else { return }
    StratumCounts.fold(ids, of: shared.bucketCount, into: &ofDocument)
  }

  /// Ends an eligible document.
  ///
  /// - Throws: ``PipelineError``
  mutating func end(_ stratum: ExactString) throws(PipelineError) {
    guard !ofDocument.isEmpty else { return }
    held[stratum, default: []] += ofDocument
    heldCount += ofDocument.count
    if heldCount >= Self.mostHeld { try flush() }
  }

  /// - Throws: ``PipelineError``
  mutating func flush() throws(PipelineError) {
    guard heldCount > 0 else { return }
    guard shared.add(held) else {
      throw .strata(.tooManyToEstimate(limit: StratumCounts.mostStrata))
    }
    held.removeAll(keepingCapacity: true)
    heldCount = 0
  }
}
