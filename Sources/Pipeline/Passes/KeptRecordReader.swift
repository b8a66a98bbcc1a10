internal import Files
internal import Platform
internal import Reading

/// Reads chosen records of a shard from ``KeptRecords``, and those that weren't kept in the shard.
struct KeptRecordReader: RecordReader, ~Copyable {
  /// A reader of the shard, with an owner that can be nil.
  private final class Pool {
    var reader: any RecordReader & ~Copyable

    init(_ reader: consuming any RecordReader & ~Copyable) { self.reader = reader }
  }

  private let kept: KeptRecords
  private let shard: Shard
  private let request: DocumentRequest
  private let limits: ReadingLimits
  private let extents: [KeptRecords.Extent]
  /// The number of extents that begin at or before the current record.
  private var begunCount = 0
  private var isLoaded = false
  /// The extent that was loaded.
  private var bytes = ByteBuffer()
  /// The current record in `bytes`, and its place.
  private var record = 0..<0
  private var place = 0
  /// The place of a record whose bytes may have changed, since escapes are resolved in place.
  private var changedPlace: Int?
  private var parser: DocumentParser
  private var pool: Pool?
  /// Whether the current record comes from the shard.
  private var isInPool = false

  /// - Throws: ``ReadingError``, if the shard has changed among others.
  init(
    _ kept: KeptRecords, shard number: Int, of shards: [Shard], _ request: DocumentRequest,
    _ limits: ReadingLimits
  ) throws(ReadingError) {
    self.kept = kept
    shard = shards[number]
    self.request = request
    self.limits = limits
    extents = kept.extents(ofShard: number)
    parser = DocumentParser(textField: request.textField)
    try shard.checkUnchanged()
  }

  /// Nothing is read from the shard, unless something wasn't kept.
  var storedByteCount: Int { pool?.reader.storedByteCount ?? 0 }

  mutating func read(at place: Int, byteCount: Int) throws(ReadingError) {
    if changedPlace == place { isLoaded = false }
    while begunCount < extents.count, extents[begunCount].place <= place {
      begunCount += 1
      isLoaded = false
    }
    if try find(place), record.count == byteCount {
      isInPool = false
      self.place = place
      return
    }
    isInPool = true
    if pool == nil { pool = Pool(try shard.recordReader(request, limits)) }
    try pool?.reader.read(at: place, byteCount: byteCount)
  }

  /// Looks for a record in the extent that may have it.
  private mutating func find(_ place: Int) throws(ReadingError) -> Bool {
    guard begunCount > 0 else { return false }
    do throws(SystemError) {
      if !isLoaded {
        try kept.read(extents[begunCount - 1], into: &bytes)
        isLoaded = true
        record = 0..<0
      }
    } catch { throw .system(error) }
    // The current record may be wanted again.
    var head = record.isEmpty ? 0 : record.lowerBound - KeptRecordWriter.headSize
    while head < bytes.count {
      let start = head + KeptRecordWriter.headSize
      let end = start + number(at: head + KeptRecordWriter.placeSize, byteCount: 4)
      let found = number(at: head, byteCount: KeptRecordWriter.placeSize)
      guard found <= place else { return false }
      record = start..<end
      if found == place { return true }
      head = end
    }
    return false
  }

  private func number(at start: Int, byteCount: Int) -> Int {
    let bytes = bytes.span
    var number = 0
    for index in 0..<byteCount { number |= Int(bytes[start + index]) << (8 * index) }
    return number
  }

  mutating func withText(_ body: (Span<UInt8>) throws -> Void) throws {
    if isInPool, let pool { return try pool.reader.withText(body) }
    changedPlace = place
    try parser.parse(record, of: &bytes, body)
  }

  mutating func withLine(_ body: (Span<UInt8>) throws -> Void) throws {
    if isInPool, let pool { return try pool.reader.withLine(body) }
    try body(bytes.span.extracting(record))
  }

  mutating func finish() throws(ReadingError) {
    if let pool { return try pool.reader.finish() }
    try shard.checkUnchanged()
  }
}
