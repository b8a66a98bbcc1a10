import Foundation
import TestSupport
import Testing

/// `dsel compare --heldout`, against an independent implementation and the judge of the project.
///
/// The implementation is in Python: `Fixtures/golden/method/heldout.py`.
@Suite struct HeldoutTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func compare(
    _ options: [String], target: String = Fixtures.wiki, input: Data? = nil
  ) throws -> JSON {
    let run = try Dsel.run(
      ["compare", "--target", target] + options + ["--json"], input: input, in: directory)
    #expect(run.status == 0, "\(run.errors)")
    return try JSON(run.output)
  }

  // MARK: Golden values

  /// One entry of heldout.json.
  struct Expected: Sendable, CustomTestStringConvertible {
    var json: JSON
    var testDescription: String { "\(json.settings)" }

    static let all: [Expected] = {
      guard let json = try? JSON(Fixtures.read("golden/method/heldout.json")) else { return [] }
      return json.runs.elements.map(Expected.init)
    }()
  }

  /// Writes a set of documents: those of a file from the first on, in steps.
  private func write(_ documents: JSON, to name: String) throws {
    let lines =
      documents[0].string == "wiki"
      ? try Fixtures.read("wiki.jsonl").lines : try Fixtures.crawlText().lines
    let (first, step) = (try #require(documents[1].int), try #require(documents[2].int))
    let chosen = stride(from: first, to: lines.count, by: step).map { lines[$0] + "\n" }
    try directory.write(chosen.joined(), to: name)
  }

  @Test(arguments: Expected.all)
  func `Figures match those of the independent implementations`(expected: Expected) throws {
    let settings = expected.json.settings
    try write(settings.selected, to: "selected.jsonl")
    try write(settings.heldout, to: "heldout.jsonl")
    let record = try compare(
      [
        "--selected", "selected.jsonl", "--heldout", "heldout.jsonl", "--heldout-tokens",
        settings.limit.int.map { "\($0)" } ?? "all", "--seed", settings.seed.string ?? "",
        "--shuffles", "\(settings.shuffles.int ?? 0)",
      ])
    let found = record.heldout.selected
    let runs = expected.json.found.elements
    let bits = runs.compactMap(\.bits_per_byte.number)
    let perplexities = runs.compactMap(\.perplexity.number)
    let count = Double(runs.count)
    try expectNear(found.bits_per_byte, bits.reduce(0, +) / count)
    try expectNear(found.spread.bits_per_byte.smallest, bits.min())
    try expectNear(found.spread.bits_per_byte.largest, bits.max())
    try expectNear(found.perplexity, exp(perplexities.map { log($0) }.reduce(0, +) / count))
    try expectNear(found.spread.perplexity.smallest, perplexities.min())
    try expectNear(found.spread.perplexity.largest, perplexities.max())
    #expect(found.tokens.int == runs.compactMap(\.tokens.int).max())
    #expect(found.shuffles.int == runs.count)
    #expect(record.heldout.token_limit == settings.limit)
    let judged = expected.json.evaluate
    guard !judged.isNull else { return }
    #expect(found.tokens == judged.tokens && found.documents == judged.documents)
    // It prints bits per byte with five decimals, and perplexity with two.
    try expectNear(found.bits_per_byte, judged.bits_per_byte.number, tolerance: 0.5e-5 / 0.4)
    try expectNear(found.perplexity, judged.perplexity.number, tolerance: 0.5e-2 / 35)
  }

  /// Both sum logarithms of the same probabilities, in different orders.
  private func expectNear(
    _ found: JSON, _ expected: Double?, tolerance: Double = 1e-9
  ) throws {
    let (one, other) = (try #require(found.number), try #require(expected))
    #expect(abs(one - other) <= tolerance * other, "\(one) and \(other)")
  }

  // MARK: Several selections

  @Test func `Selections and baseline are trained on as many tokens as the smallest has`() throws {
    let lines = try Fixtures.crawlText().lines
    for (name, range) in [("s", 0..<200), ("one", 200..<260), ("two", 260..<290), ("l", 300..<600)]
    {
      try directory.write(lines[range].map { $0 + "\n" }.joined(), to: name)
    }
    let options = [
      "--selected", "s", "--beside", "one,two", "--beside", "l", "--heldout", Fixtures.wiki,
    ]
    let found = try compare(options + ["--pool", Fixtures.crawl]).heldout
    let others = found.others.elements
    #expect(others.map { $0.inputs.elements.map(\.path.string) } == [["one", "two"], ["l"]])
    #expect(others.map(\.available_documents.int) == [90, 300])
    let limit = try #require(others[0].available_tokens.int)
    #expect(found.token_limit.int == limit)
    // All of the smallest selection is used, so that its order makes no difference.
    #expect(others[0].documents.int == 90 && others[0].tokens.int == limit)
    #expect(others[0].shuffles.int == 1 && others[1].shuffles.int == 3)
    for side in [found.selected, others[1], found.random_arm] {
      let tokens = try #require(side.tokens.int)
      #expect(tokens >= limit && tokens < limit + 3_000)
      #expect(side.shuffles.int == 3)
      let (smallest, largest) = (
        side.spread.bits_per_byte.smallest, side.spread.bits_per_byte.largest
      )
      let mean = try #require(side.bits_per_byte.number)
      #expect(try #require(smallest.number) < mean && mean < (try #require(largest.number)))
    }
    #expect(found.random_arm.available_tokens.isNull && found.random_arm.inputs.isNull)
    // Each selection has the figures that it has alone.
    let alone = try compare([
      "--selected", "l", "--heldout", Fixtures.wiki, "--heldout-tokens", "\(limit)",
    ])
    for figure in ["bits_per_byte", "perplexity", "spread", "tokens", "documents"] {
      #expect(alone.heldout.selected[figure] == others[1][figure])
    }
  }

  @Test func `The baseline is what a selection of the whole pool would be`() throws {
    let options = ["--heldout", Fixtures.wiki, "--heldout-tokens", "20000", "--shuffles", "5"]
    let found = try compare(
      ["--selected", Fixtures.crawl, "--pool", Fixtures.crawl] + options)
    let (selected, random) = (found.heldout.selected, found.heldout.random_arm)
    for figure in ["bits_per_byte", "perplexity", "spread", "tokens", "documents", "shuffles"] {
      #expect(selected[figure] == random[figure], "\(figure)")
    }
    #expect(random.shuffles.int == 5)
  }

  @Test func `A pool of few long documents among short ones still gives enough tokens`() throws {
    let long = String(repeating: "word other ", count: 3_000)
    let lines = (0..<3_000).map { number in
      "{\"text\":\"\(number)\(number % 1_000 == 0 ? " " + long : "")\"}\n"
    }
    try directory.write(lines.joined(), to: "pool.jsonl")
    let found = try compare([
      "--selected", Fixtures.wiki, "--pool", "pool.jsonl", "--heldout", Fixtures.wiki,
      "--heldout-tokens", "10000",
    ])
    #expect(try #require(found.heldout.random_arm.tokens.int) >= 10_000)
  }

  @Test func `Nothing changes with threads, shards and pipes`() throws {
    let lines = try Fixtures.crawlText().lines
    let half = lines.count / 2
    try directory.write(lines[..<half].map { $0 + "\n" }.joined(), to: "one.jsonl")
    try directory.write(lines[half...].map { $0 + "\n" }.joined(), to: "two.jsonl")
    func found(_ selected: [String], _ pool: [String], _ threads: Int, input: Data? = nil) throws
      -> JSON
    {
      try compare(
        ["--selected"] + selected + ["--pool"] + pool
          + ["--heldout", Fixtures.wiki, "--heldout-tokens", "30k", "--threads", "\(threads)"],
        input: input
      ).heldout
    }
    let expected = try found(["two.jsonl", "one.jsonl"], ["one.jsonl", "two.jsonl"], 1)
    #expect(try found(["one.jsonl", "two.jsonl"], ["two.jsonl", "one.jsonl"], 3) == expected)
    let all = try Fixtures.crawlText()
    #expect(try found(["-"], [Fixtures.crawl], 2, input: all) == expected)
    #expect(try found([Fixtures.crawl], ["-"], 2, input: all) == expected)
    let others = try compare([
      "--selected", Fixtures.crawl, "--heldout", Fixtures.wiki, "--heldout-tokens", "30k", "--seed",
      "1",
    ])
    #expect(others.heldout.selected.bits_per_byte != expected.selected.bits_per_byte)
  }

  // MARK: Reports

  @Test func `Without held-out text nothing of it is reported`() throws {
    let found = try compare(["--selected", Fixtures.wiki])
    #expect(found.heldout.isNull && found.settings.heldout_tokens.isNull)
    #expect(found.settings.shuffles.isNull)
  }

  @Test func `Text shows the figures with their range`() throws {
    let run = try Dsel.run(
      [
        "compare", "--target", Fixtures.wiki, "--selected", Fixtures.crawl, "--beside",
        Fixtures.wiki, "--heldout", Fixtures.wiki, "--heldout-tokens", "20000",
      ], in: directory)
    #expect(run.status == 0)
    let headline = try #require(run.lines.first { $0.hasPrefix("held-out text: 60 documents, ") })
    #expect(headline.hasSuffix("Language models, trained on 20,000 words each:"))
    let bits = try #require(run.lines.first { $0.hasPrefix("bits per byte ") })
    #expect(bits.split(separator: " ").count == 5)
    #expect(run.lines.contains { $0.hasPrefix("bits per byte, range") && $0.contains(" to ") })
    #expect(run.lines.contains { $0.hasPrefix("perplexity, range") && $0.contains(" to ") })
    #expect(
      run.errors.contains(
        "warning: 60 documents of the \(Fixtures.wiki) are also in the held-out text. A model that "
          + "has seen the text predicts it too well"), "\(run.errors)")
    #expect(
      run.errors.contains(
        "warning: 60 of 60 held-out documents are also in the target. The selections were made to be "
          + "like the target"), "\(run.errors)")
  }

  @Test func `Held-out text is in the target's field`() throws {
    try directory.write(#"{"body":"one two three"}"# + "\n", to: "held.jsonl")
    let found = try compare(
      [
        "--selected", Fixtures.crawl, "--heldout", "held.jsonl", "--target-text-field", "body",
      ], target: "held.jsonl")
    #expect(found.heldout.documents.int == 1 && found.heldout.tokens.int == 3)
    #expect(found.heldout.bytes.int == 13)
  }

  // MARK: Errors

  private static let wrong: [([String], Int32, String)] = [
    (["--beside", "a"], 64, "--beside needs --heldout. Name the files with held-out text."),
    (["--heldout-tokens", "5"], 64, "--heldout-tokens needs --heldout."),
    (["--shuffles", "5"], 64, "--shuffles needs --heldout."),
    (["--heldout", "a", "--shuffles", "0"], 64, "--shuffles must be from 1 to 1000."),
    (["--heldout", "a", "--heldout-tokens", "0"], 64, "--heldout-tokens must be 1 or more."),
    (["--heldout", "-", "--beside", "-"], 64, "named twice"),
    (
      ["--heldout", "a", "--beside", "b", "c"], 64,
      "c would be the pool. If it belongs to --beside, separate its files by commas"
    ),
    (
      ["--heldout", "/dev/null"], 1, "the held-out text is empty: no document in any of the files."
    ),
    (["--heldout", "blank"], 1, "the held-out text is without tokens"),
    (
      ["--heldout", "a", "--beside", "/dev/null"], 1,
      "a further selection is empty: no document in any of the files. Check the files named with "
        + "--beside."
    ),
    (
      ["--heldout", "a", "--heldout-tokens", "4"], 1,
      "the selection has only 3 tokens, but models are to be trained on 4. Lower --heldout-tokens "
        + "to at most 3, or leave it out."
    ),
    (
      ["--heldout", "a", "--beside", "b", "--heldout-tokens", "3"], 1,
      "the selection in b has only 1 token, but models are to be trained on 3."
    ),
    (
      ["--heldout", "a", "--pool", "b", "--heldout-tokens", "2"], 1,
      "the pool has only 1 token, but models are to be trained on 2."
    ),
  ]

  @Test(arguments: wrong)
  func `What can't be judged is refused with the reason`(
    options: [String], status: Int32, message: String
  ) throws {
    try directory.write(#"{"text":"one two three"}"# + "\n", to: "a")
    try directory.write(#"{"text":"one"}"# + "\n", to: "b")
    try directory.write(#"{"text":" "}"# + "\n", to: "blank")
    let run = try Dsel.run(
      ["compare", "--target", "a", "--selected", "a"] + options, in: directory)
    #expect(run.status == status)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(run.output.isEmpty)
  }
}
