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

  /// What one pass kept of the shard.
  private final class Pass {
    private let kept: KeptRecords
    private let extents: [KeptRecords.Extent]
    /// The number of extents that begin at or before the current record.
    private var begunCount = 0
    /// Whether the last of these was loaded, and is unchanged since.
    var isLoaded = false
    /// The extent that was loaded.
    private var bytes = ByteBuffer()
    /// The current record in `bytes`.
    private(set) var record = 0..<0

    init(_ kept: KeptRecords, _ extents: [KeptRecords.Extent]) {
      self.kept = kept
      self.extents = extents
    }

    /// Looks for a record in the extent that may have it.
    ///
    /// - Throws: ``ReadingError``
    func find(_ place: Int) throws(ReadingError) -> Bool {
      while begunCount < extents.count, extents[begunCount].place <= place {
        begunCount += 1
        isLoaded = false
      }
      guard begunCount > 0 else { return false }
      do throws(SystemError) {
        if !isLoaded {
          try kept.read(extents[begunCount - 1], into: &bytes)
          isLoaded = true
          record = 0..<0
        }
      } catch { throw .system(error) }
      return withBytes { bytes in
        // The current record may be wanted again.
        var head = record.isEmpty ? 0 : record.lowerBound - KeptRecordWriter.headSize
        while head < bytes.count {
          let start = head + KeptRecordWriter.headSize
          let size = Self.number(bytes, at: head + KeptRecordWriter.placeSize, byteCount: 4)
          let found = Self.number(bytes, at: head, byteCount: KeptRecordWriter.placeSize)
          guard found <= place else { return false }
          record = start..<(start + size)
          if found == place { return true }
          head = start + size
        }
        return false
      }
    }

    private static func number(
      _ bytes: borrowing ByteBuffer, at start: Int, byteCount: Int
    ) -> Int {
      let bytes = bytes.span
      var number = 0
      for index in 0..<byteCount { number |= Int(bytes[start + index]) << (8 * index) }
      return number
    }

    /// Calls `body` with the extent that was loaded.
    func withBytes<Result>(_ body: (inout ByteBuffer) throws -> Result) rethrows -> Result {
      // Taken out for a moment, since spans of an object's member can't be used.
      var bytes = ByteBuffer()
      swap(&bytes, &self.bytes)
      defer { swap(&bytes, &self.bytes) }
      return try body(&bytes)
    }
  }

  private let shard: Shard
  private let request: DocumentRequest
  private let limits: ReadingLimits
  private let passes: [Pass]
  /// The pass that has the current record; nil if it comes from the shard.
  private var current: Pass?
  private var place = 0
  /// The place of a record whose bytes may have changed, since escapes are resolved in place.
  private var changedPlace: Int?
  private var parser: DocumentParser
  private var pool: Pool?

  /// - Parameter extents: those of the shard: see ``KeptRecords/extents(ofShard:)``.
  /// - Throws: ``ReadingError``, if the shard has changed among others.
  init(
    _ kept: KeptRecords, _ extents: [[KeptRecords.Extent]], of shard: Shard,
    _ request: DocumentRequest, _ limits: ReadingLimits
  ) throws(ReadingError) {
    self.shard = shard
    self.request = request
    self.limits = limits
    passes = extents.map { Pass(kept, $0) }
    parser = DocumentParser(textField: request.textField)
    try shard.checkUnchanged()
  }

  /// Nothing is read from the shard, unless something wasn't kept.
  var storedByteCount: Int { pool?.reader.storedByteCount ?? 0 }

  /// Goes to a record if it was kept: nothing else is at hand.
  mutating func find(at place: Int, byteCount: Int) throws(ReadingError) -> Bool {
    if changedPlace == place { current?.isLoaded = false }
    self.place = place
    for pass in passes {
      if try pass.find(place), pass.record.count == byteCount {
        current = pass
        return true
      }
    }
    current = nil
    return false
  }

  mutating func read(at place: Int, byteCount: Int) throws(ReadingError) {
    if try find(at: place, byteCount: byteCount) { return }
    if pool == nil { pool = Pool(try shard.recordReader(request, limits)) }
    try pool?.reader.read(at: place, byteCount: byteCount)
  }

  mutating func withText(_ body: (Span<UInt8>) throws -> Void) throws {
    guard let current else {
      guard let pool else { preconditionFailure("read(at:byteCount:) comes first") }
      return try pool.reader.withText(body)
    }
    changedPlace = place
    try current.withBytes { bytes in try parser.parse(current.record, of: &bytes, body) }
  }

  mutating func withLine(_ body: (Span<UInt8>) throws -> Void) throws {
    guard let current else {
      guard let pool else { preconditionFailure("read(at:byteCount:) comes first") }
      return try pool.reader.withLine(body)
    }
    try current.withBytes { bytes in try body(bytes.span.extracting(current.record)) }
  }

  mutating func finish() throws(ReadingError) {
    if let pool { return try pool.reader.finish() }
    try shard.checkUnchanged()
  }
}
