internal import Featurizing
internal import Platform
internal import Reading
internal import Weighting

/// Takes documents into a ``FieldSample``, for one worker.
struct FieldSampler: Sendable {
  /// The sample of all workers.
  final class Shared: Sendable {
    let paths: [String]
    private let sample: Lock<FieldSample>

    init(_ paths: [String]) {
      self.paths = paths
      sample = Lock(FieldSample(fields: paths))
    }

    /// Adds documents, and returns the largest priority that may still be in the sample.
    func add(_ members: [FieldSample.Member]) -> FieldSample.Priority {
      sample.withLock { sample in
        for member in members { sample.add(member) }
        return sample.threshold
      }
    }

    func take() -> FieldSample {
      sample.withLock { sample in
        var taken = FieldSample(fields: paths)
        swap(&taken, &sample)
        taken.trim()
        return taken
      }
    }
  }

  private let shared: Shared
  private let settings: FeatureSettings
  private var threshold: FieldSample.Priority
  /// Documents of the current chunk that may be in the sample. They are added at once, so that
  /// workers don't wait for each other at every document.
  private var held: [FieldSample.Member] = []
  /// The numbers of the current document.
  private var values: [Double] = []
  /// Its features, by order.
  private var features: [[UInt32]]

  init(_ shared: Shared, _ settings: FeatureSettings) {
    self.shared = shared
    self.settings = settings
    threshold = shared.add([])
    features = Array(repeating: [], count: settings.maximumOrder)
  }

  /// Reads the numbers of a document.
  ///
  /// - Throws: ``InvalidLine`` if one of them is missing.
  mutating func begin(_ line: DocumentLine) throws(InvalidLine) {
    values.removeAll(keepingCapacity: true)
    let first = line.fields.count - shared.paths.count
    for (index, path) in shared.paths.enumerated() {
      values.append(try line.fields[first + index].double(of: path))
    }
    for order in features.indices { features[order].removeAll(keepingCapacity: true) }
  }

  /// Whether a document may be in the sample.
  func mayTake(_ hash: UInt64) -> Bool {
    FieldSample.Priority(hash: hash, isShort: false) <= threshold
  }

  /// Takes features of the document.
  mutating func add(_ ids: Span<UInt32>, order: Int) {
    // So many n-grams end among the first tokens.
    let most = FieldSample.mostTokens - order + 1
    for index in 0..<min(ids.count, max(0, most - features[order - 1].count)) {
      features[order - 1].append(ids[index])
    }
  }

  /// Takes the document into the sample, if it belongs there.
  mutating func end(_ priority: FieldSample.Priority, tokenCount: Int) {
    guard priority <= threshold, tokenCount > 0 else { return }
    held.append(
      FieldSample.Member(
        priority: priority, values: values, tokenCount: min(tokenCount, FieldSample.mostTokens),
        features: Array(features.joined())))
  }

  /// Adds the chunk's documents to the sample of all workers, and learns what can't be in it.
  mutating func endChunk() {
    threshold = shared.add(held)
    held.removeAll(keepingCapacity: true)
  }
}
