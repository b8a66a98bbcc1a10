internal import Platform
internal import Weighting

/// The sample of all workers.
///
/// Workers share one sample, so that memory hardly depends on the number of threads. A worker
/// collects the documents of a chunk first. Most documents are known not to be in the sample, and
/// aren't collected.
final class SharedSample: Sendable {
  private let sample = Lock(DocumentSample())

  /// Adds the documents that were collected, and returns the largest priority that may still be in
  /// the sample.
  func add(_ collected: inout CollectedDocuments) -> DocumentSample.Priority {
    sample.withLock { sample in Self.add(&collected, to: &sample) }
  }

  /// Does as ``add(_:)`` does, unless another worker is at it. Then it returns nil: the documents
  /// can wait, and the sample takes milliseconds where it sorts out what isn't in it.
  func addIfFree(_ collected: inout CollectedDocuments) -> DocumentSample.Priority? {
    sample.withLockIfAvailable { sample in Self.add(&collected, to: &sample) }
  }

  private static func add(
    _ collected: inout CollectedDocuments, to sample: inout DocumentSample
  ) -> DocumentSample.Priority {
    collected.removeAll { features, priority in sample.add(features, priority: priority) }
    return sample.threshold
  }

  /// Takes the sample out, trimmed.
  func take() -> DocumentSample {
    sample.withLock { sample in
      var taken = DocumentSample()
      swap(&taken, &sample)
      taken.trim()
      return taken
    }
  }
}

/// Documents of one worker that may be in the sample, and aren't added to it yet.
///
///     collected.dropDocument()              // what an error has left
///     collected.add(ids, shift: shift)      // block by block
///     collected.endDocument(priority)
struct CollectedDocuments {
  /// The number of features kept of a document; further ones add little.
  private static let longestDocument = 1 << 14
  /// The number of features from which on there are enough documents to wait for the sample. They
  /// take 512 KiB.
  private static let mostFeatures = 1 << 18

  /// The features of all documents, one after another.
  private var features: [UInt16] = []
  private var documents: [(priority: DocumentSample.Priority, end: Int)] = []

  private var begin: Int { documents.last?.end ?? 0 }

  /// Whether they must be added to the sample now.
  var isFull: Bool { features.count >= Self.mostFeatures }

  /// Adds features to the document that isn't ended.
  ///
  /// - Parameter shift: how far ids are shifted: see ``RegressionFeatures``.
  mutating func add(_ ids: Span<UInt32>, shift: UInt32) {
    let count = min(ids.count, Self.longestDocument - (features.count - begin))
    guard count > 0 else { return }
    features.append(addingCapacity: count) { output in
      for index in 0..<count { output.append(UInt16(truncatingIfNeeded: ids[index] &>> shift)) }
    }
  }

  /// Ends a document. Without features it isn't one.
  mutating func endDocument(_ priority: DocumentSample.Priority) {
    if features.count > begin { documents.append((priority, features.count)) }
  }

  /// Forgets the features of a document that isn't ended.
  mutating func dropDocument() {
    if features.count > begin { features.removeLast(features.count - begin) }
  }

  /// Calls `body` with each document's features, and forgets them.
  mutating func removeAll(_ body: (Span<UInt16>, DocumentSample.Priority) -> Void) {
    var start = 0
    for document in documents {
      body(features.span.extracting(start..<document.end), document.priority)
      start = document.end
    }
    documents.removeAll(keepingCapacity: true)
    features.removeAll(keepingCapacity: true)
  }
}
