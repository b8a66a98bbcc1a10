internal import Files
internal import Platform

/// Lines in memory, to be sorted.
struct LineBatch: ~Copyable {
  private struct Entry {
    var order: UInt64
    var range: Range<Int>
  }

  private var text = ByteBuffer()
  private var entries: [Entry] = []

  /// Bytes of lines and of what is kept with each.
  var byteCount: Int { text.count + entries.count * MemoryLayout<Entry>.stride }

  static func byteCount(of line: Span<UInt8>) -> Int {
    line.count + MemoryLayout<Entry>.stride
  }

  mutating func add(_ line: Span<UInt8>, order: UInt64) throws(WritingError) {
    let start = text.count
    do throws(SystemError) { try text.append(line) } catch { throw .system(error) }
    entries.append(Entry(order: order, range: start..<text.count))
  }

  /// Passes the lines on to partitions, in the order in which they came.
  func add(to partitions: inout ShufflePartitions) throws(WritingError) {
    for entry in entries {
      try partitions.add(text.span.extracting(entry.range), order: entry.order)
    }
  }

  /// Writes the lines in order; then the batch is empty.
  mutating func drain(into lines: inout SequentialLines) throws(WritingError) {
    entries.sort { ($0.order, $0.range.lowerBound) < ($1.order, $1.range.lowerBound) }
    for entry in entries { try lines.write(text.span.extracting(entry.range)) }
    entries.removeAll(keepingCapacity: true)
    text.removeAll(keepingCapacityUpTo: .max)
  }
}
