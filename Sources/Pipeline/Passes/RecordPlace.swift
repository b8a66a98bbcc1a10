internal import Reading
internal import Resampling

/// The place and the size of a record in the pool, which are enough to read it again.
struct RecordPlace: Sendable {
  let position: Position
  let byteCount: Int

  /// Whether the record is a row of a table.
  ///
  /// A row isn't stored in one piece, so it has no size. Its place is its number.
  var isRow: Bool { byteCount == 0 }

  /// Appends the place in its shard as members of an object of JSON that has others before.
  ///
  /// - Parameter prefix: begins the names of the members.
  func append(to line: inout [UInt8], prefix: StaticString = "") {
    line += Array(",\"\(prefix)\(isRow ? "row" : "offset")\":".utf8)
    line.append(decimal: position.place)
    guard !isRow else { return }
    line += Array(",\"\(prefix)bytes\":".utf8)
    line.append(decimal: byteCount)
  }
}

extension Candidate {
  var recordPlace: RecordPlace { RecordPlace(position: position, byteCount: lineByteCount) }
}
