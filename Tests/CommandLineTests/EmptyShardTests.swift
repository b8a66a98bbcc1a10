import Foundation
import TestSupport
import Testing

/// A filter may leave a shard empty: the distributed steps accept it as `select` does.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct EmptyShardTests {
  private let directory: TemporaryDirectory

  /// Every kind of empty shard.
  private static let empty = ["none.jsonl", "none.zst", "none.gz", "blank.jsonl", "blank.zst"]

  init() throws {
    directory = try TemporaryDirectory()
    let lines = try Fixtures.crawlText().rawLines
    try directory.write(Array(lines.prefix(300)).joinedLines, to: "p.jsonl")
    let blank = Data("\n \t\n\r\n".utf8)
    try directory.write("", to: "none.jsonl")
    try directory.write(Containers.zstd(Data(), in: directory), to: "none.zst")
    try directory.write(Containers.gzip(Data(), in: directory), to: "none.gz")
    try directory.write(blank, to: "blank.jsonl")
    try directory.write(Containers.zstd(blank, in: directory), to: "blank.zst")
  }

  private static let fit = ["fit"] + Stages.buckets
  private static let emptyModel =
    "warning: the model is empty: none of the files has a document. It can be merged with others, but it "
    + "can't be used alone.\n"

  @Test(arguments: empty)
  func
    `An empty shard's model, candidates and weights are empty, with a warning, and merge as nothing`(
      name: String
    ) throws
  {
    let warning = "warning: empty: \(name). Check that nothing was lost.\n"
    let fitted = try Dsel.run(Self.fit + [name, "-o", "e.model", "--quiet"], in: directory)
    #expect(fitted.status == 0)
    #expect(fitted.errors == warning + Self.emptyModel)
    #expect(try directory.json("e.model").documents.int == 0)
    try Stages.run(Self.fit + ["p.jsonl", "-o", "p.model"], in: directory)
    try Stages.run(Self.fit + [Fixtures.wiki, "-o", "t.model"], in: directory)
    try Stages.run(["merge", "p.model", "e.model", "-o", "pool.model"], in: directory)
    let both = try Dsel.run(Self.fit + ["p.jsonl", name, "-o", "both", "--quiet"], in: directory)
    #expect(both.errors == warning)
    #expect(try directory.read("pool.model") == directory.read("both"))

    let weigh = ["weigh", "--target-model", "t.model", "--pool-model", "pool.model"]
    for (output, options) in [("w", []), ("c", ["--candidates", "20", "--objective", "weight"])] {
      let run = try Dsel.run(
        weigh + [name, "-o", "e.\(output)", "--quiet"] + options, in: directory)
      #expect(run.status == 0)
      #expect(run.errors == warning)
      try Stages.run(weigh + ["p.jsonl", "-o", "p.\(output)"] + options, in: directory)
      try Stages.run(weigh + ["p.jsonl", name, "-o", "both.\(output)"] + options, in: directory)
    }
    #expect(try directory.read("e.w").isEmpty)
    #expect(try directory.json("e.w.manifest.json").effective_sample_size.elements == [.number(0)])
    #expect(try directory.read("both.w") == directory.read("p.w"))
    try Stages.run(["merge", "e.c", "p.c", "-o", "all.c"], in: directory)
    #expect(try directory.read("all.c") == directory.read("both.c"))

    let pool = ["--pool", "p.jsonl", name]
    let selected = try Dsel.run(
      ["select", "--target", Fixtures.wiki, "--count", "20", "--quiet", "--objective", "weight"]
        + Stages.buckets + pool, in: directory)
    #expect(selected.status == 0 && selected.output.rawLines.count == 20)
    #expect(selected.errors == warning)
    for source in [["--candidates", "all.c"], ["--weights", "p.w", "e.w", "--count", "20"]] {
      let drawn = try Dsel.run(["resample", "--quiet"] + source + pool, in: directory)
      #expect(drawn.output == selected.output, "\(source): \(drawn.errors)")
      let ofWeights = "warning: empty: e.w. Check that nothing was lost.\n" + warning
      #expect(drawn.errors == (source.contains("e.w") ? ofWeights : ""))
    }
    let alone = try Stages.run(
      ["resample", "--candidates", "all.c", "--pool", name, "--remainder", "rest"], in: directory)
    #expect(alone.isEmpty)
    #expect(try directory.read("rest").isEmpty)
  }

  @Test func `A shard without a token is fitted with a warning`() throws {
    try directory.write("{\"text\": \" \"}\n", to: "spaces")
    let run = try Dsel.run(Self.fit + ["spaces", "-o", "m", "--quiet"], in: directory)
    #expect(run.status == 0)
    #expect(
      run.errors
        == "warning: the model is empty: the documents have no word (check --text-field). It can be merged "
        + "with others, but it can't be used alone.\n")
  }

  @Test func `Empty models can't weigh, and empty files can't be drawn from`() throws {
    try Stages.run(Self.fit + ["none.jsonl", "-o", "e.model"], in: directory)
    try Stages.run(Self.fit + ["p.jsonl", "-o", "p.model"], in: directory)
    let names = directory.names
    for models in [("e.model", "p.model"), ("p.model", "e.model")] {
      let run = try Dsel.run(
        ["weigh", "p.jsonl", "-o", "w", "--target-model", models.0, "--pool-model", models.1],
        in: directory)
      #expect(run.status == 1)
      #expect(
        run.errors
          == "e.model: the model has no documents: all files that it was fitted to are empty. Fit it "
          + "to files that have documents, or merge it with other models by 'dsel merge'.\n"
      )
      #expect(directory.names == names)
    }
    let weigh = ["weigh", "none.jsonl", "--target-model", "p.model", "--pool-model", "p.model"]
    try Stages.run(weigh + ["-o", "w"], in: directory)
    try Stages.run(weigh + ["-o", "c", "--candidates", "5"], in: directory)
    for (source, message) in [
      (["--weights", "w"], "the weights are empty: no document in any of the files"),
      (
        ["--candidates", "c"],
        "c: 300 documents are missing: the candidates come from 0 documents in 1 file"
      ),
      (
        ["--candidates", "c", "--allow-missing"], "the candidates are empty: no document in any of"
      ),
    ] {
      let run = try Dsel.run(
        ["resample", "--pool", "none.jsonl", "-o", "out"] + source, in: directory)
      #expect(run.status == 1 && !directory.exists("out"))
      #expect(run.errors.contains(message), "\(run.errors)")
    }
    for role in ["target", "pool"] {
      let other = role == "target" ? "pool" : "target"
      let run = try Dsel.run(
        ["select", "--\(role)", "none.zst", "--\(other)", "p.jsonl", "-o", "out"], in: directory)
      #expect(run.status == 1)
      #expect(run.errors.contains("the \(role) is empty: no document in any of the files. Check"))
    }
  }

  @Test func `Empty files are reported for a draw by a field`() throws {
    try directory.write("{\"text\": \"a\", \"q\": 1}\n", to: "q.jsonl")
    let run = try Dsel.run(
      ["resample", "--field", "q", "q.jsonl"] + Self.empty + ["--count", "1", "--quiet"],
      in: directory)
    #expect(run.status == 0)
    #expect(run.errors == "warning: empty: none.jsonl and 4 more. Check that nothing was lost.\n")
  }
}
