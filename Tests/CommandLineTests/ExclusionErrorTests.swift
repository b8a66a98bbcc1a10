import Foundation
import TestSupport
import Testing

/// Evaluation files and options that can't be used.
@Suite struct ExclusionErrorTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func select(_ options: [String], input: Data? = nil) throws -> Dsel.Result {
    try Dsel.select(["--count", "10", "-o", "out"] + options, input: input, in: directory)
  }

  private static let long = "one two three four five six seven eight nine ten eleven twelve 13 14"

  @Test(arguments: [
    ("{\"text\":\"\(long)\"}\n{\"text\": 3}\n", "evaluation:2: the field \"text\" is a number"),
    ("{\"text\":\"\(long)\"}\nno JSON\n", "evaluation:2: not valid JSON"),
    (
      "{\"question\":\"\(long)\"}\n", "or with --exclude-text-field, for the evaluation files alone"
    ),
    ("", "the evaluation set is empty"), ("\n\n", "Check the files named with --exclude."),
    ("{\"text\":\"too short\"}\n", "the evaluation document has fewer than 8 tokens"),
    (
      "{\"text\":\"too short\"}\n{\"text\":\"\"}\n",
      "all 2 evaluation documents have fewer than 8 tokens"
    ),
  ])
  func `An evaluation file that can't be used is an error`(text: String, message: String) throws {
    try directory.write(text, to: "evaluation")
    let run = try select(["--exclude", "evaluation"])
    #expect(run.status == 1)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(!directory.exists("out"))
  }

  @Test func `Invalid lines of evaluation files can be skipped, with a warning`() throws {
    try directory.write(
      "{\"text\":\"\(Self.long)\"}\nno JSON\n{\"text\":\"a b\"}\n", to: "evaluation")
    let run = try select(
      ["--exclude", "evaluation", "--on-error", "skip", "--max-skipped", "100%"])
    #expect(run.status == 0)
    #expect(
      run.errors.contains("1 invalid line of the evaluation set was skipped"), "\(run.errors)")
    #expect(
      run.errors.contains("1 evaluation document has fewer than 8 words, and is not looked for."),
      "\(run.errors)")
    let files = try directory.json("out.manifest.json").excluded.files
    #expect(files[0].documents.int == 2)
    #expect(files[0].skipped_lines.counts == ["not_json": 1])
  }

  @Test func `An evaluation file that is missing, or named twice, is an error`() throws {
    #expect(try select(["--exclude", "missing"]).status == 1)
    try directory.write("{\"text\":\"\(Self.long)\"}\n", to: "evaluation")
    let run = try select(["--exclude", "evaluation", "./evaluation"])
    #expect(run.status == 1)
    #expect(run.errors.contains("this is the same file as evaluation"), "\(run.errors)")
  }

  @Test func `An output may not be an evaluation file`() throws {
    try directory.write("{\"text\":\"\(Self.long)\"}\n", to: "evaluation")
    let run = try Dsel.select(
      ["--count", "10", "--exclude", "evaluation", "-o", "evaluation", "--force"], in: directory)
    #expect(run.status == 1)
    #expect(try directory.read("evaluation").lines.count == 1)
    let other = try select(["--exclude", "evaluation", "--excluded", "evaluation", "--force"])
    #expect(other.status == 1)
    #expect(try directory.read("evaluation").lines.count == 1)
  }

  @Test func `Evaluation documents may come compressed, or from standard input`() throws {
    let text = try Fixtures.read("golden/exclusion/evaluation.jsonl")
    try directory.write(text, to: "plain")
    _ = try Program.shell("zstd -q plain -o small.zst && gzip -k plain", in: directory)
    var lists: [[JSON]] = []
    for (name, input) in [("plain", nil), ("small.zst", nil), ("plain.gz", nil), ("-", text)] {
      let run = try select(["--exclude", name, "--excluded", "list", "--force"], input: input)
      try #require(run.status == 0, "\(run.errors)")
      lists.append(try directory.read("list").jsonLines().map { $0.without("evaluation_file") })
    }
    #expect(!lists[0].isEmpty)
    #expect(lists.allSatisfy { $0 == lists[0] })
  }

  @Test(arguments: [
    (["--exclude-ngram", "5"], "--exclude-ngram needs --exclude"),
    (["--exclude-text-field", "a"], "--exclude-text-field needs --exclude"),
    (["--excluded", "list"], "--excluded needs --exclude or --exclude-target"),
    (["--exclude", "a", "--exclude-ngram", "0"], "--exclude-ngram must be from 1 to 1000"),
    (["--exclude", "a", "--exclude-ngram", "1001"], "--exclude-ngram must be from 1 to 1000"),
    (["--exclude", "a", "--exclude-text-field", "a[", "b"], "--exclude-text-field 'a['"),
    (["--exclude", ""], "--exclude is empty"),
    (["--exclude", "a", "--excluded", ""], "--excluded is empty"),
  ])
  func `Options without a meaning are refused`(options: [String], message: String) throws {
    let run = try select(options)
    #expect(run.status == 64)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func `Weights of all documents exclude none`() throws {
    for options in [["--exclude", "a"], ["--exclude-target"]] {
      let run = try Dsel.run(
        ["weigh", "--target-model", "a", "--pool-model", "b", "c"] + options, in: directory)
      #expect(run.status == 64)
      #expect(run.errors.contains("\(options[0]) needs --candidates"), "\(run.errors)")
    }
    let run = try Dsel.run(
      ["resample", "--weights", "a", "--pool", "c", "--excluded", "list"], in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains("--excluded needs --candidates"), "\(run.errors)")
  }

  @Test func `The summary says how many documents are excluded`() throws {
    let run = try select(["--exclude", Exclusion.path("evaluation.jsonl"), "--objective", "weight"])
    #expect(run.errors.contains("that would have been drawn"), "\(run.errors)")
    let set = try select(["--exclude", Exclusion.path("evaluation.jsonl"), "--force"])
    #expect(set.errors.contains("that would have been candidates"), "\(set.errors)")
  }

  /// The search for a size excludes too, and the selection of that size counts.
  @Test func `A size that is searched for is of documents that aren't excluded`() throws {
    let run = try Dsel.select(
      [
        "--count", "auto", "--auto-limit", "200", "-o", "out", "--exclude",
        Exclusion.path("evaluation.jsonl"), "--excluded", "list",
      ], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    let matching = try Exclusion.matching(tokenizer: "words")
    #expect(try directory.read("out").lines.allSatisfy { !matching.contains($0) })
  }
}
