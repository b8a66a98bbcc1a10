import Foundation
import TestSupport
import Testing

/// Candidates for several targets, with a random part, and with fields added to weights.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct CandidateTargetTests {
  private let directory: TemporaryDirectory
  private let shards: [String]
  private let models = [
    "--target-model", "wiki=wiki.model", "--target-model", "saga=saga.model", "--pool-model",
    "pool.model",
  ]
  private let targets = ["--target", "wiki=\(Fixtures.wiki)", "--target", "saga=saga.jsonl"]

  init() throws {
    directory = try TemporaryDirectory()
    var shards = try Stages.shards(3, in: directory)
    let lines = try directory.read(shards[1]).rawLines.map { String(decoding: $0, as: UTF8.self) }
    // Copies with another number, in a shard that comes first.
    let copies = lines.prefix(60).enumerated().map { place, line in
      "{\"n\":\(place % 7)," + line.dropFirst()
    }
    shards.insert("another.jsonl", at: 0)
    try directory.write(Data(copies.joined(separator: "\n").utf8), to: "another.jsonl")
    for shard in shards.dropFirst() {
      let numbered = try directory.read(shard).rawLines.enumerated().map { place, line in
        "{\"n\":\(place % 11)," + String(decoding: line, as: UTF8.self).dropFirst()
      }
      try directory.write(Data(numbered.joined(separator: "\n").utf8), to: shard)
    }
    self.shards = shards
    try directory.write(
      Data(lines.filter { $0.contains("scripture") }.joined(separator: "\n").utf8),
      to: "saga.jsonl")
    for (name, files, options) in [
      ("wiki", [Fixtures.wiki], []), ("saga", ["saga.jsonl"], []),
      ("pool", shards, ["--keep-field", "n"]),
    ] {
      try Stages.run(
        ["fit"] + files + ["-o", "\(name).model"] + Stages.buckets + options, in: directory)
    }
  }

  /// Keeps the candidates of each shard, and merges them.
  private func keep(_ options: [String]) throws {
    for shard in shards {
      try Stages.run(
        ["weigh", shard] + models + options + ["--force", "-o", "\(shard).kept"], in: directory)
    }
    try Stages.run(
      ["merge"] + shards.reversed().map { "\($0).kept" } + ["-o", "all", "--force"], in: directory)
  }

  @Test(arguments: [
    ("--candidates 150 --objective weight", "--count 120 --share saga=0.3"),
    ("--candidates 150 --objective weight --replay 0.4", "--count 150 --replay 0.25"),
    ("--candidates 90 --replay 0.2", "--count 60 --replay 0.2 --share wiki=0.8"),
    (
      "--candidates 150 --objective weight --add n=0.8 --logistic-share 0.5",
      "--count 149 --share wiki=0.6"
    ),
    (
      "--candidates 40000 --budget tokens --objective weight --stratify domain",
      "--tokens 30000 --stratify domain --share saga=0.1"
    ),
  ])
  func `Merged candidates draw what select draws`(weigh: String, draw: String) throws {
    let (weigh, draw) = (weigh.split(separator: " "), draw.split(separator: " ").map(String.init))
    try keep(weigh.map(String.init))
    // What select has of the options of weigh.
    var options: [String] = []
    for name in ["--objective", "--add", "--logistic-share"] {
      guard let place = weigh.firstIndex(of: name[...]) else { continue }
      options += [name, String(weigh[place + 1])]
    }
    let outputs = ["-o", "out", "--manifest", "m.json", "--force"]
    try Stages.run(
      ["select"] + targets + ["--pool"] + shards + Stages.buckets + options + draw + outputs,
      in: directory)
    let (selected, manifest) = (try directory.read("out"), try directory.json("m.json"))
    try #require(!selected.isEmpty)
    try Stages.run(
      ["resample", "--candidates", "all", "--pool"] + shards + draw + outputs, in: directory)
    #expect(try directory.read("out") == selected)
    let drawn = try directory.json("m.json")
    #expect(drawn.parts == manifest.parts && drawn.parts.elements.count > 1)
    // Every machine copies its own part of one choice.
    try Stages.run(["resample", "--candidates", "all", "--picks", "picks"] + draw, in: directory)
    let parts = try shards.map {
      try Stages.run(["resample", "--candidates", "picks", "--pool", $0], in: directory)
    }
    #expect(parts.reduce(Data(), +) == selected)
  }

  @Test func `The header has targets, replay and fields, and lines say what they are for`() throws {
    try keep(["--candidates", "20", "--replay", "0.5", "--add", "n=0.25"])
    let lines = try directory.read("all").rawLines.map { try JSON($0) }
    #expect(lines[0].format_version.int == 6 && lines[0].target_model_xxh3.isNull)
    #expect(lines[0].targets.elements.map(\.name.string) == ["wiki", "saga"])
    #expect(lines[0].replay.number == 0.5)
    #expect(lines[0].add[0].field.string == "n" && lines[0].add[0].coefficient.number == 0.25)
    for line in lines.dropFirst() {
      let isRandom = line.replay.bool == true
      #expect(line.target.isNull == isRandom && line.features.isNull == isRandom)
    }
    #expect(Set(lines.dropFirst().compactMap(\.target.int)) == [0, 1])
    #expect(lines.contains { $0.replay.bool == true })
  }

  @Test func `Shares that candidates can't serve are errors whose advice helps`() throws {
    try keep(["--candidates", "20", "--objective", "weight", "--replay", "0.2"])
    func error(_ file: String, _ options: [String]) throws -> String {
      let run = try Dsel.run(
        ["resample", "--candidates", file, "--pool"] + shards + options, in: directory)
      #expect(run.status == 1)
      return run.errors
    }
    #expect(
      try error("all", ["--share", "law=0.5"])
        == "--share names 'law', but all has candidates for the targets wiki and saga. Name one of "
        + "these.\n")
    #expect(
      try error("all", ["--share", "wiki=0.5,saga=0.25"])
        == "The shares of the targets of all add up to 0.75, not to 1. Give shares that do, or "
        + "leave one target out, which then gets the rest.\n")
    #expect(
      try error("all", ["--replay", "0.3"])
        == "--replay is 0.3, but all has candidates for draws with up to 0.2 at random. Lower "
        + "--replay, or weigh again with --replay 0.3.\n")
    try Stages.run(["resample", "--candidates", "all", "--picks", "picks"], in: directory)
    #expect(
      try error("picks", ["--share", "wiki=0.5"])
        == "--share and --replay decide what is drawn, but the documents of picks were chosen "
        + "already. Leave them out, or choose again.\n")
    let one = ["weigh"] + shards + Array(models[2...]) + ["--candidates", "9"]
    try Stages.run(one + ["--objective", "weight", "-o", "one"], in: directory)
    #expect(
      try error("one", ["--share", "saga=1"])
        == "--share names 'saga', but one has candidates for one target. Leave --share out.\n")
    #expect(
      try error("one", ["--replay", "0.1"])
        == "--replay is 0.1, but one has candidates for draws without a random part. Leave --replay "
        + "out, or weigh again with --replay 0.1.\n")
    let merged = try Dsel.run(["merge", "\(shards[0]).kept", "one", "-o", "x"], in: directory)
    #expect(merged.errors.contains("kept with another --target-model than"), "\(merged.errors)")
  }

  @Test func `Two rounds and a base need the models of all targets`() throws {
    try keep(["--candidates", "20", "--keys-only"])
    let complete = ["weigh", shards[1], "--candidates-from", "all", "-o", "x"]
    let run = try Dsel.run(complete + ["--target-model", "wiki.model"], in: directory)
    #expect(run.status == 1)
    #expect(
      run.errors
        == "all: its candidates are for the targets wiki and saga. Name the model of each: "
        + "--target-model wiki=FILE, and so on.\n")
    try Stages.run(complete + Array(models.prefix(4)), in: directory)
    let base = try Dsel.run(
      ["resample", "--candidates", "x", "--pool", shards[1], "--allow-missing", "--base"]
        + ["wiki.model", "--target-model", "wiki.model"], in: directory)
    #expect(base.status == 1)
    #expect(
      base.errors
        == "x: its candidates are for the targets wiki and saga. Name the model of each: "
        + "--target-model wiki=FILE, and so on.\n")
  }

  @Test func `Annotated lines name the target that drew them`() throws {
    try keep(["--candidates", "150", "--objective", "weight", "--replay", "0.4"])
    let draw = ["--annotate", "--count", "150", "--replay", "0.25", "--force"]
    try Stages.run(
      ["select"] + targets + ["--pool"] + shards + Stages.buckets + draw
        + ["--objective", "weight", "-o", "out"], in: directory)
    let expected = try directory.read("out").jsonLines().map(\.dsel.target.string)
    #expect(Set(expected) == ["wiki", "saga", nil])
    try Stages.run(
      ["resample", "--candidates", "all", "--pool"] + shards + draw + ["-o", "out"], in: directory)
    #expect(try directory.read("out").jsonLines().map(\.dsel.target.string) == expected)
  }
}
