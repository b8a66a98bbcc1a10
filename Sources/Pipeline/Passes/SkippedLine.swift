internal import Reading
internal import Resampling
internal import Weighting

/// A line that was left out because it is no document.
struct SkippedLine: Sendable {
  let place: RecordPlace
  /// Counted from 1, blank and invalid lines included.
  let number: Int
  /// Without the names of existing fields, which would fill the memory if many lines are invalid.
  let error: InvalidLine

  init(place: RecordPlace, number: Int, error: InvalidLine) {
    self.place = place
    self.number = number
    switch error {
    case .missingField(let path, _): self.error = .missingField(path: path, present: [])
    case .noText(let paths, _): self.error = .noText(paths: paths, present: [])
    default: self.error = error
    }
  }

  /// The same line, after `shardCount` shards were put before its shard.
  func moved(by shardCount: Int) -> SkippedLine {
    let position = Position(
      shard: place.position.shard + shardCount, place: place.position.place)
    return SkippedLine(
      place: RecordPlace(position: position, byteCount: place.byteCount), number: number,
      error: error)
  }

  /// The record of the line: a JSON object.
  func record(file: String) -> [UInt8] {
    var line = Array("{\"file\":".utf8)
    line.append(jsonString: file)
    if !place.isRow { Self.append("line", number, to: &line) }
    place.append(to: &line)
    Self.append("reason", error.reason.rawValue, to: &line)
    switch error {
    case .notJSON(let fault, let column):
      Self.append("column", column, to: &line)
      Self.append("detail", fault.recordedDetail, to: &line)
    case .notUTF8(let column): Self.append("column", column, to: &line)
    case .notAnObject(let found): Self.append("found", found.recordedName, to: &line)
    case .missingField(let path, _), .missingInList(let path, _, _), .noText(let path, _):
      Self.append("field", path, to: &line)
    case .notAString(let path, let found), .notOfKind(let path, let found, _):
      Self.append("field", path, to: &line)
      Self.append("found", found.recordedName, to: &line)
    case .notANumber(let path, let found, _):
      Self.append("field", path, to: &line)
      Self.append("found", found.recordedText, to: &line)
    case .sumTooLarge(let paths), .additionTooLarge(let paths):
      for path in paths.prefix(1) { Self.append("field", path, to: &line) }
      Self.append("found", InvalidLine.FoundValue.recordedSum, to: &line)
    case .weightTooLarge(let weight, _): Self.append("found", "\(weight)", to: &line)
    }
    line.append(UInt8(ascii: "}"))
    return line
  }

  private static func append(_ name: String, _ value: Int, to line: inout [UInt8]) {
    line += Array(",\"\(name)\":\(value)".utf8)
  }

  private static func append(_ name: String, _ value: String, to line: inout [UInt8]) {
    line += Array(",\"\(name)\":".utf8)
    line.append(jsonString: value)
  }
}
