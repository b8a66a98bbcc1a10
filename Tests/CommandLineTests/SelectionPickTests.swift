import Foundation
import TestSupport
import Testing

/// `--picks` of `select` and `resample`: lines that say where the documents are which `--output`
/// copies.
@Suite struct SelectionPickTests {
  private let directory: TemporaryDirectory
  private let shards: [String]
  /// The content of the shards, decompressed.
  private let texts: [String: [UInt8]]

  init() throws {
    let directory = try TemporaryDirectory()
    self.directory = directory
    let plain = try Stages.shards(3, in: directory)
    var texts = try Dictionary(
      uniqueKeysWithValues: plain.map { ($0, [UInt8](try directory.read($0))) })
    // With other line ends, in another container.
    let middle = try directory.read(plain[1]).rawLines.reduce(into: Data()) {
      $0 += $1 + Data("\r\n".utf8)
    }
    try directory.write(Containers.gzip(middle, in: directory), to: "middle.jsonl.gz")
    texts["middle.jsonl.gz"] = [UInt8](middle)
    shards = [plain[0], "middle.jsonl.gz", plain[2]]
    self.texts = texts
  }

  /// The lines that picks stand for, without their header.
  private func copied(_ picks: [JSON]) throws -> [Data] {
    try picks.dropFirst().map { pick in
      let text = try #require(texts[pick.file.string ?? ""])
      let (offset, count) = (try #require(pick.offset.int), try #require(pick.bytes.int))
      return Data(text[offset..<offset + count])
    }
  }

  @discardableResult
  private func select(_ options: [String]) throws -> Data {
    try Stages.run(
      ["select", "--target", Fixtures.wiki, "--count", "60"] + options + ["--pool"] + shards,
      in: directory)
  }

  @Test(arguments: [
    [], ["--shuffle"], ["--order", "weight"], ["--objective", "weight"],
    ["--stratify", "domain", "--replay", "0.2"],
  ])
  func `Picks are the documents that an output copies, in its order`(options: [String]) throws {
    let picks = try select(options + ["--picks", "-"]).jsonLines()
    #expect(try copied(picks) == select(options).rawLines)
    #expect(picks[0].documents.int == 60 && picks.count == 61)
  }

  @Test func `A pick has the numbers of an annotation`() throws {
    let options = ["--annotate", "--stratify", "domain", "--replay", "0.2"]
    let picks = try select(options + ["--picks", "-"]).jsonLines().dropFirst()
    let lines = try select(options).jsonLines()
    for (pick, line) in zip(picks, lines) {
      for name in ["key", "log_weight", "gain", "order", "target"] {
        #expect(pick[name] == line.dsel[name])
      }
      #expect(pick.text_bytes.int == line.text.string?.utf8.count)
    }
    #expect(picks.count == lines.count && picks.contains { $0.order.int != nil })
    // Without --annotate, a set isn't put in order.
    let plain = try select(["--picks", "-"]).jsonLines().dropFirst()
    #expect(plain.allSatisfy { $0.order.isNull && $0.log_weight.number != nil })
  }

  @Test func `The header knows the pool's files`() throws {
    try select(["--picks", "picks.jsonl"])
    let header = try JSON(directory.read("picks.jsonl").rawLines[0])
    let manifest = try JSON(directory.read("picks.jsonl.manifest.json"))
    #expect(header.format.string == "dsel-picks" && header.format_version.int == 1)
    #expect(header.text_field.string == "text" && header.text_join.isNull)
    #expect(header.shards.elements.map(\.path.string) == shards)
    for (shard, input) in zip(header.shards.elements, manifest.pool.inputs.elements) {
      for name in ["path", "bytes", "documents", "xxh3"] { #expect(shard[name] == input[name]) }
    }
  }

  @Test func `The remainder has the picks of all other documents`() throws {
    try select(["--picks", "picks", "--remainder", "rest.picks"])
    try select(["--output", "copied", "--remainder", "rest"])
    let picks = try directory.read("rest.picks").jsonLines()
    #expect(try copied(picks) == directory.read("rest").rawLines)
    #expect(picks[0].documents.int == picks.count - 1)
    #expect(picks[1].key.isNull && picks[1].text_hash.string?.count == 16)
  }

  @Test func `Rejected lines stay lines`() throws {
    try directory.write(
      directory.read(shards[0]) + Data("{\"other\":1}\n".utf8), to: "broken.jsonl")
    try Stages.run(
      [
        "select", "--target", Fixtures.wiki, "--pool", "broken.jsonl", "--count", "5", "--picks",
        "picks", "--on-error", "skip", "--rejects", "bad",
      ], in: directory)
    #expect(try directory.read("bad") == Data("{\"other\":1}\n".utf8))
  }

  @Test(arguments: [["--weights", "weights.jsonl", "--epochs", "2"], ["--field", "rating"]])
  func `Draws by existing weights have picks`(source: [String]) throws {
    var source = source
    if source[0] == "--weights" {
      try Stages.weigh(shards, in: directory)
    } else {
      // The number of the document's characters.
      source = ["--field", "n"]
      for shard in shards {
        let lines = try #require(texts[shard]).split(whereSeparator: { $0 == 10 || $0 == 13 })
        let rated = lines.map { Data("{\"n\":\($0.count % 97),".utf8) + Data($0.dropFirst()) }
        try directory.write(rated.joinedLines, to: "rated-\(shard).jsonl")
      }
    }
    let isByField = source[0] == "--field"
    let pool = isByField ? shards.map { "rated-\($0).jsonl" } : shards
    let draw = ["resample"] + source + ["--count", "40", "--shuffle", "--pool"] + pool
    let picks = try Stages.run(draw + ["--picks", "-"], in: directory).jsonLines()
    let lines = try Stages.run(draw, in: directory).rawLines
    #expect(picks[0].documents.int == lines.count && picks.count == lines.count + 1)
    for (pick, line) in zip(picks.dropFirst(), lines) {
      let name = try #require(pick.file.string)
      let text = isByField ? [UInt8](try directory.read(name)) : try #require(texts[name])
      let (offset, count) = (try #require(pick.offset.int), try #require(pick.bytes.int))
      #expect(Data(text[offset..<offset + count]) == line && pick.key.number != nil)
    }
    // Weights don't tell how many documents a file has.
    #expect(picks[0].shards[0].documents.isNull != isByField)
    #expect(picks[0].shards[0].bytes.int != nil)
  }

  @Test(arguments: [["-o", "x"], ["--output-dir", "x"]])
  func `Documents aren't written too`(options: [String]) throws {
    let run = try Dsel.select(options + ["--picks", "picks"], in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains("can't be used with --picks"), "\(run.errors)")
  }

  @Test func `Names of other formats are refused, and Parquet has advice`() throws {
    let picks = try Dsel.select(["--picks", "picks.parquet"], in: directory)
    #expect(picks.status == 64)
    let output = try Dsel.select(["-o", "selected.parquet"], in: directory)
    #expect(output.status == 64)
    #expect(
      output.errors.contains("python -m dsel take picks.jsonl -o selected.parquet"),
      "\(output.errors)")
  }

  @Test func `Picks are refused as documents`() throws {
    try select(["--picks", "picks.jsonl"])
    let run = try Dsel.run(["fit", "picks.jsonl"], in: directory)
    #expect(
      run.errors
        == "picks.jsonl: picks from dsel, where documents or their weights are expected. "
        + "Take their documents with 'python -m dsel take'.\n")
    #expect(run.status == 1)
  }

  // MARK: Parquet

  private static let parquet = Fixtures.path("golden/parquet/pyarrow-zstd-1-dictionary.parquet")
  /// The same documents, one for each row.
  private static let lines = Fixtures.path("golden/parquet/documents.jsonl")
  private static let few = [
    "--target", Fixtures.wiki, "--count", "5", "--min-tokens", "0", "--on-error", "skip",
    "--max-skipped", "100%",
  ]

  @Test(arguments: [[], ["--shuffle"], ["--objective", "weight"]])
  func `Rows of Parquet are picked by their numbers`(options: [String]) throws {
    let select = ["select"] + Self.few + options + ["--pool"]
    let documents = try Data(contentsOf: URL(fileURLWithPath: Self.lines)).rawLines
    let expected = try Stages.run(select + [Self.lines], in: directory).rawLines
    try Stages.run(select + [Self.parquet, "--picks", "picks"], in: directory)
    let picks = try directory.read("picks").jsonLines()
    let rows = try picks.dropFirst().map { try #require($0.row.int) }
    #expect(rows.map { documents[$0] } == expected && rows.count == 5)
    #expect(picks.dropFirst().allSatisfy { $0.offset.isNull && $0.bytes.isNull })
    #expect(picks[0].shards[0].rows.int == documents.count)
  }

  @Test(arguments: [[], ["-o", "x.jsonl"], ["--output-dir", "x"], ["-o", "x", "--annotate"]])
  func `Rows aren't written as lines`(options: [String]) throws {
    let run = try Dsel.run(
      ["select"] + Self.few + options + ["--pool", Fixtures.crawl, Self.parquet], in: directory)
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(
      run.errors
        == "\(Self.parquet): the rows of a Parquet file can't be written as lines. Write where they "
        + "are with --picks picks.jsonl instead of --output, and take them with 'python -m dsel "
        + "take picks.jsonl -o selected.parquet'.\n")
    #expect(!FileManager.default.fileExists(atPath: directory.path("x")))
  }

  @Test func `Attributes for Dolma need lines`() throws {
    try FileManager.default.createDirectory(
      atPath: directory.path("documents"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: Self.parquet, toPath: directory.path("documents/a.parquet"))
    let run = try Dsel.run(
      ["weigh", "documents/a.parquet", "--format", "dolma"] + Stages.modelOptions(), in: directory)
    #expect(run.status == 1)
    #expect(
      run.errors
        == "documents/a.parquet: the Dolma toolkit has no attributes for Parquet files. Use --format "
        + "jsonl.\n")
  }
}
