import Foundation
import TestSupport
import Testing

/// What `dsel plan` refuses, and that it needs no file to be read.
@Suite struct PlanTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static let select = "select --target t.jsonl --pool a.jsonl b.jsonl"

  private static let refused: [(line: String, message: String)] = [
    ("plan", "The selection is missing. Write 'dsel plan select …'"),
    ("plan fit t.jsonl", "Only 'dsel select' can be planned."),
    ("plan --format ninja \(select)", "'ninja' is invalid"),
    ("plan --stage 2 \(select) --count 5 --output-dir out", "--stage needs --format commands."),
    (
      "plan --format commands --stage 8 \(select) --count 5 --output-dir out",
      "--stage must be from 1 to 7"
    ),
    ("plan \(select) --output-dir out", "A plan needs --count, --tokens or --bytes"),
    ("plan \(select) --fraction 0.2 --output-dir out", "A plan needs --count, --tokens or --bytes"),
    ("plan \(select) --count auto --output-dir out", "--count auto can't be used in a plan"),
    ("plan \(select) --count 5", "A plan needs --output-dir"),
    ("plan \(select) --count 5 -o out.jsonl", "--output can't be used in a plan"),
    ("plan \(select) --count 5 --output-dir out --annotate", "--annotate can't be used in a plan"),
    ("plan \(select) --count 5 --output-dir out --shuffle", "--shuffle can't be used in a plan"),
    (
      "plan \(select) --count 5 --output-dir out --report r.html",
      "--report can't be used in a plan: none of its commands reads both the pool and the choice."
    ),
    (
      "plan \(select) --count 5 --output-dir out --on-error skip --rejects r",
      "--rejects can't be used in a plan"
    ),
    (
      "plan select --target t.jsonl --pool - --count 5 --output-dir out",
      "A plan needs files: standard input (-) can be read only once."
    ),
    (
      "plan select --target t.jsonl --pool a.parquet --count 5 --output-dir out",
      "The rows of 'a.parquet' can't be copied by 'dsel'."
    ),
    ("plan \(select) --cuont 5 --output-dir out", "Did you mean --count?"),
    ("plan \(select) --count 5 --count 6 --output-dir out", "--count"),
    ("plan \(select) --count 5 --output-dir out --purity 2", "--purity"),
    (
      "plan --two-rounds \(select) --count 5 --output-dir out --objective weight",
      "--two-rounds is for a set without --stratify"
    ),
    (
      "plan --two-rounds \(select) --count 5 --output-dir out --stratify field",
      "--two-rounds is for a set without --stratify"
    ),
    ("plan --task-bytes 0 \(select) --count 5 --output-dir out", "--task-bytes must be at least 1"),
    ("plan --task-bytes -1 \(select) --count 5 --output-dir out", "it is negative. Write a number"),
    ("plan --task-bytes none \(select) --count 5 --output-dir out", "--task-bytes"),
    ("plan \(select) --count 5 --output-dir o#t", "Make can't take 'o#t' as a name."),
  ]

  @Test("What can't be planned is refused by its name", arguments: refused)
  func refusal(line: String, message: String) throws {
    for name in ["t.jsonl", "a.jsonl", "b.jsonl", "a.parquet"] {
      try directory.write("", to: name)
    }
    let run = try Dsel.run(line.split(separator: " ").map(String.init), in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(run.errors.contains("\nUsage: dsel plan [<options>] select"), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test("A plan has a command for each shard, in the order of their names")
  func commands() throws {
    for name in ["t.jsonl", "a.jsonl", "b.jsonl"] { try directory.write("{}", to: name) }
    let line =
      "plan --format commands --task-bytes 1 --stage 2 \(Self.select) --count 5 --output-dir out "
      + "--threads 3"
    let run = try Dsel.run(line.split(separator: " ").map(String.init), in: directory)
    #expect(run.status == 0, "\(run.errors)")
    let lines = String(decoding: run.output, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 3)
    for (line, file) in zip(lines, ["t.jsonl", "a.jsonl", "b.jsonl"]) {
      #expect(line.contains(" || dsel fit \(file) --threads=3 --quiet --output=work/"))
    }
  }

  @Test("Small shards are read together, and those of unknown size by themselves")
  func parts() throws {
    // Plain bytes count a third: 90 and 30 are 40 together, which 40 allows, and not 39.
    for (name, size) in [("t.jsonl", 1), ("a.jsonl", 90), ("b.jsonl", 30)] {
      try directory.write(String(repeating: "a", count: size), to: name)
    }
    for (bytes, files) in [
      (40, ["a.jsonl b.jsonl", "none.jsonl"]), (39, ["a.jsonl", "b.jsonl", "none.jsonl"]),
    ] {
      let line =
        "plan --format commands --task-bytes \(bytes) --stage 2 \(Self.select) none.jsonl --count 5 "
        + "--output-dir out"
      let run = try Dsel.run(line.split(separator: " ").map(String.init), in: directory)
      let lines = String(decoding: run.output, as: UTF8.self).split(separator: "\n")
      #expect(run.status == 0 && lines.count == 1 + files.count, "\(run.errors)")
      for (line, files) in zip(lines.dropFirst(), files) {
        #expect(line.contains(" || dsel fit \(files) --threads=1 "))
      }
    }
  }

  @Test("A base of other features is refused before anything is printed")
  func otherBase() throws {
    for name in ["t.jsonl", "a.jsonl", "b.jsonl"] {
      try directory.write("{\"text\":\"a b c\"}\n", to: name)
    }
    let fit = try Dsel.run(["fit", "t.jsonl", "--buckets", "500", "-o", "base"], in: directory)
    #expect(fit.status == 0)
    let line = "plan \(Self.select) --count 5 --output-dir out --base"
    for (base, message) in [("base", "base: it was fitted with --buckets 500"), ("none", "none:")] {
      let run = try Dsel.run(
        (line + " \(base)").split(separator: " ").map(String.init), in: directory)
      #expect(run.status == 1 && run.output.isEmpty)
      #expect(run.errors.contains(message), "\(run.errors)")
    }
  }

  @Test("Help of a planned command is its own")
  func help() throws {
    let run = try Dsel.run(["plan", "select", "--help"], in: directory)
    #expect(run.status == 0)
    #expect(String(decoding: run.output, as: UTF8.self).contains("USAGE: dsel select"))
  }
}
