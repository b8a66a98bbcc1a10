import Foundation
import TestSupport
import Testing

/// A base that a set from candidates completes: `dsel resample --candidates --base`.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct CandidateBaseTests {
  private let directory: TemporaryDirectory
  private let shards: [String]
  private let wiki: String

  init() throws {
    directory = try TemporaryDirectory()
    shards = try Stages.shards(3, in: directory)
    wiki = try Stages.models().path("wiki.model")
    for number in shards.indices {
      try Stages.run(
        ["weigh", shards[number], "--candidates", "60", "-o", "\(number).zst"]
          + Stages.modelOptions(), in: directory)
    }
    try Stages.run(["merge", "0.zst", "1.zst", "2.zst", "-o", "all.zst"], in: directory)
    // The base is a part of the target, so the rest of the target is what it lacks.
    let lines = try Data(contentsOf: URL(fileURLWithPath: Fixtures.wiki)).rawLines
    try directory.write(Array(lines.prefix(lines.count / 3)).joinedLines, to: "known.jsonl")
    try Stages.run(["fit", "known.jsonl", "-o", "base.model"] + Stages.buckets, in: directory)
  }

  private func resample(_ options: [String]) throws -> Data {
    try Stages.run(["resample", "--candidates", "all.zst"] + options, in: directory)
  }

  @Test(arguments: [[], ["--base-tokens", "3M"]], ["60", "40"])
  func `Candidates complete a base as select does`(tokens: [String], count: String) throws {
    let base = ["--base", "base.model"] + tokens
    let selected = try Dsel.run(
      ["select", "-q", "--target", Fixtures.wiki, "--pool"] + shards + Stages.buckets + base
        + ["--count", count], in: directory)
    try #require(selected.status == 0, "\(selected.errors)")
    let options = base + ["--target-model", wiki, "--count", count]
    let drawn = try resample(options + ["--pool"] + shards + ["--manifest", "drawn"])
    #expect(drawn == selected.output)
    #expect(drawn.rawLines.count == Int(count))
    // Without it, other documents are chosen.
    #expect(try resample(["--count", count, "--pool"] + shards) != drawn)

    _ = try resample(options + ["--picks", "picks.zst"])
    let copied = try Stages.run(
      ["resample", "--candidates", "picks.zst", "--manifest", "copied", "--pool"] + shards,
      in: directory)
    #expect(copied == drawn)
    for manifest in ["drawn", "copied"] {
      let objective = try directory.json(manifest).settings.objective
      #expect(objective.name.string == "set" && objective.base.string == "base.model")
      #expect(objective.base_tokens.int == (tokens.isEmpty ? nil : 3_000_000))
    }
  }

  private func error(_ options: [String], status: Int32 = 1) throws -> String {
    let run = try Dsel.run(["resample"] + options, in: directory)
    #expect(run.status == status, "\(options)")
    return run.errors
  }

  @Test func `The models must fit the candidates`() throws {
    let all = ["--candidates", "all.zst", "--picks", "picks"]
    #expect(
      try error(all + ["--base", "base.model", "--target-model", "base.model"])
        == "base.model: the candidates of all.zst were weighed with another --target-model. Name "
        + "that one.\n")
    try Stages.run(["fit", "known.jsonl", "-o", "other.model", "--buckets", "1000"], in: directory)
    #expect(
      try error(all + ["--base", "other.model", "--target-model", wiki])
        .contains("other.model: it was fitted with --buckets 1000, but this run"))
    let base = ["--base", "base.model", "--target-model", wiki]
    #expect(
      try error(["--candidates", "all.zst", "--picks", "base.model", "--force"] + base)
        .contains("the output is also an input"))
    try Stages.run(
      ["weigh", shards[0], "--candidates", "9", "--objective", "weight", "-o", "weight"]
        + Stages.modelOptions(), in: directory)
    #expect(
      try error(["--allow-missing", "--candidates", "weight", "--picks", "picks"] + base)
        == "--purity, --noise and --base choose a set, but weight has documents that were chosen "
        + "already, or candidates of a draw by weight. Leave these options out.\n")
    #expect(!directory.exists("picks"))
  }

  @Test(arguments: [
    (["--candidates", "all.zst", "--base", "b"], "--base needs --target-model"),
    (["--candidates", "all.zst", "--target-model", "t"], "--target-model needs --base"),
    (["--candidates", "all.zst", "--base-tokens", "5"], "--base-tokens needs --base"),
    (["--weights", "w", "--base", "b", "--target-model", "t"], "--base needs --candidates"),
    (["--field", "x", "--base", "b", "--target-model", "t"], "--base needs --candidates"),
    (["--candidates", "all.zst", "--base", "", "--target-model", "t"], "--base is empty"),
    (["--candidates", "all.zst", "--base", "b", "--target-model", ""], "--target-model is empty"),
  ])
  func `A base needs candidates, and the target's model`(
    options: [String], expected: String
  ) throws {
    let said = try error(["--pool", shards[0]] + options, status: 64)
    #expect(said.contains(expected), "\(said)")
  }
}
