import Foundation
import TestSupport
import Testing

/// Candidates of shards, without near-duplicates, against one `select`.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct NearDuplicateShardTests {
  private let directory: TemporaryDirectory
  private let shards = ["shard0.jsonl", "shard1.jsonl", "shard2.jsonl", "shard3.jsonl"]
  private static let option = ["--near-duplicates", "0.8"]

  init() throws {
    directory = try TemporaryDirectory()
    _ = try Stages.shards(3, in: directory)
    try directory.write(Fixtures.read("golden/near-duplicates/edits.jsonl"), to: "shard3.jsonl")
    try Stages.run(["fit"] + shards + ["-o", "pool.model"] + Stages.buckets, in: directory)
    try Stages.run(["fit", Fixtures.wiki, "-o", "wiki.model"] + Stages.buckets, in: directory)
  }

  private func weigh(_ shards: [String], _ options: [String], to name: String) throws {
    try Stages.run(
      ["weigh", "--target-model", "wiki.model", "--pool-model", "pool.model"] + shards + options
        + ["-o", name, "--force"], in: directory)
  }

  /// Each list of options, with a count that is smaller than the one that candidates are kept for.
  @Test(arguments: [
    ["--objective", "weight"], ["--objective", "weight", "--logistic-share", "0.3"], [],
    ["--exclude", Exclusion.path("evaluation.jsonl")],
  ])
  func `Merged candidates give the selection, the numbers and the list of one select`(
    options: [String]
  ) throws {
    let options = options + Self.option
    for shard in shards {
      try weigh([shard], ["--candidates", "300"] + options, to: "\(shard).candidates")
    }
    let files = shards.map { "\($0).candidates" }
    try Stages.run(["merge"] + files.reversed() + ["-o", "all.candidates"], in: directory)
    try Stages.run(["merge", files[1], files[3], "-o", "some"], in: directory)
    try Stages.run(["merge", files[2], "some", files[0], "-o", "again"], in: directory)
    #expect(try directory.read("again") == directory.read("all.candidates"))
    try weigh(shards, ["--candidates", "300"] + options, to: "one.candidates")
    #expect(try directory.read("one.candidates") == directory.read("all.candidates"))

    for count in ["300", "70"] {
      let outputs = [
        "--rejected-duplicates", "list", "-o", "out", "--force", "--manifest", "m.json",
      ]
      try Stages.run(
        ["select", "--target", Fixtures.wiki, "--pool"] + shards + ["--count", count]
          + Stages.buckets + options + outputs, in: directory)
      let (output, list) = (try directory.read("out"), try directory.read("list"))
      let manifest = try directory.json("m.json")
      #expect(list.lines.count == manifest.near_duplicates.documents.int)
      #expect(!list.isEmpty)
      for candidates in [["all.candidates"], files] {
        try Stages.run(
          ["resample", "--candidates"] + candidates + ["--pool"] + shards + ["--count", count]
            + outputs, in: directory)
        #expect(try directory.read("out") == output)
        #expect(try directory.read("list") == list)
        #expect(try directory.json("m.json").near_duplicates == manifest.near_duplicates)
      }
      // The parts of single shards, after one choice.
      try Stages.run(
        ["resample", "--candidates", "all.candidates", "--count", count, "--picks", "picks"]
          + ["--force"], in: directory)
      var (parts, lists) = (Data(), Data())
      for shard in shards {
        for candidates in ["picks", "all.candidates"] {
          let count = candidates == "picks" ? [] : ["--count", count]
          try Stages.run(
            ["resample", "--candidates", candidates, "--pool", shard] + count + outputs,
            in: directory)
          guard candidates == "picks" else {
            #expect(try directory.read("out") == parts.suffix(directory.read("out").count))
            continue
          }
          parts += try directory.read("out")
          lists += try directory.read("list")
        }
      }
      #expect(parts == output)
      #expect(lists == list)
    }
  }

  @Test func `Two rounds give the same candidates`() throws {
    try weigh(shards, ["--candidates", "300"] + Self.option, to: "one.candidates")
    for shard in shards {
      try weigh(
        [shard], ["--candidates", "300", "--keys-only"] + Self.option, to: "\(shard).keys")
    }
    try Stages.run(["merge"] + shards.map { "\($0).keys" } + ["-o", "all.keys"], in: directory)
    for shard in shards {
      try Stages.run(
        ["weigh", "--target-model", "wiki.model", "--candidates-from", "all.keys", shard]
          + ["-o", "\(shard).second"], in: directory)
    }
    try Stages.run(
      ["merge"] + shards.map { "\($0).second" } + ["-o", "all.candidates"], in: directory)
    #expect(try directory.read("all.candidates") == directory.read("one.candidates"))
  }

  @Test(arguments: [["--near-duplicates", "0.7"], []])
  func `Candidates with another similarity don't merge`(options: [String]) throws {
    try weigh([shards[0]], ["--candidates", "50"] + Self.option, to: "a")
    try weigh([shards[1]], ["--candidates", "50"] + options, to: "b")
    let run = try Dsel.run(["merge", "a", "b", "-o", "c"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("kept with another --near-duplicates than"), "\(run.errors)")
    #expect(!directory.exists("c"))
  }

  @Test func `A work directory keeps results by similarity`() throws {
    func run(_ options: [String]) throws -> Int? {
      try JSON(
        Stages.run(
          ["weigh", "--target-model", "wiki.model", "--pool-model", "pool.model"] + shards
            + ["--candidates", "50", "--work-dir", "work", "--json"] + options, in: directory)
      ).reused_inputs.int
    }
    #expect(try run(Self.option) == 0)
    #expect(try run(Self.option) == 4)
    #expect(try run(["--near-duplicates", "0.9"]) == 0)
    #expect(try run([]) == 0)
  }

  @Test(arguments: [["--objective", "weight"], []])
  func `Too few candidates are an error, whose advice helps`(options: [String]) throws {
    // Documents that differ in one of 130 words, and a few others.
    let words = (0..<130).map { "w\($0)" }
    let lines = (0..<20_000).map { number in
      var text = words
      text[60] = "x\(number)"
      return "{\"text\":\"\(text.joined(separator: " "))\"}\n"
    }
    try directory.write(Data(lines.joined().utf8), to: "alike.jsonl")
    try Stages.run(["fit", "alike.jsonl", "-o", "target.model"] + Stages.buckets, in: directory)
    try Stages.run(
      ["fit", "alike.jsonl", shards[2], "-o", "both.model"] + Stages.buckets, in: directory)
    var count = "30"
    for _ in 0..<8 {
      try Stages.run(
        ["weigh", "--target-model", "target.model", "--pool-model", "both.model", "alike.jsonl"]
          + [shards[2], "--candidates", count, "-o", "a", "--force"] + Self.option + options,
        in: directory)
      let run = try Dsel.run(
        ["resample", "--candidates", "a", "--pool", "alike.jsonl", shards[2], "--count", "30"]
          + ["-o", "out"], in: directory)
      if run.status == 0 { break }
      #expect(run.status == 1)
      #expect(run.errors.contains("a: without near-duplicates, "), "\(run.errors)")
      let advice = try #require(
        run.errors.firstMatch(
          of:
            /--candidates (\d+) or more and otherwise the same options, and draw with --count 30\./)
      )
      count = String(advice.1)
      guard let fewer = run.errors.firstMatch(of: /Draw with --count (\d+), or/) else { continue }
      let smaller = try Dsel.run(
        ["resample", "--candidates", "a", "--pool", "alike.jsonl", shards[2], "--count"]
          + [String(fewer.1), "-o", "smaller", "--force"], in: directory)
      #expect(smaller.status == 0, "\(smaller.errors)")
    }
    #expect(try directory.read("out").lines.count == 30)
    #expect(count != "30")
  }

  @Test(arguments: [
    ("\"token_hashes\":", "\"other\":"), ("\"near_duplicates\":0.8", "\"near_duplicates\":8"),
    ("\"token_hashes\":\"", "\"token_hashes\":\"AAAA"),
  ])
  func `A damaged file of candidates is refused`(text: String, other: String) throws {
    try weigh(shards, ["--candidates", "50"] + Self.option, to: "a")
    let whole = String(decoding: try directory.read("a"), as: UTF8.self)
    #expect(whole.contains(text))
    try directory.write(whole.replacingOccurrences(of: text, with: other), to: "b")
    let run = try Dsel.run(
      ["resample", "--candidates", "b", "--pool"] + shards + ["-o", "out"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("b: "), "\(run.errors)")
    #expect(!directory.exists("out"))
  }

  @Test(arguments: [
    ("\"similarity\":", "\"other\":"), ("\"similar_shard\":", "\"similar_shard\":9"),
    ("\"near_duplicate_documents\":", "\"near_duplicate_documents\":1"),
  ])
  func `A damaged file of picks is refused`(text: String, other: String) throws {
    try weigh(shards, ["--candidates", "50"] + Self.option, to: "a")
    try Stages.run(["resample", "--candidates", "a", "--picks", "picks"], in: directory)
    let whole = String(decoding: try directory.read("picks"), as: UTF8.self)
    #expect(whole.contains(text))
    try directory.write(whole.replacingOccurrences(of: text, with: other), to: "b")
    let run = try Dsel.run(
      ["resample", "--candidates", "b", "--pool"] + shards + ["-o", "out"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("b: "), "\(run.errors)")
  }

  @Test func `Without near-duplicates, there is nothing to list`() throws {
    try weigh(shards, ["--candidates", "50"], to: "a")
    let run = try Dsel.run(
      ["resample", "--candidates", "a", "--pool"] + shards
        + ["--rejected-duplicates", "list", "-o", "out"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("were kept without --near-duplicates"), "\(run.errors)")
  }

  @Test(arguments: [
    (["select", "--near-duplicates", "0.05"], "--near-duplicates must be from 0.1 to 1."),
    (["select", "--near-duplicates", "1.5"], "--near-duplicates"),
    (
      ["select", "--near-duplicates", "0.8", "--duplicates", "keep"],
      "--near-duplicates leaves exact duplicates out, too."
    ),
    (["select", "--rejected-duplicates", "x"], "--rejected-duplicates needs --near-duplicates."),
    (["weigh", "--near-duplicates", "0.8"], "--near-duplicates needs --candidates"),
  ])
  func `Options that can't be used together are refused`(
    arguments: [String], message: String
  ) throws {
    let inputs =
      arguments[0] == "select"
      ? ["--target", Fixtures.wiki, "--pool", shards[0], "-o", "out"]
      : ["--target-model", "wiki.model", "--pool-model", "pool.model", shards[0]]
    let run = try Dsel.run(arguments + inputs, in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}
