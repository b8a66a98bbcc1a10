/// What stands before a page: its kind, its size, and how its values are written.
struct PageHeader: Sendable {
  enum Kind: Equatable {
    /// A page of values, in the first version of the format or the second.
    case data, data2
    case dictionary
    /// A kind without values.
    case other
  }

  var kind = Kind.other
  /// The size, decompressed, and as it is stored.
  var byteCount = -1
  var storedByteCount = -1
  var checksum: UInt32?
  var valueCount = -1
  var encoding = -1
  /// Levels of the first version are in these encodings.
  var definitionEncoding = 3
  var repetitionEncoding = 3
  /// In pages of the second version. They begin with a row.
  var rowCount: Int?
  var definitionByteCount = 0
  var repetitionByteCount = 0
  var isCompressed = true

  init() {}

  /// - Throws: ``CompactReader/Fault``
  init(_ reader: inout CompactReader) throws(CompactReader.Fault) {
    var header = PageHeader()
    var type = -1
    try reader.structure { reader, number, kind throws(CompactReader.Fault) in
      switch number {
      case 1: type = try reader.integer()
      case 2: header.byteCount = try reader.integer()
      case 3: header.storedByteCount = try reader.integer()
      case 4: header.checksum = UInt32(truncatingIfNeeded: try reader.integer())
      case 5, 7, 8:
        guard kind == .structure else { throw .invalid }
        try header.readContent(number, &reader)
      default: return false
      }
      return true
    }
    let largest = Int(Int32.max)
    let counts = [
      header.byteCount, header.storedByteCount, header.definitionByteCount,
      header.repetitionByteCount,
    ]
    guard counts.allSatisfy({ (0...largest).contains($0) }) else { throw .invalid }
    header.kind =
      switch type {
      case 0: .data
      case 2: .dictionary
      case 3: .data2
      default: .other
      }
    guard header.kind == .other || (0...largest).contains(header.valueCount) else {
      throw .invalid
    }
    self = header
  }

  private mutating func readContent(
    _ part: Int, _ reader: inout CompactReader
  ) throws(CompactReader.Fault) {
    var header = self
    try reader.structure { reader, number, kind throws(CompactReader.Fault) in
      switch (part, number) {
      case (_, 1): header.valueCount = try reader.integer()
      case (5, 2), (7, 2), (8, 4): header.encoding = try reader.integer()
      case (5, 3): header.definitionEncoding = try reader.integer()
      case (5, 4): header.repetitionEncoding = try reader.integer()
      case (8, 3): header.rowCount = try reader.integer()
      case (8, 5): header.definitionByteCount = try reader.integer()
      case (8, 6): header.repetitionByteCount = try reader.integer()
      case (8, 7):
        guard kind == .yes || kind == .no else { throw .invalid }
        header.isCompressed = kind == .yes
      default: return false
      }
      return true
    }
    self = header
  }
}
