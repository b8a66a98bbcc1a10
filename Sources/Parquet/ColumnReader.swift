internal import Files
internal import Platform

/// Reads the values of one column in a row group, one after another.
///
///     let column = ColumnReader(schema.nodes[leaf], store, limits)
///     column.begin(group.chunks[0])
///     while try column.advance() {
///       guard column.isPresent else { continue }
///       column.withBytes { value in … }
///     }
///
/// It holds one page at a time, and the dictionary. It belongs to one thread.
package final class ColumnReader {
  /// The encodings of values, by their numbers in the format.
  enum Encoding: Int {
    case plain = 0
    case plainDictionary = 2
    case runs = 3
    case deltaPacked = 5
    case deltaLengths, deltaBytes, dictionary, streamSplit
  }

  /// Where the current value is.
  enum Home { case page, dictionary, scratch }

  package let leaf: Schema.Node
  let physical: Schema.Physical
  private let store: any ByteStore
  let limit: Int
  private var decompressor = PageDecompressor()
  private var source: PageSource
  private var codec = 0
  /// The number of the column's entries in pages that haven't begun.
  private var laterCount = 0
  private var hasSeenData = false

  /// The current page: its levels, and its values from `position` on.
  var page = ByteBuffer()
  private var stored = ByteBuffer()
  private var entryCount = 0
  private var repetitions = HybridReader(0..<0, width: 0)
  private var definitions = HybridReader(0..<0, width: 0)
  var encoding = Encoding.plain
  var position = 0
  var indices = HybridReader(0..<0, width: 0)
  var lengths: DeltaReader?
  var prefixes: DeltaReader?
  /// For booleans: the number of bits that were read. For split streams: the number of values, and
  /// how many were read.
  var bit = 0
  var splitCount = 0
  var splitIndex = 0

  var dictionary = ByteBuffer()
  var dictionaryCount = 0
  /// Where the bytes of byte arrays begin in the dictionary, after their lengths.
  var dictionaryStarts: [Int32] = []

  var scratch = ByteBuffer()
  var home = Home.page
  var start = 0
  var count = 0
  var bits: UInt64 = 0

  /// The levels of the current entry, which is a value or tells that there is none.
  package private(set) var repetition = 0
  package private(set) var definition = 0
  /// Whether the current entry has a value.
  package var isPresent: Bool { definition == leaf.definition }

  /// - Parameters:
  ///   - leaf: a node with a physical type.
  ///   - limit: the largest page in bytes, decompressed.
  package init(_ leaf: Schema.Node, _ store: any ByteStore, limit: Int) {
    guard let physical = leaf.physical else { preconditionFailure("a group has no values") }
    self.leaf = leaf
    self.physical = physical
    self.store = store
    self.limit = limit
    source = PageSource(Footer.ColumnChunk(), of: store)
  }

  /// Goes to the beginning of the column in a row group.
  package func begin(_ chunk: Footer.ColumnChunk) {
    source = PageSource(chunk, of: store)
    codec = chunk.codec
    laterCount = chunk.valueCount
    entryCount = 0
    hasSeenData = false
    dictionaryCount = 0
    dictionary.removeAll(keepingCapacityUpTo: .max)
  }

  /// Passes over rows of a column without lists: pages without being read, if possible.
  ///
  /// - Throws: ``ParquetError``
  package func skipRows(_ rowCount: Int) throws(ParquetError) {
    precondition(leaf.repetitionLevel == 0)
    var left = rowCount
    while left > 0 {
      if entryCount == 0 {
        guard let header = try nextDataHeader() else {
          throw .damaged(reason: "a column has too few values")
        }
        if header.valueCount <= left {
          left -= header.valueCount
          laterCount -= header.valueCount
          source.skip()
          continue
        }
        try beginPage(header)
      }
      guard try advance() else { return }
      left -= 1
    }
  }

  /// Goes to the next entry: a value, a null, or an empty list.
  ///
  /// - Returns: false at the end of the row group.
  /// - Throws: ``ParquetError``
  package func advance() throws(ParquetError) -> Bool {
    while entryCount == 0 {
      guard let header = try nextDataHeader() else { return false }
      try beginPage(header)
    }
    entryCount -= 1
    if leaf.repetitionLevel > 0 { repetition = try repetitions.next(page) }
    if leaf.definition > 0 { definition = try definitions.next(page) }
    guard repetition <= leaf.repetitionLevel, definition <= leaf.definition else {
      throw .damaged(reason: "a level is too large")
    }
    if definition == leaf.definition { try readValue() }
    return true
  }

  /// Calls `body` with the bytes of the current value: of byte arrays and numbers, except booleans.
  package func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let range = start..<start + count
    switch home {
    case .page: return try Self.lend(page, range, body)
    case .dictionary: return try Self.lend(dictionary, range, body)
    case .scratch: return try Self.lend(scratch, range, body)
    }
  }

  /// The number of bytes that ``withBytes(_:)`` passes.
  package var byteCount: Int { count }

  /// The current value of a boolean, an integer, or a floating-point number: its bits.
  package var pattern: UInt64 { bits }

  // MARK: Pages

  /// The header of the next page of values; nil after the last one.
  private func nextDataHeader() throws(ParquetError) -> PageHeader? {
    guard laterCount > 0 else { return nil }
    while true {
      let header = try source.peek()
      switch header.kind {
      case .other: source.skip()
      case .dictionary:
        guard !hasSeenData, dictionaryCount == 0 else {
          throw .damaged(reason: "a column has two dictionaries")
        }
        try readDictionary(header)
      case .data, .data2:
        guard header.valueCount <= laterCount else {
          throw .damaged(reason: "a column has too many values")
        }
        hasSeenData = true
        return header
      }
    }
  }

  private func checkSize(_ header: PageHeader) throws(ParquetError) {
    guard header.byteCount <= limit else {
      throw .unsupported(feature: "pages of more than \(limit) bytes")
    }
  }

  private func readDictionary(_ header: PageHeader) throws(ParquetError) {
    try checkSize(header)
    guard
      header.encoding == Encoding.plain.rawValue
        || header.encoding == Encoding.plainDictionary.rawValue
    else { throw .damaged(reason: "the encoding of a dictionary is \(header.encoding)") }
    dictionary.removeAll(keepingCapacityUpTo: .max)
    dictionaryStarts.removeAll(keepingCapacity: true)
    try read(header, isCompressed: true, 0, into: &dictionary)
    dictionaryCount = header.valueCount
    if let width {
      guard dictionaryCount <= dictionary.count / width else { throw .endsEarly }
      return
    }
    guard physical == .bytes, dictionaryCount <= dictionary.count / 4 || dictionaryCount == 0
    else { throw .damaged(reason: "a dictionary of \(dictionaryCount) values") }
    dictionaryStarts.reserveCapacity(dictionaryCount)
    var place = 0
    for _ in 0..<dictionaryCount {
      let count = try Self.length(dictionary, at: place)
      dictionaryStarts.append(Int32(place + 4))
      place += 4 + count
    }
  }

  /// The size of each value; nil for byte arrays and booleans.
  var width: Int? {
    switch physical {
    case .boolean, .bytes: nil
    case .int32, .float: 4
    case .int64, .double: 8
    case .int96: 12
    case .fixedBytes: leaf.byteCount
    }
  }

  /// Reads a page whose first bytes are never compressed.
  private func read(
    _ header: PageHeader, isCompressed: Bool, _ plainCount: Int, into output: inout ByteBuffer
  ) throws(ParquetError) {
    let codec = isCompressed ? codec : 0
    guard plainCount <= header.byteCount, plainCount <= header.storedByteCount else {
      throw .endsEarly
    }
    if codec == 0 {
      guard header.byteCount == header.storedByteCount else {
        throw .damaged(reason: "a page is not of the size that its header says")
      }
      return try source.read(appendingTo: &output)
    }
    stored.removeAll(keepingCapacityUpTo: .max)
    try source.read(appendingTo: &stored)
    if plainCount > 0 { try Self.copy(0..<plainCount, of: stored, to: &output) }
    // Nothing is stored if no value is there.
    if stored.count == plainCount { return }
    try decompressor.decompress(
      stored, from: plainCount, codec: codec,
      byteCount: header.byteCount - plainCount, appendingTo: &output)
  }

  private func beginPage(_ header: PageHeader) throws(ParquetError) {
    try checkSize(header)
    page.removeAll(keepingCapacityUpTo: .max)
    let repetitionWidth = Int.bitWidth - leaf.repetitionLevel.leadingZeroBitCount
    let definitionWidth = Int.bitWidth - leaf.definition.leadingZeroBitCount
    laterCount -= header.valueCount
    entryCount = header.valueCount
    if header.kind == .data2 {
      let repetitionEnd = header.repetitionByteCount
      let (levelEnd, overflows) = repetitionEnd.addingReportingOverflow(header.definitionByteCount)
      guard !overflows, levelEnd <= header.storedByteCount else { throw .endsEarly }
      try read(header, isCompressed: header.isCompressed, levelEnd, into: &page)
      repetitions = HybridReader(0..<repetitionEnd, width: repetitionWidth)
      definitions = HybridReader(repetitionEnd..<levelEnd, width: definitionWidth)
      position = levelEnd
    } else {
      try read(header, isCompressed: true, 0, into: &page)
      position = 0
      if repetitionWidth > 0 {
        repetitions = try levels(header.repetitionEncoding, width: repetitionWidth)
      }
      if definitionWidth > 0 {
        definitions = try levels(header.definitionEncoding, width: definitionWidth)
      }
    }
    try beginValues(header.encoding)
  }

  /// The levels at `position`, in a page of the first version. Goes to the bytes after them.
  private func levels(_ encoding: Int, width: Int) throws(ParquetError) -> HybridReader {
    guard encoding == Encoding.runs.rawValue else {
      throw .unsupported(feature: "levels in the deprecated encoding BIT_PACKED")
    }
    let count = try Self.length(page, at: position)
    let start = position + 4
    position = start + count
    return HybridReader(start..<position, width: width)
  }

  private func beginValues(_ number: Int) throws(ParquetError) {
    guard let encoding = Encoding(rawValue: number) else {
      throw .unsupported(feature: "the encoding with number \(number)")
    }
    let rest = position..<page.count
    var isFitting = true
    switch encoding {
    case .plain: bit = 8 * position
    case .plainDictionary, .dictionary:
      // A page without values may have no width.
      let width = rest.isEmpty ? 0 : Int(Self.byte(page, at: position))
      guard width <= 32 else { throw .damaged(reason: "places of \(width) bits") }
      indices = HybridReader(min(position + 1, page.count)..<page.count, width: width)
      isFitting = physical != .boolean
    case .runs:
      isFitting = physical == .boolean
      guard isFitting, !rest.isEmpty else { break }
      let count = try Self.length(page, at: position)
      indices = HybridReader(position + 4..<position + 4 + count, width: 1)
    case .deltaPacked:
      isFitting = physical == .int32 || physical == .int64
      lengths = isFitting && !rest.isEmpty ? try DeltaReader(page, rest) : nil
    case .deltaLengths:
      isFitting = physical == .bytes
      if isFitting { try beginLengths() }
    case .deltaBytes:
      isFitting = physical == .bytes || physical == .fixedBytes
      guard isFitting, !rest.isEmpty else { break }
      let prefixes = try DeltaReader(page, rest)
      position = try prefixes.endOfValues(page)
      self.prefixes = prefixes
      scratch.removeAll(keepingCapacityUpTo: 1 << 20)
      try beginLengths()
    case .streamSplit:
      isFitting = width != nil && physical != .int96
      splitCount = width.map { rest.count / $0 } ?? 0
      splitIndex = 0
      scratch.removeAll(keepingCapacityUpTo: 1 << 20)
    }
    guard isFitting else { throw .damaged(reason: "an encoding doesn't fit a column's type") }
    self.encoding = encoding
  }

  private func beginLengths() throws(ParquetError) {
    lengths = nil
    guard position < page.count else { return }
    let lengths = try DeltaReader(page, position..<page.count)
    position = try lengths.endOfValues(page)
    self.lengths = lengths
  }
}
