internal import Compression
internal import Files

/// Finds the pages of a column in one row group, one after another.
struct PageSource: ~Copyable, Sendable {
  /// More than this is no header that anyone writes.
  private static let largestHeader = 16 << 20
  /// Most headers have less than a hundred bytes.
  private static let firstRead = 512

  private let store: any ByteStore
  private let end: Int
  /// The place of the next header.
  private var position: Int
  /// The header that was read, but whose page wasn't, and the place of that page.
  private var header: PageHeader?
  private var bodyStart = 0
  private var window = ByteBuffer()

  init(_ chunk: Footer.ColumnChunk, of store: any ByteStore) {
    self.store = store
    position = chunk.start
    end = chunk.end
  }

  /// The header of the next page, which stays the next one.
  ///
  /// - Throws: ``ParquetError``
  mutating func peek() throws(ParquetError) -> PageHeader {
    if let header { return header }
    var size = Self.firstRead
    while true {
      window.removeAll(keepingCapacityUpTo: Self.firstRead)
      let count = min(size, end - position)
      guard count > 0 else { throw .damaged(reason: "a column has too few values") }
      try store.append(count, at: position, to: &window)
      var reader = CompactReader(Self.array(window))
      do throws(CompactReader.Fault) {
        let found = try PageHeader(&reader)
        bodyStart = position + reader.position
        guard found.storedByteCount <= end - bodyStart else { throw .invalid }
        header = found
        return found
      } catch {
        guard error == .endsEarly, count == size, size < Self.largestHeader else {
          throw .damaged(reason: "the header of a page can't be read")
        }
        size *= 4
      }
    }
  }

  private static func array(_ buffer: borrowing ByteBuffer) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(copying: buffer.span)
    return bytes
  }

  /// Passes over the page whose header ``peek()`` returned.
  mutating func skip() {
    guard let header else { return }
    position = bodyStart + header.storedByteCount
    self.header = nil
  }

  /// Reads the bytes of the page whose header ``peek()`` returned, and checks their checksum.
  ///
  /// - Throws: ``ParquetError``
  mutating func read(appendingTo buffer: inout ByteBuffer) throws(ParquetError) {
    guard let header else { return }
    let before = buffer.count
    try store.append(header.storedByteCount, at: bodyStart, to: &buffer)
    if let checksum = header.checksum {
      let stored = buffer.span.extracting(before..<buffer.count)
      guard PageDecompressor.checksum(stored) == checksum else { throw .checksumMismatch }
    }
    skip()
  }
}
