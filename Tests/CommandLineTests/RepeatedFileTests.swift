import Foundation
import TestSupport
import Testing

/// A file that is named twice would count twice.
///
/// It is refused in any spelling, unless repeats are allowed.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct RepeatedFileTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    for name in ["a", "b"] {
      let lines = (0..<30).map { "{\"text\": \"the document \($0) of \(name)\", \"q\": \($0)}\n" }
      try directory.write(lines.joined(), to: "\(name).jsonl")
    }
    let files = FileManager.default
    try files.linkItem(atPath: directory.path("a.jsonl"), toPath: directory.path("hard"))
    try files.createSymbolicLink(atPath: directory.path("soft"), withDestinationPath: "a.jsonl")
  }

  private static let models = ["fit", "--buckets", "64", "--min-tokens", "0"]

  /// Each command that reads documents, with `X` in the place of files.
  static let commands = [
    "fit X -o out", "select --min-tokens 0 --target X --pool b.jsonl -o out",
    "select --min-tokens 0 --target b.jsonl --pool X -o out",
    "select --min-tokens 0 --target one=b.jsonl --target two=L --pool b.jsonl -o out",
    "weigh X --target-model t --pool-model p -o out",
    "resample X --field q -o out", "compare --target X --selected b.jsonl",
    "compare --target b.jsonl --selected X", "compare --target b.jsonl --selected b.jsonl --pool X",
    "compare --target b.jsonl --selected b.jsonl --heldout X",
    "compare --target b.jsonl --selected b.jsonl --heldout b.jsonl --beside L",
    "explain --target b.jsonl --pool b.jsonl X",
  ]

  private func arguments(_ command: String, _ files: [String]) -> [String] {
    command.split(separator: " ").map(String.init).flatMap { part in
      switch part {
      case "X": files
      case "two=L": ["two=\(files.joined(separator: ","))"]
      case "L": [files.joined(separator: ",")]
      default: [part]
      }
    }
  }

  private func fitModels() throws {
    try Stages.run(Self.models + ["b.jsonl", "-o", "t"], in: directory)
    try Stages.run(Self.models + ["a.jsonl", "b.jsonl", "-o", "p"], in: directory)
  }

  @Test(arguments: commands)
  func
    `A file that is named twice is refused in whatever spelling, and read twice if that is meant`(
      command: String
    ) throws
  {
    try fitModels()
    let names = directory.names
    for (other, message) in [
      ("a.jsonl", "a.jsonl: the file is named twice, and would count twice. Name it once, or add"),
      ("./a.jsonl", "./a.jsonl: this is the same file as a.jsonl, and would count twice."),
      ("hard", "hard: this is the same file as a.jsonl"),
      ("soft", "soft: this is the same file as a.jsonl"),
    ] {
      let arguments = arguments(command, ["a.jsonl", other])
      let run = try Dsel.run(arguments, in: directory)
      #expect(run.status == 1 && run.output.isEmpty, "\(arguments): \(run.errors)")
      #expect(run.errors.contains(message), "\(run.errors)")
      #expect(directory.names == names)
    }
    // Following the advice works.
    let allowed = try Dsel.run(
      arguments(command, ["a.jsonl", "a.jsonl"]) + ["--allow-repeats", "--quiet"], in: directory)
    #expect(allowed.status == 0, "\(allowed.errors)")
    let once = try Dsel.run(
      arguments(command, ["a.jsonl"]) + ["--quiet"]
        + (directory.exists("out") ? ["--force"] : []), in: directory)
    #expect(once.status == 0, "\(once.errors)")
  }

  @Test func `A document that is read twice counts twice`() throws {
    try Stages.run(
      Self.models + ["a.jsonl", "a.jsonl", "-o", "m", "--allow-repeats"], in: directory)
    #expect(try directory.json("m").documents.int == 60)
    try Stages.run(
      ["resample", "--field", "q", "a.jsonl", "./a.jsonl", "--allow-repeats", "--count", "60"]
        + ["--duplicates", "keep", "-o", "all"], in: directory)
    #expect(try directory.read("all").rawLines.count == 60)
  }

  @Test func `One file may be target, pool and selection at once`() throws {
    for command in [
      ["select", "--target", "a.jsonl", "--pool", "a.jsonl", "--min-tokens", "0", "-o", "out"],
      ["compare", "--target", "a.jsonl", "--selected", "a.jsonl", "--pool", "a.jsonl"],
      ["explain", "--target", "a.jsonl", "--pool", "a.jsonl", "a.jsonl"],
    ] {
      let run = try Dsel.run(command, in: directory)
      #expect(run.status == 0, "\(run.errors)")
    }
  }

  @Test func `Standard input and its file are one file`() throws {
    let run = try Program.shell("exec \"$0\" fit - a.jsonl -o m < a.jsonl", in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("a.jsonl: this is the same file as standard input"))
  }

  @Test func `A file with the same bytes under another name is reported`() throws {
    try directory.write(directory.read("a.jsonl"), to: "copy")
    try directory.write(directory.read("b.jsonl"), to: "other")
    let several = try Dsel.run(
      ["fit", "a.jsonl", "b.jsonl", "copy", "other", "-o", "m", "--quiet"], in: directory)
    #expect(
      several.errors
        == "warning: copy has the same bytes as a.jsonl (and 1 more such file): its documents count twice. Leave one of "
        + "them out.\n")
    try FileManager.default.removeItem(atPath: directory.path("m"))
    for command in [
      ["fit", "a.jsonl", "b.jsonl", "copy", "-o", "m", "--quiet"],
      ["select", "--target", "b.jsonl", "--pool", "a.jsonl", "copy", "--min-tokens", "0"]
        + ["-o", "out", "--quiet"],
    ] {
      let run = try Dsel.run(command, in: directory)
      #expect(run.status == 0)
      #expect(
        run.errors
          == "warning: copy has the same bytes as a.jsonl: its documents count twice. Leave one of them out.\n"
      )
    }
  }

  @Test func `Candidates of each file are kept once`() throws {
    try fitModels()
    let weigh = ["weigh", "--target-model", "t", "--pool-model", "p", "--candidates", "5"]
    let run = try Dsel.run(
      weigh + ["a.jsonl", "b.jsonl", "./a.jsonl", "-o", "kept"], in: directory)
    #expect(run.status == 1 && !directory.exists("kept"))
    #expect(run.errors == "./a.jsonl: this is the same file as a.jsonl. Name it once.\n")
    let refused = try Dsel.run(weigh + ["a.jsonl", "--allow-repeats"], in: directory)
    #expect(refused.status == 64)
    #expect(refused.errors.contains("--allow-repeats can't be used with --candidates"))
    for (name, path) in [("one", "a.jsonl"), ("two", "./a.jsonl")] {
      try Stages.run(weigh + [path, "-o", name], in: directory)
    }
    let merged = try Dsel.run(["merge", "one", "two", "-o", "m"], in: directory)
    #expect(merged.status == 1)
    #expect(merged.errors.contains("two: an earlier file also has the candidates of ./a.jsonl"))
    let pool = try Dsel.run(
      ["resample", "--candidates", "one", "--allow-missing", "--pool", "a.jsonl", "hard"],
      in: directory)
    #expect(pool.status == 1)
    #expect(pool.errors == "hard: this is the same file as a.jsonl. Name it once.\n")
    let candidates = try Dsel.run(
      ["resample", "--candidates", "one", "one", "--pool", "a.jsonl"], in: directory)
    #expect(candidates.status == 1)
    #expect(candidates.errors == "one: the file is named twice. Name it once.\n")
  }

  @Test(arguments: ["drop", "keep"])
  func `Two weights of one document are refused, wherever they are`(duplicates: String) throws {
    try fitModels()
    let weigh = ["weigh", "--target-model", "t", "--pool-model", "p", "a.jsonl", "b.jsonl"]
    try Stages.run(weigh + ["-o", "w"], in: directory)
    try directory.write(directory.read("w"), to: "copy")
    let lines = try directory.read("w").rawLines
    try directory.write((lines + [lines[40]]).joinedLines, to: "one-more")
    let draw = ["--pool", "a.jsonl", "b.jsonl", "--min-tokens", "0", "--duplicates", duplicates]
    let size = ["--count", "60", "-o", "out"]
    // The 11th line of b.jsonl: "{"text": "the document 0 of b", "q": 0}" and a line end are 40
    // bytes.
    for (weights, place) in [
      (["w", "copy"], "a.jsonl: the document at byte 0 has"),
      (["one-more"], "b.jsonl: the document at byte 400 has"),
    ] {
      let run = try Dsel.run(["resample", "--weights"] + weights + draw + size, in: directory)
      #expect(run.status == 1 && !directory.exists("out"))
      #expect(run.errors.contains("\(place) two lines of weights"), "\(run.errors)")
    }
    let twice = try Dsel.run(["resample", "--weights", "w", "./w"] + draw + size, in: directory)
    #expect(twice.status == 1)
    #expect(twice.errors.contains("./w: this is the same file as w, and would count twice."))
    let allowed = try Dsel.run(
      ["resample", "--weights", "w", "copy"] + draw + size + ["--allow-repeats"], in: directory)
    #expect(allowed.status == 0, "\(allowed.errors)")
  }
}
