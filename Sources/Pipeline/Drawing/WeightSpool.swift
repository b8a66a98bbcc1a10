internal import Platform

/// The log weights of all eligible documents, in memory, and in a temporary file once there are
/// many: 8 bytes for each document and target.
///
/// They are counted, so their order doesn't matter.
final class WeightSpool: Sendable {
  private struct State: ~Copyable {
    var file: SpoolFile
    /// The weights that aren't in the file.
    var held: [Double] = []
    /// The number of weights in the file.
    var fileCount = 0
  }

  /// The number of weights that memory holds, and that are read at a time.
  private static let mostHeld = 1 << 17

  let targetCount: Int
  private let directory: String
  private let mostHeld: Int
  private let state: Lock<State>

  /// - Parameters:
  ///   - directory: of the temporary file.
  ///   - mostHeld: the number of weights that memory holds.
  init(targetCount: Int, directory: String, mostHeld: Int = WeightSpool.mostHeld) {
    self.targetCount = targetCount
    self.directory = directory
    self.mostHeld = max(targetCount, mostHeld / targetCount * targetCount)
    state = Lock(State(file: SpoolFile(directory: directory)))
  }

  /// The number of documents.
  var documentCount: Int {
    state.withLock { ($0.fileCount + $0.held.count) / targetCount }
  }

  func removeAll() {
    state.withLock { $0 = State(file: SpoolFile(directory: directory)) }
  }

  /// - Parameter weights: of some documents, one per target for each.
  /// - Throws: ``PipelineError``
  func add(_ weights: [Double]) throws(PipelineError) {
    try state.withLock { state throws(PipelineError) in
      state.held.append(contentsOf: weights)
      guard state.held.count >= mostHeld else { return }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(8 * state.held.count)
      for weight in state.held {
        WordBytes.append(UInt32(truncatingIfNeeded: weight.bitPattern), to: &bytes)
        WordBytes.append(UInt32(truncatingIfNeeded: weight.bitPattern >> 32), to: &bytes)
      }
      try state.file.append(bytes.span)
      state.fileCount += state.held.count
      state.held.removeAll(keepingCapacity: true)
    }
  }

  /// Calls `body` with all weights, some documents at a time.
  ///
  /// - Throws: ``PipelineError``
  func forEachBlock(_ body: ([Double]) -> Void) throws(PipelineError) {
    try state.withLock { state throws(PipelineError) in
      var start = 0
      while start < state.fileCount {
        let count = min(mostHeld, state.fileCount - start)
        let bytes = try state.file.read(8 * count, at: 8 * start)
        let span = bytes.span
        body(
          (0..<count).map { index in
            let low = UInt64(WordBytes.word(at: 8 * index, of: span))
            let high = UInt64(WordBytes.word(at: 8 * index + 4, of: span))
            return Double(bitPattern: high << 32 | low)
          })
        start += count
      }
      body(state.held)
    }
  }
}
