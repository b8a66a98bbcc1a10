internal import Files
internal import Platform
internal import Reading
internal import Resampling

/// What files of weights turn out to be of: which of the pool's files, how many documents of each,
/// and whether any document has two weights.
///
/// Repeats are looked for among the places with the smallest hashes, so that memory is bounded:
/// among all places as long as there are no more than ``capacity``, and otherwise among that many
/// at random, of which a file that is named twice has plenty.
final class WeighedPlaces: Sendable {
  static let capacity = 1 << 16

  /// What one path in the weights was taken for.
  private struct Claim {
    var path: ExactString
    var commonSteps: Int

    func precedes(_ other: Claim) -> Bool {
      commonSteps == other.commonSteps ? path < other.path : commonSteps > other.commonSteps
    }
  }

  private struct State {
    var counts: [Int]
    /// By shard: the path that has most in common with it, and the next, which must not be.
    var claims: [Int: (best: Claim, second: Claim?)] = [:]
    var hashes: Set<UInt64> = []
    var threshold = UInt64.max
    var repeats: [(hash: UInt64, position: Position)] = []
  }

  private let state: Lock<State>

  init(shardCount: Int) { state = Lock(State(counts: Array(repeating: 0, count: shardCount))) }

  /// Notes that a path in the weights was taken for a shard.
  func claim(_ path: String, _ match: ShardFinder.Match) {
    let claim = Claim(
      path: ExactString(ShardFinder.normalized(path)), commonSteps: match.commonSteps)
    state.withLock { state in
      guard let (best, second) = state.claims[match.shard] else {
        state.claims[match.shard] = (claim, nil)
        return
      }
      guard claim.path != best.path, claim.path != second?.path else { return }
      // The same two of any number, whichever come first.
      if claim.precedes(best) {
        state.claims[match.shard] = (claim, best)
      } else if second.map({ claim.precedes($0) }) ?? true {
        state.claims[match.shard] = (best, claim)
      }
    }
  }

  /// Notes how many lines of weights a shard has had in a row.
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
      // The first in the order of the pool is told of; of many repeats not all need be kept.
      if state.repeats.count > 2 * Self.capacity {
        let threshold = state.threshold
        state.repeats = Array(
          state.repeats.filter { $0.hash <= threshold }.sorted { $0.position < $1.position }
            .prefix(Self.capacity))
      }
      return state.threshold
    }
  }

  /// Lines of weights, by shard.
  var counts: [Int] { state.withLock { $0.counts } }

  /// The first document in pool order that has two weights, of those that were looked at.
  var firstRepeat: Position? {
    state.withLock { state in
      let threshold = state.threshold
      return state.repeats.filter { $0.hash <= threshold }.map(\.position).min()
    }
  }

  /// Two paths that were taken for one shard, the first that there is: the one that has less in
  /// common with it, and the other.
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
