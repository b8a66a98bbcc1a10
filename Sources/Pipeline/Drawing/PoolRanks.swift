/// The ranks of selected documents among all eligible documents of the pool, by their log weights.
///
/// The weights of the pool are counted once, against the sorted weights of the selection. So ranks
/// are exact, and memory depends on the selection only.
struct PoolRanks: Sendable {
  /// The weights of the documents that a target selected, each once, from the smallest.
  private let weights: [[Double]]
  /// The number of eligible documents with a larger weight, for each of them.
  private let largerCounts: [[Int]]
  /// The number of eligible documents.
  let documentCount: Int

  /// - Parameters:
  ///   - selected: for each target, the weights of the documents that it selected, in any order.
  ///   - pool: the weights of all eligible documents.
  /// - Throws: ``PipelineError``
  /// - Complexity: O((*n* + *k*) log *k*) for *k* selected of *n* documents.
  init(_ selected: consuming [[Double]], pool: WeightSpool) throws(PipelineError) {
    var distinct: [[Double]] = []
    for target in selected.indices {
      selected[target].sort()
      var weights: [Double] = []
      for weight in selected[target] where weights.last != weight { weights.append(weight) }
      selected[target] = []
      distinct.append(weights)
    }
    // For each number of selected weights, how many documents have just so many smaller ones.
    var counts = distinct.map { [Int](repeating: 0, count: $0.count + 1) }
    let targetCount = distinct.count
    try pool.forEachBlock { block in
      for (index, weight) in block.enumerated() {
        let target = index % targetCount
        counts[target][Self.smallerCount(than: weight, in: distinct[target])] += 1
      }
    }
    for target in counts.indices {
      var sum = 0
      for place in counts[target].indices.reversed() {
        sum += counts[target][place]
        counts[target][place] = sum
      }
      // The documents above a weight have it among their smaller ones.
      counts[target].removeFirst()
    }
    weights = distinct
    largerCounts = counts
    documentCount = pool.documentCount
  }

  /// The rank of a selected document: one more than the number of documents with larger weights.
  ///
  /// - Parameter weight: for the target that selected it.
  func rank(of weight: Double, target: Int) -> Int {
    let place = Self.smallerCount(than: weight, in: weights[target])
    precondition(place < weights[target].count, "a weight of the selection")
    return largerCounts[target][place] + 1
  }

  /// The share of eligible documents whose weights are no larger.
  ///
  /// - Parameter rank: of a document.
  func quantile(ofRank rank: Int) -> Double {
    Double(documentCount - rank + 1) / Double(documentCount)
  }

  private static func smallerCount(than weight: Double, in weights: [Double]) -> Int {
    var (low, high) = (0, weights.count)
    while low < high {
      let middle = (low + high) / 2
      if weights[middle] < weight { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
