/// The sizes of a column's pages in one row group, one after another, without their values.
package struct PageSizes: ~Copyable, Sendable {
  private var source: PageSource
  /// The number of entries in pages that come.
  private var laterCount: Int

  package init(_ chunk: Footer.ColumnChunk, of store: any ByteStore) {
    source = PageSource(chunk, of: store)
    laterCount = chunk.valueCount
  }

  /// The number of values in the next page, and the page's size, decompressed; nil at the end.
  ///
  /// - Throws: ``ParquetError``
  package mutating func next() throws(ParquetError) -> (valueCount: Int, byteCount: Int)? {
    while laterCount > 0 {
      let header = try source.peek()
      source.skip()
      guard header.kind == .data || header.kind == .data2 else { continue }
      guard header.valueCount <= laterCount else {
        throw .damaged(reason: "a column has too many values")
      }
      laterCount -= header.valueCount
      return (header.valueCount, header.byteCount)
    }
    return nil
  }
}
