internal import Resampling

/// What the numbers of an output's lines say: an order that isn't that of the pool, or shards.
enum LineOrder: Sendable {
  case shuffled(ShuffleOrder)
  case byWeight(WeightRanks)
  /// Pool order, with the numbers of the output's shards, one for each shard of the pool.
  case byShard([Int])

  /// The number by which a document's line is sorted: smaller ones come first.
  ///
  /// - Parameter index: the document's index among those that are written, in pool order.
  func number(of document: Candidate, at index: Int) -> UInt64 {
    switch self {
    case .shuffled(let order): order(document)
    case .byWeight(let ranks): ranks[index]
    case .byShard(let numbers): UInt64(numbers[document.position.shard])
    }
  }
}

/// The order of documents by falling log weight, and of equal ones by position.
///
/// Numbers are ranks, moved to the upper bits: a sort that begins with these finds them evenly
/// spread, which log weights aren't.
struct WeightRanks: Sendable {
  private var ranks: [UInt32]
  private let firstRank: UInt64
  private let shift: UInt64

  /// - Parameters:
  ///   - weights: in pool order.
  ///   - earlierCount: the number of documents that are written before these.
  ///   - wholeCount: the number of all documents that are written.
  /// - Complexity: O(*n* log *n*) for *n* documents.
  init(_ weights: [Double], earlierCount: Int = 0, wholeCount: Int) {
    precondition(earlierCount + weights.count <= wholeCount && weights.count <= Int(UInt32.max))
    firstRank = UInt64(earlierCount)
    shift = wholeCount > 1 ? UInt64(UInt64(wholeCount - 1).leadingZeroBitCount) : 0
    var order = (0..<UInt32(weights.count)).map { $0 }
    order.sort { one, other in
      let (weight, otherWeight) = (weights[Int(one)], weights[Int(other)])
      return weight == otherWeight ? one < other : weight > otherWeight
    }
    ranks = Array(repeating: 0, count: weights.count)
    for (rank, index) in order.enumerated() { ranks[Int(index)] = UInt32(rank) }
  }

  subscript(index: Int) -> UInt64 { (firstRank + UInt64(ranks[index])) << shift }
}
