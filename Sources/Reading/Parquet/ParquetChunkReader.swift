internal import Files
internal import Parquet
internal import Platform

/// Cuts a Parquet file into chunks of rows, which their decoders read.
///
/// A chunk ends where a page of the largest column ends, so that two decoders seldom decompress the
/// same page. In a file with lists, where a row may begin anywhere in a page, the average size of
/// rows decides.
struct ParquetChunkReader: ChunkReader, ~Copyable {
  /// The rows of a chunk, however small they are: what passes write about them is held in memory.
  private static let mostRows = 1 << 15
  private static let blockSize = 1 << 20

  private let source: ByteSource
  private let table: ParquetTable
  private let chunkSize: Int
  /// The pages of the largest column in the group; nil before the group, and in a file with lists.
  private var pages: PageSizes?
  /// Rows of pages that were passed, for the next chunk.
  private var pendingCount = 0
  private var group = 0
  private var row = 0
  private var rowCountBefore = 0
  private var hasher: ContentHasher?
  private var hashedCount = 0
  private var buffer = ByteBuffer()
  private var isAtEnd = false

  /// - Throws: ``ReadingError/system(_:)``
  init(
    _ source: consuming ByteSource, _ table: ParquetTable, _ settings: ChunkSettings
  ) throws(ReadingError) {
    self.source = source
    self.table = table
    chunkSize = settings.chunkByteCount
    do throws(SystemError) { hasher = settings.hashesContent ? try ContentHasher() : nil } catch {
      throw .system(error)
    }
  }

  /// The part of the file that the rows so far stand for.
  private var passedByteCount: Int {
    if isAtEnd || table.rowCount == 0 { return isAtEnd ? table.store.byteCount : 0 }
    return Int(Double(table.store.byteCount) * (Double(rowCountBefore) / Double(table.rowCount)))
  }

  var progress: ShardProgress {
    var progress = ShardProgress()
    progress.storedByteCount = passedByteCount
    progress.byteCount = passedByteCount
    if isAtEnd, hashedCount == table.store.byteCount {
      switch hasher {
      case .some(let hasher): progress.contentHash = hasher.digest
      case nil: break
      }
    }
    return progress
  }

  mutating func next(into chunk: inout Chunk) throws(ReadingError) -> Bool {
    chunk.bytes.removeAll(keepingCapacityUpTo: 0)
    chunk.layout = nil
    while group < table.groups.count, row == table.groups[group].rowCount {
      group += 1
      row = 0
      pages = nil
      pendingCount = 0
    }
    guard group < table.groups.count else {
      isAtEnd = true
      try hash()
      try source.checkUnchanged()
      return false
    }
    let (rowCount, byteCount) = try nextRows()
    let count = min(rowCount, table.groups[group].rowCount - row)
    chunk.layout = ParquetRows(table: table, group: group, firstRow: row, rowCount: count)
    chunk.place = table.groups[group].firstRow + row
    chunk.recordCountBefore = rowCountBefore
    chunk.laterByteCount = byteCount
    row += count
    rowCountBefore += count
    try hash()
    return true
  }

  /// The number of rows that make about a chunk, and their size.
  private mutating func nextRows() throws(ReadingError) -> (rowCount: Int, byteCount: Int) {
    let chunks = table.groups[group].chunks
    guard let largest = chunks.indices.max(by: { chunks[$0].byteCount < chunks[$1].byteCount })
    else { return (Self.mostRows, 0) }
    if table.columns.hasLists {
      let byteCount = chunks.reduce(0.0) { $0 + Double($1.byteCount) }
      let average = max(1, byteCount / Double(table.groups[group].rowCount))
      let count = min(max(1, Int(Double(chunkSize) / average)), Self.mostRows)
      return (count, Int(min(Double(count) * average, 0x1p60)))
    }
    if pages == nil { pages = PageSizes(chunks[largest], of: table.store) }
    var rowCount = pendingCount
    var byteCount = 0
    do throws(ParquetError) {
      while rowCount < Self.mostRows, byteCount < chunkSize, let page = try pages?.next() {
        rowCount += page.valueCount
        byteCount += page.byteCount
      }
    } catch {
      try ParquetTable.reading(table.path) { () throws(ParquetError) in throw error }
    }
    // Decoders report a column that lacks values.
    if rowCount == 0 { return (Self.mostRows, byteCount) }
    pendingCount = max(0, rowCount - Self.mostRows)
    return (rowCount - pendingCount, byteCount)
  }

  /// Hashes the file as far as it has been passed.
  ///
  /// All of it is read, because two files may differ in other columns only.
  private mutating func hash() throws(ReadingError) {
    guard hasher != nil else { return }
    do throws(SystemError) {
      try buffer.reserve(additional: Self.blockSize)
      while hashedCount < passedByteCount {
        buffer.removeAll(keepingCapacityUpTo: .max)
        let (store, place) = (table.store, hashedCount)
        try buffer.append(upTo: min(Self.blockSize, passedByteCount - place)) {
          output throws(SystemError) in _ = try store.read(into: &output, at: place)
        }
        // The file was cut. The check of its status tells so.
        if buffer.isEmpty { return }
        update()
        hashedCount += buffer.count
      }
    } catch { throw .system(error) }
  }

  private mutating func update() {
    var block = ByteBuffer()
    swap(&block, &buffer)
    hasher?.update(block.span)
    swap(&block, &buffer)
  }
}
