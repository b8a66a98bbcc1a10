import Foundation
import TestSupport
import Testing

/// Candidates of shards, with what is excluded, against one `select`.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct ExclusionShardTests {
  private let directory: TemporaryDirectory
  private let shards: [String]

  init() throws {
    directory = try TemporaryDirectory()
    var shards = try Stages.shards(3, in: directory)
    try directory.write(Fixtures.read("golden/exclusion/pool.jsonl"), to: "shard3.jsonl")
    shards.append("shard3.jsonl")
    self.shards = shards
    try Stages.run(["fit"] + shards + ["-o", "pool.model"] + Stages.buckets, in: directory)
    try Stages.run(
      ["fit", Fixtures.wiki, "--keep-texts", "-o", "wiki.model"] + Stages.buckets, in: directory)
  }

  private let evaluation = ["--exclude", Exclusion.path("evaluation.jsonl")]

  private func weigh(_ shards: [String], _ options: [String], to name: String) throws {
    try Stages.run(
      ["weigh", "--target-model", "wiki.model", "--pool-model", "pool.model"] + shards + options
        + ["-o", name, "--force"], in: directory)
  }

  /// Each list of options, with a count that is smaller than the one that candidates are kept for.
  @Test(arguments: [
    ["--objective", "weight"], ["--objective", "weight", "--logistic-share", "0.3"], [],
  ])
  func `Merged candidates give the selection, the numbers and the list of one select`(
    options: [String]
  ) throws {
    for shard in shards {
      try weigh([shard], ["--candidates", "300"] + evaluation + options, to: "\(shard).candidates")
    }
    let files = shards.map { "\($0).candidates" }
    try Stages.run(["merge"] + files.reversed() + ["-o", "all.candidates"], in: directory)
    try Stages.run(["merge", files[1], files[3], "-o", "some"], in: directory)
    try Stages.run(["merge", files[2], "some", files[0], "-o", "again"], in: directory)
    #expect(try directory.read("again") == directory.read("all.candidates"))
    try weigh(shards, ["--candidates", "300"] + evaluation + options, to: "one.candidates")
    #expect(try directory.read("one.candidates") == directory.read("all.candidates"))

    for count in ["300", "70"] {
      let outputs = ["--excluded", "list", "-o", "out", "--force", "--manifest", "m.json"]
      try Stages.run(
        ["select", "--target", Fixtures.wiki, "--pool"] + shards + ["--count", count]
          + Stages.buckets + evaluation + options + outputs, in: directory)
      let (output, list) = (try directory.read("out"), try directory.read("list"))
      let manifest = try directory.json("m.json")
      #expect(list.lines.count == manifest.excluded.documents.int)
      #expect(!list.isEmpty || count == "70")
      for candidates in [["all.candidates"], files] {
        try Stages.run(
          ["resample", "--candidates"] + candidates + ["--pool"] + shards + ["--count", count]
            + outputs, in: directory)
        #expect(try directory.read("out") == output)
        #expect(try directory.read("list") == list)
        #expect(try directory.json("m.json").excluded == manifest.excluded)
      }
      // The parts of single shards, after one choice.
      try Stages.run(
        ["resample", "--candidates", "all.candidates", "--count", count, "--picks", "picks"]
          + ["--force"], in: directory)
      var (parts, lists) = (Data(), Data())
      for shard in shards {
        try Stages.run(
          ["resample", "--candidates", "picks", "--pool", shard] + outputs, in: directory)
        parts += try directory.read("out")
        lists += try directory.read("list")
      }
      #expect(parts == output)
      #expect(lists == list)
    }
  }

  @Test func `Two rounds give the same candidates, with what is excluded`() throws {
    try weigh(shards, ["--candidates", "300"] + evaluation, to: "one.candidates")
    for shard in shards {
      try weigh(
        [shard], ["--candidates", "300", "--keys-only"] + evaluation, to: "\(shard).keys")
    }
    try Stages.run(["merge"] + shards.map { "\($0).keys" } + ["-o", "all.keys"], in: directory)
    for shard in shards {
      try Stages.run(
        ["weigh", "--target-model", "wiki.model", "--candidates-from", "all.keys", shard]
          + ["-o", "\(shard).second"], in: directory)
    }
    try Stages.run(
      ["merge"] + shards.map { "\($0).second" } + ["-o", "all.candidates"], in: directory)
    let merged = try directory.read("all.candidates")
    #expect(merged == (try directory.read("one.candidates")))
    let header = try JSON(Data(try #require(merged.lines.first).utf8))
    #expect((header.excluded.int ?? 0) > 0)
  }

  @Test func `A work directory keeps results by what is excluded`() throws {
    func run(_ options: [String]) throws -> JSON {
      try JSON(
        Stages.run(
          ["weigh", "--target-model", "wiki.model", "--pool-model", "pool.model"] + shards
            + ["--candidates", "50", "--work-dir", "work", "--json"] + options, in: directory))
    }
    let first = try run(evaluation)
    let again = try run(evaluation)
    #expect(first.reused_inputs.int == 0)
    #expect(again.reused_inputs.int == 4)
    #expect(again.candidates == first.candidates)
    #expect((first.candidates.excluded.int ?? 0) > 0)
    let plain = try run([])
    #expect(plain.reused_inputs.int == 0)
    #expect(plain.candidates.excluded.isNull)
    let other = try run(evaluation + ["--exclude-ngram", "12"])
    #expect(other.reused_inputs.int == 0)
  }

  @Test(arguments: [
    ("--exclude", []), ("--exclude", ["--exclude", Exclusion.path("pool.jsonl")]),
    ("--exclude-ngram", ["--exclude", Exclusion.path("evaluation.jsonl"), "--exclude-ngram", "9"]),
    (
      "--exclude-text-field",
      ["--exclude", Exclusion.path("evaluation.jsonl"), "--exclude-text-field", "note|text"]
    ),
    (
      "--exclude-target", ["--exclude", Exclusion.path("evaluation.jsonl"), "--exclude-target"]
    ),
  ])
  func `Candidates with other exclusions don't merge`(option: String, options: [String]) throws {
    try weigh([shards[0]], ["--candidates", "50"] + evaluation, to: "a")
    try weigh([shards[1]], ["--candidates", "50"] + options, to: "b")
    let run = try Dsel.run(["merge", "a", "b", "-o", "c"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("kept with another \(option) than"), "\(run.errors)")
    #expect(!directory.exists("c"))
  }

  @Test func `The same evaluation set under another name merges`() throws {
    try directory.write(Fixtures.read("golden/exclusion/evaluation.jsonl"), to: "copy.jsonl")
    try weigh([shards[0]], ["--candidates", "50"] + evaluation, to: "a")
    try weigh([shards[1]], ["--candidates", "50", "--exclude", "copy.jsonl"], to: "b")
    try Stages.run(["merge", "a", "b", "-o", "c"], in: directory)
  }

  @Test func `Files of candidates without exclusions are as before`() throws {
    try weigh(shards, ["--candidates", "50"], to: "a")
    let head = try directory.read("a").jsonLines()[0]
    #expect(head.format_version.int == 2)
    #expect(head.excluded.isNull)
    let run = try Dsel.run(
      ["resample", "--candidates", "a", "--pool"] + shards + ["--excluded", "list", "-o", "out"],
      in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("were kept without --exclude"), "\(run.errors)")
  }

  @Test(arguments: [
    ("\"evaluation_file\":0", "\"evaluation_file\":1"),
    ("\"reason\":\"ngram\"", "\"reason\":\"x\""),
    ("\"ngram\":", "\"other\":"), ("\"excluded\":", "\"excluded\":1"),
  ])
  func `A damaged file of candidates is refused`(text: String, other: String) throws {
    try weigh(shards, ["--candidates", "50"] + evaluation, to: "a")
    let whole = String(decoding: try directory.read("a"), as: UTF8.self)
    #expect(whole.contains(text))
    try directory.write(whole.replacingOccurrences(of: text, with: other), to: "b")
    let run = try Dsel.run(
      ["resample", "--candidates", "b", "--pool"] + shards + ["-o", "out"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("error: b: ") || run.errors.contains("b: "), "\(run.errors)")
    #expect(!directory.exists("out"))
  }

  // MARK: Texts of the target

  /// A pool with the target's documents among others, and copies of them.
  private func mixedPool() throws -> [Data] {
    let wiki = try Fixtures.read("wiki.jsonl").rawLines
    let lines = try Fixtures.crawlText().rawLines
    let mixed = lines.prefix(300) + wiki.prefix(20) + wiki.prefix(5) + lines.suffix(300)
    try directory.write(Array(mixed).joinedLines, to: "mixed.jsonl")
    return wiki
  }

  @Test(arguments: [["--objective", "weight"], []])
  func `Texts of the target are left out, in one run and with models`(options: [String]) throws {
    let wiki = Set(try mixedPool())
    let common = ["--count", "100"] + Stages.buckets + options
    try Stages.run(
      ["select", "--target", Fixtures.wiki, "--pool", "mixed.jsonl", "-o", "all"] + common,
      in: directory)
    #expect(try directory.read("all").rawLines.contains { wiki.contains($0) })
    try Stages.run(
      ["select", "--target", Fixtures.wiki, "--pool", "mixed.jsonl", "-o", "out"]
        + ["--exclude-target", "--excluded", "list"] + common, in: directory)
    let selected = try directory.read("out").rawLines
    #expect(selected.count == 100)
    #expect(!selected.contains { wiki.contains($0) })
    let record = try directory.json("out.manifest.json").excluded
    // The texts that are long enough are all among the best, each once.
    let texts = try wiki.filter { try JSON($0).text.string != nil }
    #expect((record.documents.int ?? 0) > 10 && (record.documents.int ?? 0) <= min(20, texts.count))
    #expect(record.target_texts == record.documents)
    #expect(record.copies.int == 5)
    #expect(try directory.json("out.manifest.json").selected.target_documents.int == 0)
    let reasons = try directory.read("list").jsonLines().map(\.reason.string)
    #expect(Set(reasons) == ["target"])

    try Stages.run(["fit", "mixed.jsonl", "-o", "mixed.model"] + Stages.buckets, in: directory)
    try Stages.run(
      ["weigh", "--target-model", "wiki.model", "--pool-model", "mixed.model", "mixed.jsonl"]
        + ["--candidates", "100", "--exclude-target", "-o", "candidates"] + options, in: directory)
    try Stages.run(
      ["resample", "--candidates", "candidates", "--pool", "mixed.jsonl", "-o", "out2"]
        + ["--excluded", "list2"], in: directory)
    #expect(try directory.read("out2") == directory.read("out"))
    #expect(try directory.read("list2") == directory.read("list"))
    #expect(try directory.json("out2.manifest.json").excluded == record)
  }

  @Test func `A model without texts is refused with the command that keeps them`() throws {
    let models = try Stages.models()
    let run = try Dsel.run(
      ["weigh", "--target-model", models.path("wiki.model"), "--pool-model", "pool.model"]
        + [shards[0], "--candidates", "9", "--exclude-target", "-o", "out"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("dsel fit --keep-texts"), "\(run.errors)")
  }

  @Test func `Texts of merged models are those of one fit`() throws {
    let lines = try Fixtures.read("wiki.jsonl").rawLines
    for (name, part) in [("a", lines.prefix(40)), ("b", lines.suffix(40))] {
      try directory.write(Array(part).joinedLines, to: name)
      try Stages.run(
        ["fit", name, "--keep-texts", "-o", "\(name).model"] + Stages.buckets, in: directory)
    }
    try Stages.run(["merge", "b.model", "a.model", "-o", "ab.model"], in: directory)
    try Stages.run(
      ["fit", "a", "b", "--keep-texts", "-o", "whole.model"] + Stages.buckets, in: directory)
    #expect(try directory.read("ab.model") == directory.read("whole.model"))
    let hashes = try directory.json("whole.model").text_hashes.elements
    // Each of the 60 texts has 8 bytes, in Base64.
    #expect(hashes.compactMap { $0.string.flatMap { Data(base64Encoded: $0) } }[0].count == 480)

    try Stages.run(["fit", "a", "-o", "plain.model"] + Stages.buckets, in: directory)
    let run = try Dsel.run(["merge", "plain.model", "b.model", "-o", "c.model"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("--keep-texts"), "\(run.errors)")
  }
}
