internal import Files
internal import Platform
internal import Reading
internal import Resampling

/// Notes what files of weights cover, and whether any document has two weights.
///
/// For each file of the pool it counts the documents that have weights.
///
/// Repeats are looked for among the places with the smallest hashes, so that memory is bounded. Up
/// to ``capacity`` places, these are all places. Beyond that they are that many random ones, and a
/// file that is named twice has plenty of them.
final class WeighedPlaces: Sendable {
  static let capacity = 1 << 16

  /// A path in the weights that was matched to a shard.
  private struct Claim {
    var path: ExactString
    var commonSteps: Int

    func precedes(_ other: Claim) -> Bool {
      commonSteps == other.commonSteps ? path < other.path : commonSteps > other.commonSteps
    }
  }

  private struct State {
    var counts: [Int]
    /// By shard: the path with the most steps in common, and the next path, which is a conflict.
    var claims: [Int: (best: Claim, second: Claim?)] = [:]
    var hashes: Set<UInt64> = []
    var threshold = UInt64.max
    var repeats: [(hash: UInt64, position: Position)] = []
  }

  private let state: Lock<State>

  init(shardCount: Int) { state = Lock(State(counts: Array(repeating: 0, count: shardCount))) }

  /// Notes that a path in the weights was matched to a shard.
  func claim(_ path: String, _ match: ShardFinder.Match) {
    let claim = Claim(
      path: ExactString(ShardFinder.normalized(path)), commonSteps: match.commonSteps)
    state.withLock { state in
      guard let (best, second) = state.claims[match.shard] else {
        state.claims[match.shard] = (claim, nil)
        return
      }
      guard claim.path != best.path, claim.path != second?.path else { return }
      // Keep the same two of any number, whichever come first.
      if claim.precedes(best) {
        state.claims[match.shard] = (claim, best)
      } else if second.map({ claim.precedes($0) }) ?? true {
        state.claims[match.shard] = (best, claim)
      }
    }
  }

  /// Notes the number of lines of weights that a shard had in a row.
  func add(_ count: Int, to shard: Int) {
    state.withLock { $0.counts[shard] += count }
  }

  /// Notes a document.
  ///
  /// - Returns: the largest hash that is still looked for.
  func add(_ position: Position, hash: UInt64) -> UInt64 {
    state.withLock { state in
      guard hash <= state.threshold else { return state.threshold }
      if !state.hashes.insert(hash).inserted { state.repeats.append((hash, position)) }
      if state.hashes.count > 2 * Self.capacity {
        let sorted = state.hashes.sorted()
        state.threshold = sorted[Self.capacity - 1]
        state.hashes = Set(sorted.prefix(Self.capacity))
      }
      // Only the first repeat in pool order is reported, so not all repeats need be kept.
      if state.repeats.count > 2 * Self.capacity {
        let threshold = state.threshold
        state.repeats = Array(
          state.repeats.filter { $0.hash <= threshold }.sorted { $0.position < $1.position }
            .prefix(Self.capacity))
      }
      return state.threshold
    }
  }

  /// The number of lines of weights, by shard.
  var counts: [Int] { state.withLock { $0.counts } }

  /// The first document in pool order that has two weights, among those that were looked at.
  var firstRepeat: Position? {
    state.withLock { state in
      let threshold = state.threshold
      return state.repeats.filter { $0.hash <= threshold }.map(\.position).min()
    }
  }

  /// The first shard that two paths were matched to, and these paths.
  ///
  /// `path` has fewer steps in common with the shard than `other`, or equally many.
  var conflict: (shard: Int, path: String, other: String)? {
    state.withLock { state in
      for shard in state.counts.indices {
        guard let (best, second) = state.claims[shard], let second else { continue }
        return (shard, second.path.string, best.path.string)
      }
      return nil
    }
  }
}
