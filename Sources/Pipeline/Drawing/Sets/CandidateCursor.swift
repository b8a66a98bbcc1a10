internal import Resampling

/// Finds the records of some candidates while the pool is read, chunk by chunk.
struct CandidateCursor {
  /// In pool order.
  private let candidates: [Candidate]
  /// The next candidate of the chunk; nil before its first record.
  private var next: Int?

  init(_ candidates: [Candidate]) { self.candidates = candidates }

  /// Whether there is a candidate at a position; then it is the ``current`` one.
  ///
  /// Within a chunk, positions come in pool order.
  mutating func has(_ position: Position) -> Bool {
    var place = next ?? Candidates.firstIndex(from: position, in: candidates)
    while place < candidates.count, candidates[place].position < position { place += 1 }
    next = place
    return place < candidates.count && candidates[place].position == position
  }

  /// The candidate that was found last, and its number.
  var current: (number: Int, candidate: Candidate) {
    guard let next else { preconditionFailure("nothing was found") }
    return (next, candidates[next])
  }

  mutating func endChunk() { next = nil }
}
