import Foundation
import TestSupport
import Testing

/// Documents with identical text: only the first in pool order is drawn, unless all are to be kept.
@Suite struct DuplicateTests {
  private let directory: TemporaryDirectory

  /// The pool, and its texts once more under other ids.
  init() throws {
    directory = try TemporaryDirectory()
    let lines = try Fixtures.crawlText().rawLines
    try directory.write(lines.joinedLines, to: "originals.jsonl")
    let copies = lines.map { line in
      Data("{\"id\": \"copy-".utf8) + line.dropFirst("{\"id\": \"".utf8.count)
    }
    try directory.write(copies.joinedLines, to: "copies.jsonl")
  }

  private static let orders = [
    ["originals.jsonl", "copies.jsonl"], ["copies.jsonl", "originals.jsonl"],
  ]

  @Test(arguments: orders, ["1", "7"])
  func `Each text is selected once, by its first copy`(pool: [String], threads: String) throws {
    let lines = try select(pool, ["--count", "100", "--threads", threads])
    #expect(lines.count == 100)
    #expect(Set(lines.map(\.text.string)).count == 100)
    #expect(lines.allSatisfy { isCopy($0) == (pool[0] == "copies.jsonl") })
    let manifest = try directory.json("out.jsonl.manifest.json")
    #expect(manifest.pool.documents.int == 2720)
    #expect(manifest.selected.documents.int == 100)
    #expect(manifest.selected.dropped_copies.int == 100)
    #expect(manifest.settings.duplicates.string == "drop")
  }

  @Test(arguments: orders)
  func `The same texts are selected whichever copies come first`(pool: [String]) throws {
    let texts = try select(pool, ["--count", "100"]).map(\.text.string)
    let others = try select(pool.reversed(), ["--count", "100"]).map(\.text.string)
    #expect(texts == others)
  }

  @Test func `A selection of the whole pool has each text once`() throws {
    let lines = try select(Self.orders[0], ["--count", "2720", "--min-tokens", "0"])
    #expect(lines.count == 1360)
    #expect(!lines.contains(where: isCopy))
    let manifest = try directory.json("out.jsonl.manifest.json")
    #expect(manifest.selected.all_eligible.bool == true)
    #expect(manifest.selected.dropped_copies.int == 1360)
  }

  @Test func `Copies compete separately under --duplicates keep`() throws {
    let keep = ["--min-tokens", "0", "--duplicates", "keep"]
    #expect(try select(Self.orders[0], keep + ["--count", "2720"]).count == 2720)
    let manifest = try directory.json("out.jsonl.manifest.json")
    #expect(manifest.selected.dropped_copies.int == 0)
    #expect(manifest.selected.all_eligible.bool == false)

    // Without noise both copies of a text have the same key, so an even count consists of whole
    // pairs.
    let pairs = try select(Self.orders[0], keep + ["--count", "100", "--top-k"])
    #expect(pairs.count == 100)
    #expect(Set(pairs.map(\.text.string)).count == 50)

    // Separate noise splits the pairs: of 2720 keys, 272 drawn at random hold both copies of 27
    // texts.
    let random = try select(Self.orders[0], keep + ["--count", "272", "--temperature", "1e9"])
    let pairCount = 272 - Set(random.map(\.text.string)).count
    #expect((1...60).contains(pairCount))
  }

  @Test func `A budget is spent on distinct texts`() throws {
    _ = try select(Self.orders[0], ["--tokens", "20000"])
    let selected = try directory.json("out.jsonl.manifest.json").selected
    #expect(selected.documents == selected.dropped_copies)
    let tokens = try #require(selected.tokens.int)
    #expect(tokens <= 20_000)
    #expect(tokens > 15_000)
  }

  private func isCopy(_ line: JSON) -> Bool { line.id.string?.hasPrefix("copy-") == true }

  private func select(_ pool: [String], _ options: [String]) throws -> [JSON] {
    let run = try Dsel.select(pool: pool, options + ["-o", "out.jsonl", "--force"], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return try directory.read("out.jsonl").jsonLines()
  }
}
