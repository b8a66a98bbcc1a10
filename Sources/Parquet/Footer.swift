internal import Compression
internal import Files

/// A file's own description: its columns, and where their values are.
package struct Footer: Sendable {
  /// The four bytes at the beginning and the end of a file.
  package static let magic = Array("PAR1".utf8)
  /// The same, where the footer is encrypted.
  package static let encryptedMagic = Array("PARE".utf8)

  // More than this is no footer of documents. It is held in memory while it is read.
  private static let largestByteCount = 64 << 20
  private static let mostNodes = 1 << 16
  private static let mostGroups = 1 << 18

  /// All columns.
  package let schema: Schema
  /// The end of the part with values.
  let dataEnd: Int
  private let bytes: [UInt8]

  /// Where the values of a column in some rows are.
  package struct ColumnChunk: Sendable {
    var codec = 0
    var valueCount = 0
    var start = 0
    var end = 0
    /// The size of its pages, decompressed.
    package internal(set) var byteCount = 0
  }

  /// Consecutive rows, whose columns are stored one after another.
  package struct RowGroup: Sendable {
    /// The number of rows in the groups before.
    package internal(set) var firstRow = 0
    package internal(set) var rowCount = 0
    /// Of the requested leaves, in their order.
    package internal(set) var chunks: [ColumnChunk] = []
  }

  /// Reads the end of a file.
  ///
  /// - Throws: ``ParquetError``
  package init(of store: some ByteStore) throws(ParquetError) {
    let tailByteCount = 8
    guard store.byteCount >= tailByteCount + Self.magic.count else {
      throw .damaged(reason: "it is too short")
    }
    var tail = ByteBuffer()
    try store.append(tailByteCount, at: store.byteCount - tailByteCount, to: &tail)
    let magic = (4..<8).map { tail.span[$0] }
    if magic == Self.encryptedMagic { throw .unsupported(feature: "encryption") }
    guard magic == Self.magic else {
      throw .damaged(reason: "it does not end with PAR1, so it may be cut short")
    }
    let byteCount = (0..<4).reduce(0) { $0 | Int(tail.span[$1]) << (8 * $1) }
    guard byteCount <= store.byteCount - tailByteCount - Self.magic.count,
      byteCount <= Self.largestByteCount
    else { throw .damaged(reason: "the size of its footer is \(byteCount)") }
    dataEnd = store.byteCount - tailByteCount - byteCount
    var footer = ByteBuffer()
    try store.append(byteCount, at: dataEnd, to: &footer)
    bytes = Self.array(footer.span)
    schema = try Self.schema(bytes)
  }

  private static func array(_ span: Span<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(copying: span)
    return bytes
  }

  private static func schema(_ bytes: [UInt8]) throws(ParquetError) -> Schema {
    var elements: [Schema.Element] = []
    var isEncrypted = false
    try reading(bytes) { reader throws(CompactReader.Fault) in
      try reader.structure { reader, number, kind throws(CompactReader.Fault) in
        if number == 8 { isEncrypted = true }
        guard number == 2, kind == .list else { return false }
        try reader.list { reader, kind throws(CompactReader.Fault) in
          guard kind == .structure, elements.count < mostNodes else { throw .invalid }
          elements.append(try Schema.Element(&reader))
        }
        return true
      }
    }
    if isEncrypted { throw .unsupported(feature: "encryption") }
    return try Schema(elements)
  }

  private static func reading(
    _ bytes: [UInt8], _ body: (inout CompactReader) throws(CompactReader.Fault) -> Void
  ) throws(ParquetError) {
    var reader = CompactReader(bytes)
    do throws(CompactReader.Fault) { try body(&reader) } catch {
      throw .damaged(reason: "its footer can't be read")
    }
  }

  /// The row groups, with some columns of each.
  ///
  /// - Parameter leaves: numbers of leaves.
  /// - Throws: ``ParquetError``
  package func rowGroups(_ leaves: [Int]) throws(ParquetError) -> [RowGroup] {
    var groups: [RowGroup] = []
    var places: [Int: Int] = [:]
    for (place, leaf) in leaves.enumerated() { places[leaf] = place }
    var fault: ParquetError?
    try Self.reading(bytes) { reader throws(CompactReader.Fault) in
      try reader.structure { reader, number, kind throws(CompactReader.Fault) in
        guard number == 4, kind == .list else { return false }
        try reader.list { reader, kind throws(CompactReader.Fault) in
          guard kind == .structure else { throw .invalid }
          var group = RowGroup()
          group.chunks = Array(repeating: ColumnChunk(), count: leaves.count)
          var columnCount = 0
          try reader.structure { reader, number, kind throws(CompactReader.Fault) in
            switch number {
            case 1:
              guard kind == .list else { return false }
              try reader.list { reader, kind throws(CompactReader.Fault) in
                guard kind == .structure else { throw .invalid }
                var column = StoredColumn()
                try column.read(&reader)
                if let place = places[columnCount], fault == nil {
                  do throws(ParquetError) {
                    let leaf = schema.nodes[schema.leaves[columnCount]]
                    group.chunks[place] = try column.chunk(of: leaf, dataEnd: dataEnd)
                  } catch { fault = error }
                }
                columnCount += 1
              }
            case 3: group.rowCount = try reader.integer()
            default: return false
            }
            return true
          }
          guard columnCount == schema.leaves.count, group.rowCount >= 0,
            groups.count < Self.mostGroups
          else { throw .invalid }
          groups.append(group)
        }
        return true
      }
    }
    if let fault { throw fault }
    var rowCount = 0
    for index in groups.indices {
      groups[index].firstRow = rowCount
      rowCount = rowCount.addingReportingOverflow(groups[index].rowCount).partialValue
      // Places of records are below 2⁴⁴.
      guard (0..<1 << 44).contains(rowCount) else {
        throw .damaged(reason: "the number of its rows is \(rowCount)")
      }
    }
    return groups
  }
}

/// A column of a row group as the footer describes it.
private struct StoredColumn {
  var type: Int?
  var codec = 0
  var valueCount = -1
  var decompressedByteCount = 0
  var byteCount = -1
  var dataOffset = -1
  var dictionaryOffset: Int?
  var isElsewhere = false
  var isEncrypted = false

  mutating func read(_ reader: inout CompactReader) throws(CompactReader.Fault) {
    var column = self
    try reader.structure { reader, number, kind throws(CompactReader.Fault) in
      switch number {
      case 1: column.isElsewhere = true
      case 8, 9: column.isEncrypted = true
      case 3 where kind == .structure:
        try column.readMetadata(&reader)
        return true
      default: break
      }
      return false
    }
    self = column
  }

  private mutating func readMetadata(_ reader: inout CompactReader) throws(CompactReader.Fault) {
    var column = self
    try reader.structure { reader, number, _ throws(CompactReader.Fault) in
      switch number {
      case 1: column.type = try reader.integer()
      case 4: column.codec = try reader.integer()
      case 5: column.valueCount = try reader.integer()
      case 6: column.decompressedByteCount = try reader.integer()
      case 7: column.byteCount = try reader.integer()
      case 9: column.dataOffset = try reader.integer()
      case 11: column.dictionaryOffset = try reader.integer()
      default: return false
      }
      return true
    }
    self = column
  }

  /// Sizes of more than this are not believed. They decide only how rows are cut into chunks.
  private static let largestColumn = 1 << 40

  /// Checks that the values lie within the file.
  func chunk(of leaf: Schema.Node, dataEnd: Int) throws(ParquetError) -> Footer.ColumnChunk {
    if isEncrypted { throw .unsupported(feature: "encryption") }
    if isElsewhere { throw .unsupported(feature: "columns in other files") }
    guard type == leaf.physical?.rawValue, valueCount >= 0 else {
      throw .damaged(reason: "a column isn't of the type that the schema says")
    }
    // Writers give the columns of a row group without rows any place.
    guard valueCount > 0 else {
      try PageDecompressor.check(codec)
      return Footer.ColumnChunk(
        codec: codec, valueCount: 0, start: Footer.magic.count, end: Footer.magic.count,
        byteCount: 0)
    }
    var start = dataOffset
    // Some writers say 0 if there is no dictionary.
    if let dictionaryOffset, dictionaryOffset > 0 { start = min(start, dictionaryOffset) }
    // Writers before 2015 left the header of the dictionary out of the size.
    let margin = 100
    guard start >= Footer.magic.count, start <= dataEnd, byteCount >= 0,
      byteCount <= dataEnd - start
    else { throw .damaged(reason: "a column lies outside of the file") }
    try PageDecompressor.check(codec)
    return Footer.ColumnChunk(
      codec: codec, valueCount: valueCount, start: start,
      end: min(start + byteCount + margin, dataEnd),
      byteCount: min(max(0, decompressedByteCount), Self.largestColumn))
  }
}
