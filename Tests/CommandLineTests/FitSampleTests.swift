import Foundation
import TestSupport
import Testing

/// Pool models that are fitted on a sample of the documents.
@Suite struct FitSampleTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func select(_ options: [String], to name: String) throws -> (Data, JSON) {
    let run = try Dsel.select(["--count", "100", "-q", "-o", name] + options, in: directory)
    #expect(run.status == 0 && run.errors == "")
    return (try directory.read(name), try directory.json("\(name).manifest.json"))
  }

  @Test func `A quarter of the documents is fitted, whatever the threads, and all are weighed`()
    throws
  {
    let (lines, manifest) = try select(["--fit-sample", "0.25", "--threads", "1"], to: "one.jsonl")
    let (others, _) = try select(["--fit-sample", "0.25", "--threads", "3"], to: "three.jsonl")
    #expect(lines == others)
    // By Python's xxhash, with h = xxh3_64: 367 texts have
    // h(h(text) in 8 little-endian bytes, seed 7 * 0x9E3779B97F4A7C15 mod 2^64) < 2^62.
    #expect(manifest.pool.fitted_documents.int == 367)
    #expect(manifest.pool.documents.int == 1360)
    // The number for all documents is 1,309. A fit of a quarter estimates it for the random
    // baseline.
    #expect(manifest.eligible_documents.int == 1309)
    #expect(manifest.settings.fit_sample.number == 0.25)
    let (_, whole) = try select([], to: "plain.jsonl")
    #expect(manifest.effective_sample_size != whole.effective_sample_size)
  }

  @Test func `A sample of all documents is all of them`() throws {
    let (lines, manifest) = try select(["--fit-sample", "1"], to: "all.jsonl")
    let (plain, _) = try select([], to: "plain.jsonl")
    #expect(lines == plain)
    #expect(manifest.pool.fitted_documents.int == 1360)
  }

  /// Fits parts of the pool, and adds up their models.
  private func fitShards(_ sizes: [String]) throws -> [String] {
    let shards = try Stages.shards(3, in: directory)
    for (shard, size) in zip(shards, sizes) {
      try Stages.run(
        ["fit", shard, "--fit-sample", size, "-o", "\(shard).model"] + Stages.buckets,
        in: directory)
    }
    return shards
  }

  @Test(arguments: [[], ["--objective", "weight"], ["--objective", "weight", "--tokens", "9000"]])
  func `Stages with a sample select what one command selects`(options: [String]) throws {
    let shards = try fitShards(["0.25", "0.25", "0.25"])
    try Stages.run(["merge"] + shards.map { "\($0).model" } + ["-o", "p.model"], in: directory)
    let model = try directory.json("p.model")
    #expect(model.documents.int == 367 && model.fit_sample.number == 0.25)
    #expect(model.format_version.int == 2)
    let isInTokens = options.contains("--tokens")
    let size = isInTokens ? ["--tokens", "9000"] : ["--count", "50"]
    let others = options.filter { !["--tokens", "9000"].contains($0) }
    for shard in shards {
      try Stages.run(
        [
          "weigh", shard, "--target-model", try Stages.models().path("wiki.model"),
          "--pool-model", "p.model", "--candidates", size[1], "-o", "\(shard).c",
        ] + (isInTokens ? ["--budget", "tokens"] : []) + others, in: directory)
    }
    try Stages.run(["merge"] + shards.map { "\($0).c" } + ["-o", "all.c"], in: directory)
    try Stages.run(
      ["resample", "--candidates", "all.c", "--pool"] + shards + ["-o", "staged.jsonl"] + size,
      in: directory)
    try Stages.run(
      ["select", "--target", Fixtures.wiki, "--pool"] + shards + Stages.buckets
        + ["--fit-sample", "0.25", "-o", "one.jsonl"] + size + others, in: directory)
    #expect(try directory.read("staged.jsonl") == directory.read("one.jsonl"))
    #expect(try !directory.read("one.jsonl").isEmpty)
  }

  @Test func `Models of different shares don't add up`() throws {
    let shards = try fitShards(["0.25", "0.5", "1"])
    for (other, words) in zip(shards[1...], ["with --fit-sample 0.5", "without --fit-sample"]) {
      let run = try Dsel.run(
        ["merge", "\(shards[0]).model", "\(other).model", "-o", "p.model"], in: directory)
      #expect(run.status == 1)
      let message =
        "\(other).model: it was fitted \(words), but \(shards[0]).model with --fit-sample 0.25."
      #expect(run.errors.contains(message), "\(run.errors)")
    }
    #expect(try directory.json("\(shards[2]).model").format_version.int == 1)
  }

  @Test func `A work directory keeps a share and all apart`() throws {
    let fit = ["fit", Fixtures.wiki, "--work-dir", "w"] + Stages.buckets + ["-o"]
    try Stages.run(fit + ["a.model", "--fit-sample", "0.5"], in: directory)
    try Stages.run(fit + ["b.model"], in: directory)
    #expect(try directory.json("a.model").documents.int ?? 60 < 60)
    #expect(try directory.json("b.model").documents.int == 60)
  }

  @Test func `A share that has no document is named`() throws {
    let fit = try Dsel.run(
      ["fit", Fixtures.wiki, "--fit-sample", "0.0001", "-o", "p.model"] + Stages.buckets,
      in: directory)
    #expect(fit.status == 0)
    #expect(fit.errors.contains("--fit-sample chose none of the documents"), "\(fit.errors)")
    let weigh = try Dsel.run(
      [
        "weigh", Fixtures.wiki, "--target-model", try Stages.models().path("wiki.model"),
        "--pool-model", "p.model",
      ], in: directory)
    #expect(weigh.status == 1)
    #expect(
      weigh.errors.contains("'dsel fit --fit-sample 0.0001' chose none of 60 documents."),
      "\(weigh.errors)")
  }

  static let wrong: [(share: String, message: String)] = [
    ("0", "--fit-sample must be above 0 and at most 1."),
    ("1.5", "'--fit-sample <f>': it is above 1"),
    ("-1", "'--fit-sample <f>': it is negative"),
  ]

  @Test(arguments: wrong)
  func `An impossible share is refused`(share: String, message: String) throws {
    let run = try Dsel.select(["--fit-sample=\(share)"], in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func `The record is printed as JSON on request`() throws {
    let run = try Dsel.select(["--count", "5", "-o", "out.jsonl", "--json", "-q"], in: directory)
    #expect(run.status == 0)
    #expect(try JSON(run.output) == directory.json("out.jsonl.manifest.json"))
  }
}
