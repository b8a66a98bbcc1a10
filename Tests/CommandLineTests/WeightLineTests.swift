import Foundation
import TestSupport
import Testing

/// The contents of the lines that `weigh` writes.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct WeightLineTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: try OracleTests.defaults())
  func `Tokens and log weights match the oracle's`(expected: OracleTests.Expected) throws {
    let settings = expected.json.settings
    let fit = [
      "--tokenizer", settings.tokenizer.string ?? "", "--ngrams", "\(settings.n.int ?? 0)",
      "--buckets", "\(settings.buckets.int ?? 0)",
    ]
    try Stages.run(["fit", Fixtures.wiki, "-o", "wiki.model"] + fit, in: directory)
    try Stages.run(["fit", Fixtures.crawl, "-o", "pool.model"] + fit, in: directory)
    let normalize =
      expected.estimator == "logistic" ? [] : ["--normalize", settings.normalize.string ?? ""]
    let lines = try Stages.run(
      ["weigh", "--target-model", "wiki.model", "--pool-model", "pool.model", Fixtures.crawl]
        + ["--estimator", expected.estimator, "--id-field", "id"] + normalize, in: directory
    ).jsonLines()
    let documents = expected.json.documents.elements
    try #require(documents.count == 60)
    for (line, document) in zip(lines, documents) {
      #expect(line.id == document.id)
      #expect(line.tokens == document.tokens)
      let (found, weight) = try (
        #require(line.log_weight.number), #require(document.log_weight.number)
      )
      #expect(expected.weightTolerance.allows(found, for: weight), "\(found) or \(weight)")
      #expect(line.log_odds.isNull == (expected.estimator != "blend"))
    }
  }

  @Test func `A line has the place and the length of its document`() throws {
    let text = try Fixtures.crawlText()
    let shards = try Stages.shards(3, in: directory)
    let lines = try Stages.run(["weigh"] + Stages.modelOptions() + shards, in: directory)
      .jsonLines()
    try #require(lines.count == text.rawLines.count)
    var index = 0
    for shard in shards {
      var offset = 0
      for (number, raw) in try directory.read(shard).rawLines.enumerated() {
        let (line, document) = (lines[index], try JSON(raw))
        #expect(line.id.string == "\(shard)/\(number + 1)")
        #expect(line.file.string == shard)
        #expect(line.offset.int == offset)
        #expect(line.bytes.int == raw.count)
        #expect(line.text_bytes.int == document.text.string?.utf8.count)
        // n tokens have n + (n − 1) n-grams of one and two.
        let tokens = try #require(line.tokens.int)
        #expect(line.features.int == max(0, 2 * tokens - 1))
        offset += raw.count + 1
        index += 1
      }
    }
  }

  /// XXH3-64 as Python's `xxhash` gives it; see also ManifestTests.
  @Test func `Texts are identified by their XXH3`() throws {
    let texts = [
      (0..<1000).map { "{\"id\": \($0), \"text\": \"document number \($0)\"}\n" }.joined(),
      "{\"text\": \"a small pool of one document\"}\n", "",
    ]
    let lines = try texts.map { text in
      let quoted = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
      return Data("\r\n {\"text\":\(quoted)}\r".utf8)
    }
    try directory.write(Data("\u{FEFF}".utf8) + lines.joinedLines, to: "texts.jsonl")
    let found = try Stages.run(["weigh"] + Stages.modelOptions() + ["texts.jsonl"], in: directory)
      .jsonLines()
    #expect(
      found.map(\.text_hash.string) == ["bc24c6ebca8ebf11", "da148269b049ff38", "2d06800538d394c2"])
    // Blank lines count as lines.
    #expect(found.map(\.id.string) == ["texts.jsonl/2", "texts.jsonl/4", "texts.jsonl/6"])
    #expect(found[2].tokens.int == 0 && found[2].features.int == 0)
    #expect(found[2].log_weight.number?.isFinite == true)
  }

  @Test(arguments: ["1", "2", "5"])
  func `Lines are in pool order, whatever the threads`(threads: String) throws {
    let command = try ["weigh", Fixtures.crawl] + Stages.modelOptions()
    #expect(
      try Stages.run(command + ["--threads", threads], in: directory)
        == Stages.run(command, in: directory))
  }

  @Test func `Each of several targets has its own weight, as if it were alone`() throws {
    let models = try Stages.models()
    let code = try Fixtures.crawlText().rawLines.filter { try JSON($0).domain.string == "code" }
    try directory.write(Array(code.prefix(50)).joinedLines, to: "code.jsonl")
    try Stages.run(["fit", "code.jsonl", "-o", "code.model"] + Stages.buckets, in: directory)
    let pool = ["--pool-model", models.path("pool.model"), Fixtures.crawl]
    let both = try Stages.run(
      ["weigh", "--target-model", "wiki=\(models.path("wiki.model"))"]
        + ["--target-model", "code=code.model", "-o", "both.jsonl"] + pool, in: directory)
    #expect(both.isEmpty)
    let lines = try directory.read("both.jsonl").jsonLines()
    for (name, path) in [("wiki", models.path("wiki.model")), ("code", "code.model")] {
      try Stages.run(
        ["weigh", "--target-model", path, "-o", "\(name).weights"] + pool, in: directory)
      let alone = try directory.read("\(name).weights").jsonLines()
      #expect(lines.map { $0.log_weight[name] } == alone.map(\.log_weight))
      #expect(lines.map { $0.log_odds[name] } == alone.map(\.log_odds))
      let draw = ["--pool", Fixtures.crawl, "--count", "100", "--logistic-share", "0.2"]
      #expect(
        try Stages.run(
          ["resample", "--weights", "both.jsonl", "--target", name] + draw, in: directory)
          == Stages.run(["resample", "--weights", "\(name).weights"] + draw, in: directory))
    }
  }

  @Test func `Ids are those of the documents, or place and line`() throws {
    let ids = [
      "\"a\\\"b\\u00e9\\n\"", "7", "-0.5", "9007199254740993", "1e3", "null", "true", "[1]",
    ]
    let lines = ids.map { "{\"doc\":{\"id\":\($0)},\"text\":\"some words\"}\n" }.joined()
    try directory.write(lines + "{\"text\":\"none\"}\n", to: "ids.jsonl")
    let found = try Stages.run(
      ["weigh"] + Stages.modelOptions() + ["ids.jsonl", "--id-field", "doc.id"], in: directory
    ).lines.map { $0.prefix { $0 != "," } }
    #expect(
      found == [
        "{\"id\":\"a\\\"bé\\n\"", "{\"id\":7", "{\"id\":-0.5", "{\"id\":9007199254740993",
        "{\"id\":1000", "{\"id\":\"ids.jsonl/6\"", "{\"id\":\"ids.jsonl/7\"",
        "{\"id\":\"ids.jsonl/8\"", "{\"id\":\"ids.jsonl/9\"",
      ])
  }

  @Test(arguments: ["jsonl", "jsonl.gz", "jsonl.zst"])
  func `Attributes for Dolma mirror the documents, row by row`(suffix: String) throws {
    let texts = ["plain words", "a\u{301} 😀🏴󠁧󠁢 日本語", "", "line\n\"two\"\t\\", "𐐀𐐨 ﬁ"]
    var lines: [Data] = []
    for (row, text) in texts.enumerated() {
      var object: [String: Any] = ["text": text]
      if row != 2 { object["id"] = row == 1 ? 12 : "id \(row)" }
      if row > 1 { object["source"] = "news/\(row)" }
      lines.append(try JSONSerialization.data(withJSONObject: object))
    }
    try FileManager.default.createDirectory(
      atPath: directory.path("set/documents/en"), withIntermediateDirectories: true)
    let path = "set/documents/en/0.\(suffix)"
    let plain = lines.joinedLines
    let stored =
      switch suffix {
      case "jsonl.gz": try Containers.gzip(plain, in: directory)
      case "jsonl.zst": try Containers.zstd(plain, in: directory)
      default: plain
      }
    try directory.write(stored, to: path)
    try Stages.run(["weigh"] + Stages.modelOptions() + [path, "--format", "dolma"], in: directory)
    let attributes = "set/attributes/dsel/en/0.\(suffix)"
    let found =
      try suffix == "jsonl"
      ? directory.read(attributes) : Containers.decompress(attributes, in: directory)
    let weights = try Stages.run(["weigh"] + Stages.modelOptions() + [path], in: directory)
      .jsonLines()
    let rows = try found.jsonLines()
    try #require(rows.count == texts.count)
    for (row, found) in rows.enumerated() {
      let expected: JSON =
        row == 1 ? .number(12) : .string(row == 2 ? "\(path)/3" : "id \(row)")
      #expect(found.id == expected)
      #expect(found.source == (row > 1 ? .string("news/\(row)") : .null))
      // Python's len() counts scalars.
      let length = JSON.number(Double(texts[row].unicodeScalars.count))
      #expect(
        found.attributes
          == .object([
            "dsel__log_weight": .array([.array([.number(0), length, weights[row].log_weight])])
          ]))
    }
  }
}
