/// Where a document stands in the pool: its shard, in the order given, and its place there.
///
/// The meaning of a place is the format's own. For lines of JSON it is the offset of the line in
/// the shard's decompressed bytes.
package struct Position: Hashable, Comparable, Sendable {
  package let shard: Int
  package let place: Int

  package init(shard: Int, place: Int) {
    self.shard = shard
    self.place = place
  }

  package static func < (one: Position, other: Position) -> Bool {
    (one.shard, one.place) < (other.shard, other.place)
  }
}
