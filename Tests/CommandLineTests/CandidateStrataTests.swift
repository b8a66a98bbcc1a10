import Foundation
import TestSupport
import Testing

/// Candidates for draws from strata.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct CandidateStrataTests {
  private let directory: TemporaryDirectory
  private let shards: [String]
  private let keep = [
    "--candidates", "200", "--objective", "weight", "--stratify", "domain", "--force", "-o",
  ]

  init() throws {
    directory = try TemporaryDirectory()
    var shards = try Stages.shards(3, in: directory)
    // Texts with copies in another stratum, and some without the field.
    let copies = try directory.read(shards[2]).rawLines.prefix(40).enumerated().map { place, line in
      let text = String(decoding: line, as: UTF8.self)
      return place < 20
        ? text.replacing("\"domain\"", with: "\"other\"")
        : text.replacing(/"domain": ?"[a-z]*"/, with: "\"domain\":\"saga\"")
    }
    shards.append("shard3.jsonl")
    try directory.write(Data(copies.joined(separator: "\n").utf8), to: "shard3.jsonl")
    self.shards = shards
    try Stages.run(["fit"] + shards + ["-o", "pool.model"] + Stages.buckets, in: directory)
    try Stages.run(["fit", Fixtures.wiki, "-o", "wiki.model"] + Stages.buckets, in: directory)
  }

  private var weigh: [String] {
    ["weigh", "--target-model", "wiki.model", "--pool-model", "pool.model"]
  }

  private func keepAll() throws {
    for shard in shards {
      try Stages.run(weigh + [shard] + keep + ["\(shard).kept"], in: directory)
    }
    try Stages.run(
      ["merge"] + shards.reversed().map { "\($0).kept" } + ["-o", "all", "--force"], in: directory)
  }

  @Test(arguments: [
    [], ["--mixture", "saga=0.5,wiki=0.2", "--fill"], ["--mixture", "saga=0.1,=0.1"],
    ["--mixture-temperature", "2", "--fill"], ["--mixture", "wiki=0.7,code=0.3"],
  ])
  func `One merged file serves every mixture as select does`(mixture: [String]) throws {
    try keepAll()
    let draw = ["--stratify", "domain", "--count", "180"] + mixture
    let outputs = ["-o", "out", "--manifest", "m.json", "--force"]
    try Stages.run(
      ["select", "--objective", "weight", "--target", Fixtures.wiki, "--pool"] + shards
        + Stages.buckets + draw + outputs, in: directory)
    let (selected, manifest) = (try directory.read("out"), try directory.json("m.json"))
    #expect(!selected.isEmpty)
    try Stages.run(
      ["resample", "--candidates", "all", "--pool"] + shards + draw + outputs, in: directory)
    #expect(try directory.read("out") == selected)
    let drawn = try directory.json("m.json")
    #expect(drawn.parts == manifest.parts)
    #expect(drawn.outside_mixture.int == manifest.outside_mixture.int)
    #expect(drawn.eligible_documents.int == manifest.eligible_documents.int)
    // Every machine copies its own part of one choice.
    try Stages.run(
      ["resample", "--candidates", "all", "--picks", "picks"] + draw, in: directory)
    let parts = try shards.map {
      try Stages.run(["resample", "--candidates", "picks", "--pool", $0], in: directory)
    }
    #expect(parts.reduce(Data(), +) == selected)
  }

  @Test func `The header has the values, and eligible documents of each`() throws {
    try keepAll()
    let head = try JSON(#require(directory.read("all").rawLines.first))
    #expect(head.format_version.int == 5 && head.stratify.string == "domain")
    // Counted by Python, from documents with at least 100 of dsel's tokens.
    let script = """
      import collections, json, sys
      counts = collections.Counter()
      for line in open(sys.argv[1]):
          counts[json.loads(line)["domain"]] += 1
      print(" ".join(f"{name}:{counts[name]}" for name in sorted(counts)))
      """
    try Stages.run(
      ["weigh", "--target-model", "wiki.model", "--pool-model", "pool.model", shards[0]]
        + ["--candidates", "9k", "--objective", "weight", "--stratify", "domain", "-o", "one"]
        + ["--min-tokens", "0"], in: directory)
    let one = try JSON(#require(directory.read("one").rawLines.first))
    let found = one.strata.elements.map {
      "\($0.name.string ?? ""):\($0.eligible_documents.int ?? 0)"
    }
    let expected = try Program.run(
      "/usr/bin/env", ["python3", "-c", script, directory.path(shards[0])], in: directory)
    #expect(
      String(decoding: expected.output, as: UTF8.self)
        == found.joined(separator: " ") + "\n")
  }

  @Test func `Other strata, and a missing field, are errors whose advice helps`() throws {
    try keepAll()
    func error(_ file: String, _ options: [String]) throws -> String {
      let run = try Dsel.run(
        ["resample", "--candidates", file, "--pool"] + shards + options, in: directory)
      #expect(run.status == 1)
      return run.errors
    }
    #expect(
      try error("all", ["--stratify", "source"])
        == "--stratify is source, but the candidates of all were kept with --stratify domain. Give "
        + "that field, or weigh again with --stratify source and otherwise the same options.\n")
    #expect(
      try error("all", ["--stratify", "domain", "--mixture", "wikis=0.5"])
        .contains("Did you mean \"wiki\"?"))
    try Stages.run(
      weigh + shards + ["--candidates", "9", "--objective", "weight", "-o", "plain"], in: directory)
    #expect(
      try error("plain", ["--stratify", "domain"])
        == "--stratify is domain, but the candidates of plain were kept without strata. Leave "
        + "--stratify out, or weigh again with --stratify domain and otherwise the same options.\n")
    try Stages.run(
      weigh + shards + keep + ["tokens", "--budget", "tokens"], in: directory)
    #expect(
      try error("tokens", ["--stratify", "domain", "--fill"])
        == "--fill needs a number of documents, but tokens has candidates for draws of a number of "
        + "tokens. Leave --fill out, or weigh again without --budget.\n")
    try Stages.run(
      weigh + shards + ["--candidates", "9", "--stratify", "domain", "-o", "set"], in: directory)
    #expect(
      try error("set", ["--stratify", "domain", "--fill"])
        == "set: --fill can't be used with the candidates of a set. Leave --fill out, or weigh again "
        + "with --objective weight.\n")
    let run = try Dsel.run(["merge", "shard0.jsonl.kept", "plain", "-o", "x"], in: directory)
    #expect(run.errors.contains("kept with another --stratify than"), "\(run.errors)")
  }

  @Test(arguments: [
    (
      "--candidates 9 --stratify domain --keys-only",
      "--keys-only can't be used with --stratify"
    ),
    ("--stratify domain", "--stratify needs --candidates"),
    ("--candidates 9 --objective weight --stratify a..b", "--stratify"),
  ])
  func `A wrong command line is refused`(options: String, message: String) throws {
    let run = try Dsel.run(
      weigh + [shards[0]] + options.split(separator: " ").map(String.init), in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}
