import Foundation
import TestSupport
import Testing

/// Shards without candidates or weights: on a cluster, tasks fail every day.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct MissingShardTests {
  private let directory: TemporaryDirectory
  private let shards = ["s0", "s1", "s2"]

  init() throws {
    directory = try TemporaryDirectory()
    for (number, count) in [20, 30, 50].enumerated() {
      let lines = (0..<count).map { "{\"text\": \"the document \($0) of \(number)\"}\n" }
      try directory.write(lines.joined(), to: shards[number])
    }
    try Stages.run(Self.fit + ["s2", "-o", "target.model"], in: directory)
    try Stages.run(Self.fit + shards + ["-o", "pool.model"], in: directory)
  }

  private static let fit = ["fit", "--min-tokens", "0"] + Stages.buckets
  private static let weigh = [
    "weigh", "--target-model", "target.model", "--pool-model", "pool.model",
  ]

  private func keep() throws {
    for shard in shards {
      try Stages.run(
        Self.weigh + [shard, "--candidates", "9", "--min-tokens", "0", "-o", "\(shard).kept"]
          + ["--objective", "weight"],
        in: directory)
    }
  }

  @Test func `Candidates that lack a shard report the missing documents`() throws {
    try keep()
    let part = try Dsel.run(["merge", "s0.kept", "s2.kept", "-o", "part"], in: directory)
    // Merging in steps has incomplete parts, so this is reported and isn't an error.
    #expect(part.status == 0)
    #expect(
      part.errors
        == "candidates of 2 files: 9 for a draw of up to 9 out of 70 documents\n"
        + "30 more documents of the pool's model are still missing\n")
    for candidates in [["part"], ["s0.kept", "s2.kept"]] {
      let draw = ["resample", "--candidates"] + candidates + ["--pool", "s0", "-o", "out"]
      let run = try Dsel.run(draw, in: directory)
      #expect(run.status == 1 && !directory.exists("out"))
      #expect(
        run.errors == """
          \(candidates[0]): 30 documents are missing: the candidates come from 70 documents in 2 \
          files, but the pool's model counted 100. Weigh the other files with --candidates and \
          merge all, or add --allow-missing to draw from these. If a file has lost documents since it \
          was counted, begin again: count it with 'dsel fit', merge the models of all files, weigh all \
          with --candidates and the new --pool-model, and merge these.

          """)
      let allowed = try Dsel.run(draw + ["--allow-missing"], in: directory)
      #expect(allowed.status == 0)
      #expect(
        allowed.errors.contains(
          "warning: candidates are missing: the pool's model counted 30 more documents than the candidates come from."
        ))
      #expect(try directory.json("out.manifest.json").missing_documents.int == 30)
      for name in ["out", "out.manifest.json"] {
        try FileManager.default.removeItem(atPath: directory.path(name))
      }
    }
    // Following the advice works.
    let whole = try Dsel.run(["merge", "part", "s1.kept", "-o", "all", "--json"], in: directory)
    #expect(try JSON(whole.output).missing_documents.int == 0)
    let run = try Dsel.run(
      ["resample", "--candidates", "all", "--pool"] + shards + ["-o", "out"], in: directory)
    #expect(run.status == 0 && !run.errors.contains("missing"))
    #expect(try directory.json("out.manifest.json").missing_documents.int == 0)
  }

  @Test func `The header says how many documents the pool's model counted`() throws {
    try keep()
    let header = try #require(directory.read("s1.kept").jsonLines().first)
    #expect(header.pool_documents.int == 100 && header.documents.int == 30)
  }

  @Test func `Candidates of an earlier dsel, without that number, can be drawn from`() throws {
    try keep()
    let text = String(decoding: try directory.read("s1.kept"), as: UTF8.self)
    let older = text.replacing("\"pool_documents\":100,", with: "")
    #expect(older != text)
    try directory.write(older, to: "older")
    try Stages.run(
      ["resample", "--candidates", "older", "--pool", "s1", "-o", "out"], in: directory)
    #expect(try directory.json("out.manifest.json").missing_documents.int == 0)
    // The number counts even if only one of the files has it.
    for pair in [["older", "s0.kept"], ["s0.kept", "older"]] {
      let run = try Dsel.run(
        ["resample", "--pool", "s1", "--candidates"] + pair, in: directory)
      #expect(run.status == 1)
      #expect(run.errors.contains("candidates come from 50 documents in 2 files"), "\(run.errors)")
    }
    try Stages.run(
      [
        "resample", "--candidates", Fixtures.path("models/version-1.candidates"), "--pool",
        "two.jsonl",
      ],
      in: twoDocuments())
  }

  /// The documents from which the files in Fixtures/models were made.
  private func twoDocuments() throws -> TemporaryDirectory {
    try directory.write(
      "{\"text\": \"the cat sat on the mat\"}\n{\"text\": \"a dog\"}\n", to: "two.jsonl")
    return directory
  }

  @Test func `A file of the pool without a line of weights is an error unless allowed`()
    throws
  {
    try Stages.run(Self.weigh + ["s0", "s1", "-o", "w"], in: directory)
    let draw = ["resample", "--weights", "w", "--min-tokens", "0", "--count", "60", "-o", "out"]
    for (pool, message) in [
      (
        ["s0", "s1", "s2"],
        "s2: no weights belong to this file. Weigh it and name its weights"
      ),
      (
        ["a", "s0", "s2", "s1"],
        "a: no weights belong to this file, nor to 1 more. Weigh it"
      ),
    ] {
      try directory.write("{\"text\": \"one\"}\n", to: "a")
      let run = try Dsel.run(draw + ["--pool"] + pool, in: directory)
      #expect(run.status == 1 && !directory.exists("out"))
      #expect(run.errors.contains(message), "\(run.errors)")
    }
    let allowed = try Dsel.run(draw + ["--pool"] + shards + ["--allow-missing"], in: directory)
    #expect(allowed.status == 0)
    #expect(allowed.errors.contains("warning: no weights belong to s2.\n"), "\(allowed.errors)")
    let manifest = try directory.json("out.manifest.json")
    #expect(manifest.pool.elements.map(\.weights.int) == [20, 30, 0])
    #expect(try directory.read("out").rawLines.count == 50)
  }

  @Test func `Lines of weights may be left out, and are counted by file`() throws {
    try Stages.run(Self.weigh + shards + ["-o", "w"], in: directory)
    let lines = try directory.read("w").rawLines
    // Every second line, with the files mixed.
    let kept = stride(from: 0, to: lines.count, by: 2).map { lines[$0] }
    let mixed = stride(from: 0, to: kept.count, by: 7).flatMap { start in
      kept[start..<min(start + 7, kept.count)].reversed()
    }
    try directory.write(Array(mixed.reversed()).joinedLines, to: "some")
    try Stages.run(
      ["resample", "--weights", "some", "--count", "9", "-o", "out", "--pool"] + shards,
      in: directory)
    let manifest = try directory.json("out.manifest.json")
    #expect(manifest.pool.elements.map(\.weights.int) == [10, 15, 25])
    #expect(manifest.documents.int == 50)
  }

  @Test func `Missing files can be allowed only with weights or candidates`() throws {
    let run = try Dsel.run(["resample", "--field", "q", "s0", "--allow-missing"], in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains("--allow-missing needs --weights or --candidates"))
  }
}
