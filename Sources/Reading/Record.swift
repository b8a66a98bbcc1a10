/// A record of a chunk, such as a line or a row. It holds a document unless it is invalid.
package struct Record: Sendable, Equatable {
  /// The record's place in its shard, in the format's own terms.
  ///
  /// Later records have larger places, and all places are below 2⁴⁴.
  package let place: Int
  /// The size of the record as it is stored: for a line, without its line end; 0 for a row of a
  /// table, which isn't stored in one piece.
  package let byteCount: Int
  /// The record's number in its chunk, from 0; blank records are counted.
  package let index: Int

  package init(place: Int, byteCount: Int, index: Int) {
    self.place = place
    self.byteCount = byteCount
    self.index = index
  }
}
