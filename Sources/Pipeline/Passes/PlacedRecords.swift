internal import Reading
internal import Resampling

/// Reads chosen records of a pool again, in pool order.
struct PlacedRecords {
  var shards: [Shard]
  var limits: ReadingLimits
  var textField = TextField(Defaults.textField)
  var progress: ProgressMeter
  /// Has some of the records; nil if there is nothing.
  var kept: KeptRecords?

  private func reader(
    ofShard shard: Int
  ) throws(ReadingError) -> any RecordReader & ~Copyable {
    let request = DocumentRequest(textField: textField)
    if let kept, kept.keeps(shard: shard) {
      return try KeptRecordReader(
        kept, kept.extents(ofShard: shard), of: shards[shard], request, limits)
    }
    return try shards[shard].recordReader(request, limits)
  }

  /// Calls `body` with a reader that is at the record of each item.
  ///
  /// - Parameters:
  ///   - items: in pool order.
  ///   - place: the place of an item's record.
  /// - Throws: ``PipelineError``, and what `body` throws.
  func forEach<Item>(
    _ items: [Item], at place: (Item) -> RecordPlace,
    _ body: (Item, inout any RecordReader & ~Copyable) throws -> Void
  ) throws {
    var next = 0
    while next < items.count {
      let shard = place(items[next]).position.shard
      do {
        var reader = try reader(ofShard: shard)
        var stored = 0
        while next < items.count, place(items[next]).position.shard == shard {
          let record = place(items[next])
          try reader.read(at: record.position.place, byteCount: record.byteCount)
          try body(items[next], &reader)
          progress.advance(
            stored: reader.storedByteCount - stored, text: record.byteCount, documents: 1)
          stored = reader.storedByteCount
          next += 1
        }
        try reader.finish()
      } catch let error as ReadingError {
        throw PipelineError.input(.reading(error, line: nil))
      }
    }
  }

  /// Calls `body` with the text of each item.
  ///
  /// - Parameters:
  ///   - items: in pool order.
  ///   - place: the place of an item's record.
  ///   - hash: XXH3-64 of the text that an item had before; nil if it isn't known.
  /// - Throws: ``PipelineError`` if a record has another text now, and what `body` throws.
  func forEachText<Item>(
    _ items: [Item], at place: (Item) -> RecordPlace, hash: (Item) -> UInt64?,
    _ body: (Item, Span<UInt8>) throws -> Void
  ) throws {
    try forEach(items, at: place) { item, record in
      let path = shards[place(item).position.shard].name
      let changed = PipelineError.input(.reading(.changed(path: path), line: nil))
      do {
        try record.withText { text in
          if let known = hash(item), TextHash.of(text) != known { throw changed }
          try body(item, text)
        }
      } catch is InvalidLine {
        throw changed
      }
    }
  }
}
