import Files
import Foundation
import Platform
import TestSupport
import Testing

@testable import Parquet

/// Files of Apache's parquet-testing: a few are among the fixtures, all are beside some checkouts.
///
/// `leaves.json` says what pyarrow finds in each column of bytes.
@Suite struct ApacheFileTests {
  private struct Leaf: Decodable, Equatable {
    var count: Int
    var hash: String
  }

  static let few = Fixtures.path("golden/parquet/apache")
  static let all = Fixtures.projectRoot.appendingPathComponent("../shared/parquet-testing")
    .standardizedFileURL.path
  static var allAreThere: Bool { FileManager.default.fileExists(atPath: all + "/data") }

  /// What dsel refuses, though pyarrow reads it.
  private static let refused: [String: ParquetError] = [
    "data/hadoop_lz4_compressed.parquet": .unsupported(
      feature: "the deprecated codec LZ4 (LZ4_RAW is supported)"),
    "data/hadoop_lz4_compressed_larger.parquet": .unsupported(
      feature: "the deprecated codec LZ4 (LZ4_RAW is supported)"),
    "data/non_hadoop_lz4_compressed.parquet": .unsupported(
      feature: "the deprecated codec LZ4 (LZ4_RAW is supported)"),
    // pyarrow doesn't check checksums unless it is asked to.
    "data/rle-dict-uncompressed-corrupt-checksum.parquet": .checksumMismatch,
  ]

  @Test func `A few files of parquet-testing give what pyarrow finds`() throws {
    #expect(try compare(Self.few) == 14)
  }

  @Test(.enabled(if: allAreThere, "parquet-testing is not beside the project"))
  func `All files of parquet-testing give what pyarrow finds`() throws {
    #expect(try compare(Self.all) > 80)
  }

  /// Compares the columns of all files in a directory, and returns their number.
  private func compare(_ directory: String) throws -> Int {
    let data = try Data(
      contentsOf: URL(fileURLWithPath: GoldenFileTests.directory + "/leaves.json"))
    let expected = try JSONDecoder().decode([String: [String: Leaf]?].self, from: data)
    var count = 0
    for (file, leaves) in expected.sorted(by: { $0.key < $1.key }) {
      let path = "\(directory)/\(file)"
      guard FileManager.default.fileExists(atPath: path) else { continue }
      guard let leaves else {
        // Whatever it gives, it ends.
        _ = try? every(path)
        continue
      }
      let store = try FileStore(path)
      let footer = try Footer(of: store)
      for (leaf, wanted) in leaves.sorted(by: { $0.key < $1.key }) {
        let number = try #require(Int(leaf))
        if let error = Self.refused[file] {
          #expect(throws: error, "\(file)") { try values(number, of: footer, store) }
        } else {
          #expect(try values(number, of: footer, store) == wanted, "\(file), column \(leaf)")
        }
        count += 1
      }
    }
    return count
  }

  private func every(_ path: String) throws {
    let store = try FileStore(path)
    let footer = try Footer(of: store)
    for leaf in footer.schema.leaves.indices { _ = try? values(leaf, of: footer, store) }
  }

  private func values(
    _ leaf: Int, of footer: Footer, _ store: FileStore
  ) throws -> Leaf {
    let column = ColumnReader(
      footer.schema.nodes[footer.schema.leaves[leaf]], store, limit: 256 << 20)
    var count = 0
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    for group in try footer.rowGroups([leaf]) {
      column.begin(group.chunks[0])
      while try column.advance() {
        guard column.isPresent else { continue }
        count += 1
        column.withBytes { bytes in for index in bytes.indices { add(bytes[index]) } }
        add(0x0A)
      }
    }
    let digits = String(hash, radix: 16)
    return Leaf(count: count, hash: String(repeating: "0", count: 16 - digits.count) + digits)
  }
}

struct FileStore: ByteStore {
  private final class OpenFile: Sendable {
    let file: File
    init(_ file: consuming File) { self.file = file }
  }

  private let file: OpenFile
  let byteCount: Int

  init(_ path: String) throws {
    file = OpenFile(try File(reading: path))
    byteCount = try file.file.status().byteCount
  }

  func read(into output: inout OutputSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
    try file.file.read(into: &output, at: offset)
  }
}
