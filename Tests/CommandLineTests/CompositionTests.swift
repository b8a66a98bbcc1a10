import Foundation
import TestSupport
import Testing

/// `select` gives the result of fit, fit, weigh and resample.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct CompositionTests {
  private let directory: TemporaryDirectory
  /// Three shards; the last ends with copies of documents of the first.
  private let pool: [String]

  init() throws {
    directory = try TemporaryDirectory()
    pool = try Stages.shards(3, in: directory)
    let copies = try directory.read(pool[0]).rawLines.prefix(90)
    try directory.write(directory.read(pool[2]) + Array(copies).joinedLines, to: pool[2])
  }

  struct Case: Sendable, CustomTestStringConvertible {
    /// Options of `fit` and `select`.
    var fit: [String] = []
    /// Options of `weigh` and `select`.
    var weigh: [String] = []
    /// Options of `resample` and `select`.
    var draw: [String] = []
    var testDescription: String { (fit + weigh + draw).joined(separator: " ") }
  }

  static let cases = [
    Case(), Case(weigh: ["--estimator", "ratio"]), Case(weigh: ["--estimator", "shrunk"]),
    Case(weigh: ["--estimator", "logistic"]),
    Case(fit: ["--compat", "dsir"], weigh: ["--compat", "dsir"]),
    Case(fit: ["--tokenizer", "wordpunct", "--ngrams", "3", "--buckets", "1000"]),
    Case(weigh: ["--normalize", "length", "--smoothing", "0.5"]),
    Case(draw: ["--top-k"]), Case(draw: ["--seed", "7"]),
    Case(draw: ["--temperature", "4", "--count", "300"]),
    Case(draw: ["--temperature", "auto", "--overlap", "0.6"]),
    Case(draw: ["--tokens", "20k"]), Case(draw: ["--bytes", "100kB"]),
    Case(draw: ["--fraction", "0.35"]), Case(draw: ["--count", "100k"]),
    Case(draw: ["--duplicates", "keep", "--fraction", "0.6", "--temperature", "3"]),
    Case(draw: ["--logistic-share", "0.4", "--count", "250"]),
    Case(draw: ["--replay", "0.2"]), Case(draw: ["--shuffle", "--shuffle-seed", "5"]),
  ]

  @Test(arguments: cases)
  func `Select equals fit, fit, weigh and resample, byte for byte`(options: Case) throws {
    let fit = options.fit.contains("--buckets") ? options.fit : options.fit + Stages.buckets
    // Both commands have the option --compat, and `select` gets it once.
    let weigh = options.weigh == options.fit ? [] : options.weigh
    let selected = try Dsel.select(
      pool: pool,
      fit + weigh + options.draw + ["-o", "selected.jsonl", "--objective", "weight"], in: directory)
    try #require(selected.status == 0, "\(selected.errors)")

    try Stages.run(["fit", Fixtures.wiki, "-o", "wiki.model"] + fit, in: directory)
    try Stages.run(["fit"] + pool + ["-o", "pool.model.zst"] + fit, in: directory)
    try Stages.run(
      ["weigh", "--target-model", "wiki.model", "--pool-model", "pool.model.zst"] + pool
        + ["-o", "weights.jsonl.zst"] + options.weigh, in: directory)
    try Stages.run(
      ["resample", "--weights", "weights.jsonl.zst", "-o", "drawn.jsonl"] + options.draw
        + ["--pool"] + pool, in: directory)

    #expect(try !directory.read("selected.jsonl").isEmpty)
    #expect(try directory.read("drawn.jsonl") == directory.read("selected.jsonl"))
    let (one, other) = try (
      directory.json("selected.jsonl.manifest.json"), directory.json("drawn.jsonl.manifest.json")
    )
    for name in [
      "eligible_documents", "under_min_tokens", "effective_sample_size", "overlap_with_top_k",
      "weight_length_correlation", "shuffle_seed",
    ] {
      #expect(one[name] == other[name], "\(name)")
    }
    #expect(one.settings.temperature == other.settings.temperature)
    #expect(
      one.selected.without("features").without("target_documents")
        == other.selected.without("features"))
  }

  @Test func `The minimum of tokens from the fit also holds for the draw`() throws {
    let fit = Stages.buckets + ["--min-tokens", "300"]
    let selected = try Dsel.select(
      pool: pool, fit + ["--count", "150", "--objective", "weight"], in: directory)
    try Stages.run(["fit", Fixtures.wiki, "-o", "wiki.model"] + fit, in: directory)
    try Stages.run(["fit"] + pool + ["-o", "pool.model"] + fit, in: directory)
    try Stages.run(
      ["weigh", "--target-model", "wiki.model", "--pool-model", "pool.model"] + pool
        + ["-o", "weights.jsonl"], in: directory)
    let drawn = try Stages.run(
      ["resample", "--weights", "weights.jsonl", "--count", "150", "--min-tokens", "300"]
        + ["--pool"] + pool, in: directory)
    #expect(drawn == selected.output && drawn.rawLines.count == 150)
  }

  @Test
  func `Weights may be spread over files, one of them empty, and given in any order`()
    throws
  {
    try directory.write("", to: "empty.jsonl")
    let shards = ["empty.jsonl"] + pool
    for shard in shards {
      // A file without a document can't be weighed by itself.
      let others = shard == "empty.jsonl" ? ["--work-dir", "work", pool[0]] : ["-o", "\(shard).w"]
      try Stages.run(["weigh"] + Stages.modelOptions() + [shard] + others, in: directory)
    }
    let empty = try #require(
      FileManager.default.contentsOfDirectory(atPath: directory.path("work"))
        .first { $0.hasPrefix("empty") && $0.hasSuffix(".zst") })
    try Stages.weigh(pool, in: directory)
    let options = ["--logistic-share", "0.3", "--pool"] + shards
    let expected = try Stages.run(
      ["resample", "--weights", "weights.jsonl"] + options, in: directory)
    for order in [pool, pool.reversed()] {
      let weights = ["work/\(empty)"] + order.map { "\($0).w" }
      #expect(
        try Stages.run(["resample", "--weights"] + weights + options, in: directory) == expected)
    }
  }

  @Test func `The pool may move, and its order may differ from the weights'`() throws {
    try Stages.weigh(pool, in: directory)
    let expected = try Stages.run(
      ["resample", "--weights", "weights.jsonl", "--pool"] + pool, in: directory)
    let moved = try pool.map { shard in
      try FileManager.default.createDirectory(
        atPath: directory.path("at-\(shard)"), withIntermediateDirectories: true)
      try directory.write(directory.read(shard), to: "at-\(shard)/\(shard)")
      return "at-\(shard)/\(shard)"
    }
    #expect(
      try Stages.run(["resample", "--weights", "weights.jsonl", "--pool"] + moved, in: directory)
        == expected)
    let reversed = try Stages.run(
      ["resample", "--weights", "weights.jsonl", "--pool"] + pool.reversed(), in: directory)
    #expect(reversed.rawLines.count == expected.rawLines.count)
    #expect(Set(reversed.rawLines) == Set(expected.rawLines))
  }

  @Test func `Pool and weights may come through pipes`() throws {
    try Stages.weigh(pool, in: directory)
    let expected = try Stages.run(
      ["resample", "--weights", "weights.jsonl", "--count", "70", "--pool"] + pool, in: directory)
    #expect(
      try Stages.run(
        ["resample", "--weights", "-", "--count", "70", "--pool"] + pool,
        input: directory.read("weights.jsonl"), in: directory) == expected)
    let text = try pool.map { try directory.read($0) }.reduce(Data(), +)
    let weights = try Stages.run(
      ["weigh"] + Stages.modelOptions() + ["-"], input: text, in: directory)
    try directory.write(weights, to: "piped.jsonl")
    #expect(
      try Stages.run(
        ["resample", "--weights", "piped.jsonl", "--count", "70", "--pool", "-"], input: text,
        in: directory) == expected)
  }
}
