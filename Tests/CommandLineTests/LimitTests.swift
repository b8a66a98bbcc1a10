import Foundation
import TestSupport
import Testing

/// `--max-tokens`, `--min-weight` and `--order weight`.
///
/// An independent implementation of the method gives what is expected: in Python,
/// `Fixtures/golden/method/limits.py`.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct LimitTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// One entry of limits.json.
  struct Expected: Sendable, CustomTestStringConvertible {
    var json: JSON
    var testDescription: String { draw.joined(separator: " ") }

    /// Options of `select` and `fit`.
    var fit: [String] { ["--buckets", "10000"] + minimum }
    var minimum: [String] { ["--min-tokens", "\(json.settings.min_tokens.int ?? 0)"] }
    /// Options of `select` and `resample`, without the minimum.
    var draw: [String] {
      let settings = json.settings
      let sizes = [("count", "count"), ("token_budget", "tokens")].flatMap { name, option in
        settings[name].int.map { ["--\(option)", "\($0)"] } ?? []
      }
      let fraction = settings.fraction.number.map { ["--fraction", "\($0)"] } ?? []
      let maximum = settings.max_tokens.int.map { ["--max-tokens", "\($0)"] } ?? []
      let weight = settings.min_weight.number.map { ["--min-weight", "\($0)"] } ?? []
      return sizes + fraction + maximum + weight + [
        "--temperature", "\(settings.temperature.number ?? 0)", "--seed",
        "\(settings.seed.int ?? 0)",
      ]
    }

    func checkCounts(of manifest: JSON) {
      #expect(manifest.eligible_documents == json.eligible)
      #expect(manifest.under_min_tokens == json.under_min_tokens)
      let hasMaximum = !json.settings.max_tokens.isNull
      #expect(manifest.over_max_tokens == (hasMaximum ? json.over_max_tokens : .null))
      #expect(manifest.settings.max_tokens == json.settings.max_tokens)
      let hasWeight = !json.settings.min_weight.isNull
      #expect(manifest.under_min_weight == (hasWeight ? json.under_min_weight : .null))
      #expect(manifest.settings.min_weight == json.settings.min_weight)
    }
  }

  static func expected() throws -> [Expected] {
    try JSON(Fixtures.read("golden/method/limits.json")).elements.map { Expected(json: $0) }
  }

  private func ids(_ output: Data) throws -> [JSON] { try output.jsonLines().map(\.id) }

  private func select(_ expected: Expected, _ options: [String] = []) throws -> Data {
    let run = try Dsel.select(
      ["--estimator", "ratio", "-q", "--manifest", "m.json", "--force"] + expected.fit
        + expected.draw + options, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return run.output
  }

  @Test(arguments: try expected())
  func `Select draws the oracle's documents within the limits`(expected: Expected) throws {
    #expect(try ids(select(expected)) == expected.json.selected.elements)
    let manifest = try directory.json("m.json")
    expected.checkCounts(of: manifest)
    for name in ["documents", "tokens"] {
      #expect(manifest.random_arm[name] == expected.json.random_arm[name])
    }
    #expect(manifest.order.isNull)
  }

  @Test(arguments: try expected())
  func `Lines can be ordered by the oracle's weights`(expected: Expected) throws {
    let lines = try select(expected, ["--order", "weight"])
    #expect(try ids(lines) == expected.json.by_weight.elements)
    #expect(try directory.json("m.json").order.string == "weight")
    #expect(try directory.json("m.json").shuffle_seed.isNull)
    let one = try select(expected, ["--order", "weight", "--threads", "1", "--annotate"])
    #expect(try ids(one) == expected.json.by_weight.elements)
  }

  @Test(arguments: try expected())
  func `Fit, weigh and resample have the same limits and order`(expected: Expected) throws {
    try Stages.run(["fit", Fixtures.wiki, "-o", "t.model"] + expected.fit, in: directory)
    try Stages.run(["fit", Fixtures.crawl, "-o", "p.model"] + expected.fit, in: directory)
    try Stages.run(
      [
        "weigh", "--target-model", "t.model", "--pool-model", "p.model", "--estimator", "ratio",
        Fixtures.crawl, "-o", "weights.jsonl",
      ], in: directory)
    let command = ["resample", "--weights", "weights.jsonl", "--pool", Fixtures.crawl, "-q"]
    for order in ["pool", "weight"] {
      let run = try Dsel.run(
        command + expected.draw + expected.minimum
          + ["--order", order, "--manifest", "r.json", "--force"], in: directory)
      try #require(run.status == 0, "\(run.errors)")
      #expect(try run.output == select(expected, ["--order", order]))
      try expected.checkCounts(of: directory.json("r.json"))
      #expect(try directory.json("r.json").order == directory.json("m.json").order)
    }
  }

  @Test func `Shards of ordered lines are the ordered output, cut`() throws {
    let expected = try Self.expected()[0]
    try Stages.run(
      ["select", "--target", Fixtures.wiki, "--pool", Fixtures.crawl, "--estimator", "ratio"]
        + expected.fit + expected.draw + [
          "--order", "weight", "--output-dir", "out", "--shard-bytes", "30k", "--compress", "none",
        ], in: directory)
    let names = try directory.json("out/manifest.json").shards.elements.compactMap(\.path.string)
    #expect(names.count > 3)
    let whole = try names.reduce(into: Data()) { $0 += try directory.read("out/\($1)") }
    #expect(whole == (try select(expected, ["--order", "weight"])))
  }

  // MARK: Candidates

  @Test(arguments: ["set", "weight"])
  func `Candidates of shards give the selection within the limits`(objective: String) throws {
    let pool = try Stages.shards(3, in: directory)
    let options = ["--objective", objective, "--max-tokens", "400", "--min-weight", "-9.5"]
    let select = try Dsel.select(
      pool: pool, Stages.buckets + options + ["--count", "60", "--manifest", "m.json"],
      in: directory)
    try #require(select.status == 0, "\(select.errors)")
    let models = try Stages.modelOptions()
    for shard in pool {
      try Stages.run(
        ["weigh", "--candidates", "60", shard, "-o", "\(shard).c"] + models + options,
        in: directory)
    }
    let candidates = pool.map { "\($0).c" }
    try Stages.run(["merge", "-o", "all.c"] + candidates, in: directory)
    let drawn = try Stages.run(
      ["resample", "--candidates", "all.c", "--manifest", "r.json", "--pool"] + pool,
      in: directory)
    #expect(drawn == select.output && drawn.rawLines.count == 60)
    let annotated = try Dsel.select(
      pool: pool, Stages.buckets + options + ["--count", "60", "--annotate", "-q"], in: directory)
    let weights = try annotated.output.jsonLines().compactMap(\.dsel.log_weight.number)
    #expect(weights.count == 60 && weights.allSatisfy { $0 >= -9.5 })
    let (one, other) = try (directory.json("m.json"), directory.json("r.json"))
    for name in [
      "eligible_documents", "under_min_tokens", "over_max_tokens", "under_min_weight",
    ] {
      #expect(one[name] == other[name] && one[name].int != nil, "\(name)")
    }
    // The oracle's.
    #expect(one.over_max_tokens.int == 309)
    #expect(other.settings.max_tokens.int == 400)
    // Merging in another order gives the same file.
    let again = try Stages.run(["merge"] + candidates.reversed(), in: directory)
    #expect(try again == directory.read("all.c"))
  }

  @Test func `Candidates in two rounds count documents that are too long, by shard`() throws {
    let pool = try Stages.shards(3, in: directory)
    let limits = ["--max-tokens", "400", "--min-weight", "-12"]
    let weigh = try ["weigh", "--candidates", "60"] + limits + Stages.modelOptions()
    try Stages.run(weigh + pool + ["-o", "all.c"], in: directory)
    for shard in pool {
      try Stages.run(weigh + [shard, "--keys-only", "-o", "\(shard).k"], in: directory)
    }
    try Stages.run(["merge", "-o", "keys"] + pool.map { "\($0).k" }, in: directory)
    for shard in pool {
      try Stages.run(
        [
          "weigh", "--candidates-from", "keys", "--target-model",
          Stages.models().path("wiki.model"), shard, "-o", "\(shard).c",
        ], in: directory)
    }
    let merged = try Stages.run(["merge"] + pool.map { "\($0).c" }, in: directory)
    #expect(try merged == directory.read("all.c"))
    // By Python's json: the counts of the shards add up to the oracle's.
    let sums = try Program.run(
      "/usr/bin/env",
      [
        "python3", "-c",
        "import json; h = json.loads(open('keys').readline()); "
          + "print(sum(h['shard_over_max_tokens']), h['over_max_tokens'], h['format_version'], "
          + "sum(h['shard_under_min_weight']) == h['under_min_weight'] > 0)",
      ], in: directory)
    #expect(sums.lines == ["309 309 3 True"])
  }

  @Test(arguments: [("--max-tokens", "400"), ("--min-weight", "-3")])
  func `Candidates with other limits can't be merged`(option: String, value: String) throws {
    let pool = try Stages.shards(2, in: directory)
    for (shard, options) in zip(pool, [[option, value], []]) {
      try Stages.run(
        ["weigh", "--candidates", "60", shard, "-o", "\(shard).c"] + Stages.modelOptions()
          + options, in: directory)
    }
    let run = try Dsel.run(["merge"] + pool.map { "\($0).c" }, in: directory)
    #expect(run.status == 1 && run.errors.contains(option), "\(run.errors)")
  }

  // MARK: Fields

  @Test func `A draw by fields has a limit, and orders equal numbers by position`() throws {
    // 1 to 40 tokens, and each number from 0 to 9 four times.
    let lines = (1...40).map { number in
      let text = (1...number).map { "w\($0)" }.joined(separator: " ")
      return Data("{\"id\":\(number),\"text\":\"\(text)\",\"q\":\(number * 7 % 10)}".utf8)
    }
    try directory.write(lines.joinedLines, to: "pool.jsonl")
    func draw(_ options: [String]) throws -> [Int] {
      let run = try Dsel.run(
        ["resample", "pool.jsonl", "--field", "q", "--manifest", "m.json", "--force", "-q"]
          + options, in: directory)
      try #require(run.status == 0, "\(run.errors)")
      return try run.output.jsonLines().compactMap(\.id.int)
    }
    let all = try draw(["--count", "25", "--max-tokens", "25", "--order", "weight"])
    let sorted = (1...25).sorted { ($0 * 7 % 10, -$0) > ($1 * 7 % 10, -$1) }
    #expect(all == sorted)
    let manifest = try directory.json("m.json")
    #expect(manifest.over_max_tokens.int == 15 && manifest.eligible_documents.int == 25)
    #expect(manifest.selected.tokens.int == 25 * 26 / 2)

    // Sums of fields have a limit too: 28 of 40 documents have 3 or more.
    let large = try draw(["--count", "40", "--min-weight", "3"])
    #expect(large == (1...40).filter { $0 * 7 % 10 >= 3 })
    #expect(try directory.json("m.json").under_min_weight.int == 12)
    #expect(try directory.json("m.json").selected.all_eligible.bool == true)

    // Epochs follow one another, each in its order.
    let epochs = try draw(
      ["--count", "10", "--epochs", "3", "--temperature", "9", "--order", "weight"])
    let apart = try draw(["--count", "10", "--epochs", "3", "--temperature", "9"])
    try #require(epochs.count == 30)
    for epoch in 0..<3 {
      let drawn = apart[(10 * epoch)..<(10 * epoch + 10)]
      #expect(
        Array(epochs[(10 * epoch)..<(10 * epoch + 10)])
          == drawn.sorted { ($0 * 7 % 10, -$0) > ($1 * 7 % 10, -$1) })
    }
    // Strata are shares of what may be drawn.
    let strata = try draw([
      "--count", "10", "--max-tokens", "20", "--stratify", "q", "--mixture", "7=0.2,3=0.8",
    ])
    // 7: 1, 11 (of 1, 11, 21, 31); 3: 9, 19.
    #expect(strata == [1, 9, 11, 19])
  }

  // MARK: The command line

  @Test func `The summary and a warning tell of documents that are too long`() throws {
    let run = try Dsel.select(
      ["--count", "100", "--max-tokens", "120", "-o", "out.jsonl", "-v"], in: directory)
    #expect(run.status == 0)
    // The oracle's numbers.
    #expect(
      run.errors.contains("81 eligible documents; 51 under --min-tokens, 1,228 over --max-tokens\n")
    )
    #expect(run.errors.contains("all 81 eligible documents were selected, 19 documents short"))
    #expect(
      run.errors.hasSuffix(
        "1,228 of 1,360 documents have more than 120 words and can't be selected. To include "
          + "them, raise --max-tokens (now 120).\n"), "\(run.errors)")
  }

  @Test func `A warning tells of documents that weigh too little`() throws {
    let run = try Dsel.select(
      [
        "--count", "1360", "--estimator", "ratio", "--buckets", "10000", "--min-weight", "0", "-o",
        "out.jsonl", "--verbose",
      ], in: directory)
    let expected = try #require(try Self.expected().last).json
    let under = try #require(expected.under_min_weight.int)
    let drawn = expected.selected.elements.count
    #expect(run.status == 0 && under == 1309 - drawn)
    let count = under.formatted(.number.locale(Locale(identifier: "en_US")))
    #expect(run.errors.contains("; 51 under --min-tokens, \(count) under --min-weight\n"))
    #expect(
      run.errors.contains("all \(drawn) eligible documents that have enough weight were selected"))
    #expect(
      run.errors.hasSuffix(
        "\(count) of 1,309 eligible documents have a log weight below 0.0 and can't be selected. "
          + "To include them, lower --min-weight.\n"), "\(run.errors)")
  }

  @Test(arguments: [
    (
      "select --target t --pool p --max-tokens 99",
      "--max-tokens is 99, but --min-tokens is 100: no document is in between."
    ),
    ("select --target t --pool p --min-tokens 0 --max-tokens 0", "--max-tokens must be at least 1"),
    (
      "weigh p --target-model t --pool-model m --candidates 9 --max-tokens 9",
      "--max-tokens is 9, but --min-tokens is 100"
    ),
    (
      "weigh p --target-model t --pool-model m --max-tokens 900",
      "--max-tokens needs --candidates"
    ),
    (
      "weigh p --target-model t --candidates-from k --max-tokens 900",
      "--max-tokens can't be used with --candidates-from"
    ),
    ("resample p --candidates c --max-tokens 900", "--max-tokens can't be used with --candidates"),
    ("resample p --candidates c --min-weight 1", "--min-weight can't be used with --candidates"),
    (
      "weigh p --target-model t --pool-model m --min-weight 1", "--min-weight needs --candidates"
    ),
    (
      "weigh p --target-model t --candidates-from k --min-weight 1",
      "--min-weight can't be used with --candidates-from"
    ),
    ("select --target t --pool p --min-weight nan", "--min-weight"),
    (
      "resample p --weights w --max-tokens 9", "--max-tokens is 9, but --min-tokens is 100"
    ),
    (
      "resample p --candidates c --order weight",
      "--order weight needs log weights, but candidates have keys"
    ),
    (
      "resample --candidates c --picks k --order weight",
      "Draw by --weights, or leave --order weight out"
    ),
    (
      "select --target t --pool p --shuffle --order weight",
      "--shuffle is short for --order shuffle. Leave --shuffle or --order weight out."
    ),
    (
      "select --target t --pool p --order weight --shuffle-seed 3",
      "--shuffle-seed needs --shuffle"
    ),
  ])
  func `Impossible limits and orders are refused`(line: String, message: String) throws {
    let run = try Dsel.run(line.split(separator: " ").map(String.init), in: directory)
    #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
  }

  @Test func `--order shuffle is --shuffle, and --order pool is the default`() throws {
    let options = ["--count", "50", "--shuffle-seed", "4"]
    let long = try Dsel.select(options + ["--order", "shuffle"], in: directory).output
    let short = try Dsel.select(options + ["--shuffle"], in: directory).output
    let both = try Dsel.select(options + ["--shuffle", "--order", "shuffle"], in: directory).output
    #expect(long == short && both == short && short.rawLines.count == 50)
    let pool = try Dsel.select(["--count", "50", "--order", "pool"], in: directory).output
    #expect(try pool == Dsel.select(["--count", "50"], in: directory).output && pool != short)
  }

  @Test func `Sets, random documents and several targets can be ordered by weight`() throws {
    let lines = try Fixtures.crawlText().rawLines
    try directory.write(Array(lines.prefix(30)).joinedLines, to: "b.jsonl")
    for options in [
      ["--target", Fixtures.wiki], ["--target", Fixtures.wiki, "--replay", "0.3"],
      ["--target", "a=\(Fixtures.wiki)", "b=b.jsonl"],
    ] {
      let run = try Dsel.run(
        ["select", "-q", "--pool", Fixtures.crawl, "--count", "60", "--annotate"] + options,
        in: directory)
      try #require(run.status == 0, "\(run.errors)")
      let ordered = try Dsel.run(
        ["select", "-q", "--pool", Fixtures.crawl, "--count", "60", "--annotate"] + options
          + ["--order", "weight"], in: directory)
      #expect(ordered.output.rawLines.count == 60)
      #expect(ordered.lines.sorted() == run.lines.sorted() && ordered.lines != run.lines)
      // Documents that were drawn at random have no log weight of a target.
      let weights = try ordered.output.jsonLines().compactMap(\.dsel.log_weight.number)
      #expect(weights.count >= 40 && weights == weights.sorted(by: >))
    }
  }
}
