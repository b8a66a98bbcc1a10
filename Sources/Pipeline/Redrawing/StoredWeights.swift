internal import Reading
internal import Resampling
internal import Weighting

/// Reads the log weights of drawn documents again, from where the draw has them.
struct StoredWeights<Reader: WeightReader & ~Copyable>: DocumentConsumer, ~Copyable {
  /// Those of the documents, sorted, each once.
  private let positions: [Position]
  /// Whether the weights are in the documents' own lines.
  private let isOfPool: Bool
  private let targets: [Int?]?
  private let targetCount: Int
  private var reader: Reader
  private var found: [(index: Int, weight: Double)] = []

  private init(
    _ positions: [Position], isOfPool: Bool, _ targets: [Int?]?, targetCount: Int,
    _ reader: consuming Reader
  ) {
    self.targets = targets
    self.targetCount = targetCount
    self.positions = positions
    self.isOfPool = isOfPool
    self.reader = reader
  }

  /// The log weight of the document at each of some positions.
  ///
  /// A document whose weight is there twice has the larger one.
  ///
  /// - Parameters:
  ///   - positions: sorted, each once.
  ///   - isOfPool: whether the shards are the pool's, with a weight in each document's line.
  ///   - targets: the target at each of the positions, nil for the one of the largest weight; nil
  ///     if there is only one.
  ///   - targetCount: the number of targets.
  /// - Throws: ``PipelineError``
  static func read(
    _ positions: [Position], from shards: [Shard], isOfPool: Bool, _ workers: DocumentWorkers,
    targets: [Int?]? = nil, targetCount: Int = 1,
    makeReader: @escaping @Sendable () throws -> Reader
  ) throws -> [Double] {
    let (results, _) = try workers.run(shards) {
      StoredWeights(
        positions, isOfPool: isOfPool, targets, targetCount: targetCount, try makeReader())
    }
    // No weight is NaN.
    var weights = Array(repeating: Double.nan, count: positions.count)
    for (index, weight) in results.joined() {
      weights[index] = Double.maximum(weight, weights[index])
    }
    // Each was drawn by its weight a moment ago.
    if let missing = weights.firstIndex(where: \.isNaN) {
      let shard = shards[isOfPool ? positions[missing].shard : 0]
      throw PipelineError.input(.reading(.changed(path: shard.name), line: nil))
    }
    return weights
  }

  mutating func wants(_ position: Position) -> Bool {
    !isOfPool || positions.sortedIndex(of: position) != nil
  }

  mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws {
    let document = try reader.read(text, of: line)
    guard let index = positions.sortedIndex(of: document.position) else { return }
    let weight =
      if let targets, targets[index] == nil {
        (1..<targetCount).reduce(reader.weight(0).logWeight) {
          max($0, reader.weight($1).logWeight)
        }
      } else {
        reader.weight(targets?[index] ?? 0).logWeight
      }
    found.append((index, weight))
  }

  mutating func endChunk(_ number: Int) {}

  consuming func finish() -> [(index: Int, weight: Double)] { found }
}

extension [Position] {
  /// The index of a position in sorted ones; nil if it isn't there.
  ///
  /// - Complexity: O(log *n*) for *n* positions.
  func sortedIndex(of position: Position) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == position ? low : nil
  }
}
