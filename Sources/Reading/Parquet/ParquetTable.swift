internal import Files
internal import Parquet
internal import Platform

/// An open Parquet file, and the columns of it that a pass needs.
///
/// Workers share it: nothing in it changes.
final class ParquetTable: Sendable {
  /// The largest page is as large as the longest text may be, but no smaller than this. Writers
  /// close a page at about 1 MiB, and one of them at 100 MB.
  static let smallestPageLimit = 256 << 20

  let path: String
  let store: ShardStore
  let schema: Schema
  let columns: ColumnChoice
  /// With the chunks of the chosen leaves, in their order.
  let groups: [Footer.RowGroup]
  let rowCount: Int

  /// - Throws: ``ReadingError``
  init(
    _ shard: Shard, _ file: Shard.OpenFile, _ request: DocumentRequest?
  ) throws(ReadingError) {
    path = shard.name
    guard shard.isRereadable else { throw .parquet(path: path, .pipe) }
    guard shard.hasOffsets else { throw .parquet(path: path, .reader) }
    store = ShardStore(file: file, byteCount: shard.status.byteCount)
    let store = store
    let footer = try Self.reading(shard.name) { () throws(ParquetError) in
      try Footer(of: store)
    }
    schema = footer.schema
    do throws(ParquetFault) { columns = try ColumnChoice(of: footer.schema, request) } catch {
      throw .parquet(path: shard.name, error)
    }
    let leaves = columns.leaves
    groups = try Self.reading(shard.name) { () throws(ParquetError) in
      try footer.rowGroups(leaves)
    }
    rowCount = groups.last.map { $0.firstRow + $0.rowCount } ?? 0
  }

  /// Calls `body`, and says which file an error is about.
  static func reading<Result>(
    _ path: String, _ body: () throws(ParquetError) -> Result
  ) throws(ReadingError) -> Result {
    do throws(ParquetError) { return try body() } catch {
      if case .system(let error) = error { throw .system(error) }
      throw .parquet(path: path, .file(error))
    }
  }

  /// The group that a row is in, if there are so many.
  func group(ofRow row: Int) -> Int? {
    var (low, high) = (0, groups.count)
    while low < high {
      let middle = (low + high) / 2
      if groups[middle].firstRow + groups[middle].rowCount <= row {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low < groups.count ? low : nil
  }
}

/// Consecutive rows of one group, which a chunk stands for.
struct ParquetRows: Sendable {
  let table: ParquetTable
  let group: Int
  /// In the group.
  let firstRow: Int
  let rowCount: Int
}
