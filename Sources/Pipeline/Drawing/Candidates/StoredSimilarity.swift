internal import Reading
internal import Resampling

/// What a near-duplicate is similar to, as a line of a file of candidates has it.
struct StoredSimilarity {
  private var similarity: Double?
  private var shard: Int?
  private var place: Int?
  private var byteCount: Int?

  init() {}

  /// Reads a member of a line.
  ///
  /// - Returns: false if the member is none of its own.
  mutating func read(
    _ key: String, _ stream: inout JSONStream
  ) throws(JSONStreamError) -> Bool {
    switch key {
    case "similarity": similarity = try stream.readNumber()
    case "similar_shard": shard = try stream.readCount()
    case "similar_offset": place = try stream.readCount()
    case "similar_row":
      place = try stream.readCount()
      byteCount = 0
    case "similar_bytes": byteCount = try stream.readCount()
    default: return false
    }
    return true
  }

  func nearDuplicate(
    _ candidate: Candidate, shardCount: Int
  ) throws(JSONStreamError) -> NearDuplicate {
    guard let similarity else { throw .missing("similarity") }
    guard similarity > 0, similarity <= 1 else { throw .invalid("similarity") }
    guard let shard else { throw .missing("similar_shard") }
    guard shard < shardCount else { throw .invalid("similar_shard") }
    guard let place else { throw .missing("similar_offset") }
    guard place <= Candidate.maximumPlace else { throw .invalid("similar_offset") }
    guard let byteCount else { throw .missing("similar_bytes") }
    guard byteCount <= Int(UInt32.max) else { throw .invalid("similar_bytes") }
    return NearDuplicate(
      candidate: candidate, kept: .init(position: Position(shard: shard, place: place), byteCount),
      similarity: similarity)
  }
}
