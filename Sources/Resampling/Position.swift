/// Where a document stands in the pool: its shard, in the order given, and the offset of its line in
/// the shard's decompressed bytes.
package struct Position: Hashable, Comparable, Sendable {
  package let shard: Int
  package let offset: Int

  package init(shard: Int, offset: Int) {
    self.shard = shard
    self.offset = offset
  }

  package static func < (one: Position, other: Position) -> Bool {
    (one.shard, one.offset) < (other.shard, other.offset)
  }
}
