import Foundation
import TestSupport
import Testing

/// `--objective`, and what belongs to a set.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct ObjectiveTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static let rivals = [
    ["--top-k"], ["--compat", "dsir"], ["--temperature", "2"], ["--temperature", "auto"],
    ["--logistic-share", "0.1"], ["--estimator", "ratio"], ["--duplicates", "keep"],
  ]

  @Test(arguments: rivals + [["--ngrams", "1"]])
  func `What only a draw by weight has implies it, with a note`(options: [String]) throws {
    let size = ["--count", "20"]
    let run = try Dsel.select(options + size + ["-o", "implied"], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    let option = options == ["--ngrams", "1"] ? "--ngrams" : Self.name(options)
    let note = "note: with \(option), documents are drawn by weight (--objective weight).\n"
    #expect(run.errors.hasPrefix(note), "\(run.errors)")
    let manifest = try JSON(directory.read("implied.manifest.json"))
    #expect(manifest.settings.objective.name.string == "weight")
    let explicit = try Dsel.select(
      options + size + ["--objective", "weight", "-q"], in: directory)
    #expect(explicit.errors.isEmpty)
    #expect(try directory.read("implied") == explicit.output)
  }

  /// The option as messages name it.
  private static func name(_ options: [String]) -> String {
    ["--estimator", "--duplicates"].contains(options[0])
      ? options.joined(separator: " ") : options[0]
  }

  @Test(arguments: rivals)
  func `A set refuses them`(options: [String]) throws {
    let run = try Dsel.select(options + ["--count", "20", "--objective", "set"], in: directory)
    #expect(run.status == 64)
    let message =
      "Error: --objective set can't be used with \(Self.name(options)), which only a draw by weight "
      + "has. Leave one of them out.\n"
    #expect(run.errors.hasPrefix(message), "\(run.errors)")
  }

  @Test(arguments: [["--purity", "0.5"], ["--noise", "0"], ["--base", "x"]])
  func `A draw by weight refuses what belongs to a set`(options: [String]) throws {
    let option = options[0]
    let cases = [
      (["--objective", "weight"], "--objective weight: only a set has it. Leave one of them out."),
      (
        ["--objective", "weight", "--top-k"],
        "--objective weight: only a set has it. Leave one of them out."
      ),
      (
        ["--top-k"],
        "--top-k: only a set has \(option), and only a draw by weight has --top-k. Leave one of them "
          + "out."
      ),
      (
        ["--ngrams", "3"],
        "--ngrams: only a set has \(option), and with --ngrams, documents are drawn by weight unless "
          + "you ask for a set. Leave one of them out, or add --objective set."
      ),
    ]
    for (weight, message) in cases {
      let run = try Dsel.select(options + weight + ["--count", "20"], in: directory)
      #expect(run.status == 64)
      let expected = "Error: \(option) can't be used with \(message)\n"
      #expect(run.errors.hasPrefix(expected), "\(run.errors)")
    }
  }

  @Test func `The advice to add --objective set helps`() throws {
    let run = try Dsel.select(
      ["--ngrams", "3", "--purity", "0.5", "--count", "20", "--objective", "set", "-q"],
      in: directory)
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
  }

  @Test func `A purity of 1 takes the largest keys, as a draw by weight does`() throws {
    let pure = try Dsel.select(["--count", "50", "--purity", "1", "-q"], in: directory)
    let byWeight = try Dsel.select(
      ["--count", "50", "--objective", "weight", "--logistic-share", "0", "-q"], in: directory)
    #expect(pure.errors.isEmpty && pure.output == byWeight.output)
    let usual = try Dsel.select(["--count", "50", "-q"], in: directory)
    #expect(usual.output != pure.output)
  }

  @Test func `The manifest and the summary tell how a set was chosen`() throws {
    let run = try Dsel.select(
      ["--count", "50", "--purity", "0.25", "--noise", "0", "-o", "set", "-v"], in: directory)
    let manifest = try JSON(directory.read("set.manifest.json"))
    let objective = manifest.settings.objective
    #expect(objective.name.string == "set")
    #expect(objective.purity.number == 0.25 && objective.noise.number == 0)
    // At least 10,000 documents are candidates, and the fixture has fewer that are eligible.
    #expect(manifest.selected.candidates.int == 1309)
    #expect(manifest.eligible_documents.int == 1309)
    #expect(
      run.errors.contains(
        "chosen as a set among the 1,309 documents with the largest keys, with purity 0.25"),
      "\(run.errors)")
  }

  @Test func `Annotations tell what the set would lose`() throws {
    try directory.write(#"{"text":"x x y"}"#, to: "target.jsonl")
    // The third document is no use, and isn't chosen.
    try directory.write(
      ["x y", "x x", "z z"].map { "{\"text\":\"\($0)\"}\n" }.joined(), to: "pool.jsonl")
    let run = try Dsel.select(
      pool: ["pool.jsonl"], target: "target.jsonl",
      ["--count", "2", "--min-tokens", "0", "--purity", "0", "--noise", "0", "--annotate", "-q"],
      in: directory)
    let lines = try run.output.lines.map { try JSON(Data($0.utf8)) }
    try #require(lines.map(\.text.string) == ["x y", "x x"], "\(run.errors)")
    // The target has x twice, and y, "x x" and "x y" once: p is 2/3 and 1/3, and W is 5/3. The set
    // has x three times, and the others once. With a = 0.1, the first document adds x, y and "x y",
    // and the second x twice, and "x x".
    let first = (2 * log(3.1 / 2.1) + 2 * log(1.1 / 0.1)) / 5
    let second = (2 * log(3.1 / 1.1) + log(1.1 / 0.1)) / 5
    for (line, expected) in zip(lines, [first, second]) {
      let gain = try #require(line.dsel.gain.number)
      #expect(abs(gain - expected) < 1e-12)
    }
  }

  @Test func `A set completes what a base has`() throws {
    let words = { (kind: String) in
      (0..<200).map { number in
        let text = (0..<20).map { "\(kind)\(($0 * 7 + number * 3) % 50)" }.joined(separator: " ")
        return "{\"text\":\"\(text)\"}\n"
      }.joined()
    }
    try directory.write(words("apple"), to: "apples.jsonl")
    try directory.write(words("pear"), to: "pears.jsonl")
    try directory.write(words("apple") + words("pear"), to: "both.jsonl")
    try Stages.run(["fit", "apples.jsonl", "-o", "apples.model"], in: directory)
    let apples = { (options: [String]) in
      let run = try Dsel.select(
        pool: ["both.jsonl"], target: "both.jsonl",
        ["--count", "40", "--min-tokens", "0", "-q"] + options, in: directory)
      try #require(run.status == 0, "\(run.errors)")
      return run.output.lines.count { $0.contains("apple") }
    }
    #expect((15...25).contains(try apples([])))
    #expect(try apples(["--base", "apples.model"]) < 5)
    // Beside 40 documents, the n-grams of a tenth of a document hardly matter.
    #expect((15...25).contains(try apples(["--base", "apples.model", "--base-tokens", "2"])))
  }

  @Test func `A base must have the features of the run`() throws {
    try Stages.run(["fit", Fixtures.wiki, "--ngrams", "3", "-o", "three.model"], in: directory)
    let run = try Dsel.select(["--count", "20", "--base", "three.model"], in: directory)
    #expect(run.status == 1)
    #expect(
      run.errors == "three.model: it was fitted with --ngrams 3, but this run with --ngrams 2. Run "
        + "'dsel fit' again with the options of this run, or change them here.\n")
  }
}
