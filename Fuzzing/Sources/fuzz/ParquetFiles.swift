import Files
import Parquet
import Platform
import Reading

/// A file of any bytes gives values or an error, and stays within its memory.
///
/// The first byte chooses an expression for the text. The rest is the file.
func fuzzParquet(_ input: [UInt8]) -> Int32 {
  guard input.count > 13 else { return -1 }
  let file = Array(input[1...])
  readColumns(MemoryStore(bytes: file))
  readRecords(file, textFields[Int(input[0]) % textFields.count])
  return 0
}

private let textFields: [TextField] = [
  "text", "messages[].content", "deep[][].texts[]", "parts[]", "meta.inner.text", "map.b",
  "a|messages[role=user].(role,content),text", "text[0]",
]

private struct MemoryStore: ByteStore {
  let bytes: [UInt8]
  var byteCount: Int { bytes.count }

  func read(into output: inout OutputSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
    let count = max(0, min(output.freeCapacity, bytes.count - offset))
    for index in offset..<offset + count { output.append(bytes[index]) }
    return count
  }
}

/// Reads all values of all columns, but stops where there are more than a file needs to show a fault.
private func readColumns(_ store: MemoryStore) {
  guard let footer = try? Footer(of: store) else { return }
  for leaf in footer.schema.leaves.indices.prefix(64) {
    guard let groups = try? footer.rowGroups([leaf]) else { continue }
    let column = ColumnReader(
      footer.schema.nodes[footer.schema.leaves[leaf]], store, limit: 16 << 20)
    var rest = 1 << 16
    for group in groups.prefix(16) {
      column.begin(group.chunks[0])
      while rest > 0, (try? column.advance()) == true {
        rest -= 1
        guard column.isPresent else { continue }
        column.withBytes { value in require(value.count == column.byteCount) }
      }
    }
  }
}

/// Reads the records through a file, as commands do.
private func readRecords(_ bytes: [UInt8], _ textField: TextField) {
  do {
    let file = try File.unnamedTemporary(in: "/dev/shm")
    try file.writeAll(bytes.span)
    let shard = try Shard(name: "file", spool: Shard.OpenFile(file))
    let request = DocumentRequest(textField: textField, fields: ["id", "meta.lang", "number"])
    var scan = try RecordScan(shard, number: 0, request, ReadingLimits(maximumLine: 1 << 20))
    var rest = 1 << 14
    while try scan.nextChunk() {
      while try scan.next() != nil {
        rest -= 1
        guard rest > 0 else { return }
        do { try scan.withText { text, fields in require(fields.count == 3) } } catch is InvalidLine {}
      }
    }
  } catch {}
}
