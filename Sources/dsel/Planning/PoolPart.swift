import Files
import Reporting

/// Shards that one command of a plan reads.
struct PoolPart: Equatable {
  /// The place of the first one in the pool.
  var first: Int
  var shards: [String]

  /// A command line may have 128 KiB on Linux, where a shell gets it as one word. Quotes take some.
  private static let mostBytes = 50_000
  /// An output for each is waiting for its name at the end.
  private static let mostShards = 500
  /// How much text is in a byte of a compressed file: a guess.
  private static let ratio = 3

  /// - Parameters:
  ///   - shards: in the order of the pool.
  ///   - byteLimit: for compressed files. Plain ones count a third. A shard whose size isn't known
  ///     is a part by itself.
  static func parts(of shards: [String], byteLimit: Int) -> [PoolPart] {
    var parts: [PoolPart] = []
    var (size, bytes) = (0, 0)
    let limit = byteLimit.multipliedReportingOverflow(by: ratio)
    for (place, shard) in shards.enumerated() {
      let status = try? FileStatus(path: shard)
      let isKnown = status?.kind == .regular
      let own = (status?.byteCount ?? 0) * (isPlain(shard) ? 1 : ratio)
      let word = FileName.bytes(of: shard).count + 16
      if let last = parts.last, isKnown, limit.overflow || size + own <= limit.partialValue,
        bytes + word <= mostBytes, last.shards.count < mostShards
      {
        parts[parts.count - 1].shards.append(shard)
        (size, bytes) = (size + own, bytes + word)
      } else {
        parts.append(PoolPart(first: place, shards: [shard]))
        (size, bytes) = (isKnown ? own : Int.max / 2, word)
      }
    }
    return parts
  }

  private static func isPlain(_ path: String) -> Bool {
    let name = path.lowercased()
    return [".jsonl", ".ndjson", ".json"].contains { name.endsInBytes(of: $0) }
  }
}
