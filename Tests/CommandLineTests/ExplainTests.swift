import Foundation
import TestSupport
import Testing

/// The figures of `dsel explain`, against arithmetic by hand and an independent implementation.
///
/// The implementation is in Python: `Fixtures/golden/method/comparison.py`.
@Suite struct ExplainTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try directory.write(#"{"text":"a a b"}"# + "\n" + #"{"text":"b c"}"# + "\n", to: "target.jsonl")
    try directory.write(
      #"{"text":"a b"}"# + "\n\n" + #"{"text":"d d d d"}"# + "\n" + #"{"text":"c B"}"# + "\n",
      to: "pool.jsonl")
  }

  private let small = [
    "--target", "target.jsonl", "--pool", "pool.jsonl", "--ngrams", "1", "--min-tokens", "0",
  ]

  private func explain(_ options: [String]) throws -> JSON {
    let run = try Dsel.run(["explain"] + options + ["--json"], in: directory)
    #expect(run.status == 0, "\(run.errors)")
    return try JSON(run.output)
  }

  private func entries(_ document: JSON) -> [JSON] {
    document.up.elements + document.down.elements
  }

  @Test func `Log-ratios of a few words match arithmetic by hand`() throws {
    let found = try explain(
      small + ["--estimator", "ratio", "--buckets", "1000", "pool.jsonl", "--line", "4"])
    let document = found.documents[0]
    #expect(document.line.int == 4)
    // Target: a 2, b 2, c 1 of 5. Pool: a 1, b 2, c 1, d 4 of 8. Each of 1,000 buckets gets one
    // more.
    let ofB = log(3.0 / 1005) - log(3.0 / 1008)
    let ofC = log(2.0 / 1005) - log(2.0 / 1008)
    let entries = entries(document)
    #expect(entries.map(\.ngram.string) == ["c", "b"])
    #expect(entries.map(\.target_count.int) == [1, 2])
    #expect(entries.map(\.pool_count.int) == [1, 2])
    for (entry, expected) in zip(entries, [ofC, ofB]) {
      #expect(entry.count.int == 1)
      #expect(abs((entry.log_ratio.number ?? 0) - expected) < 1e-12)
      #expect(entry.contribution == entry.log_ratio)
    }
    #expect(abs((document.log_weight.number ?? 0) - (ofB + ofC)) < 1e-12)
  }

  @Test func `N-grams that share a bucket are named, and crowded buckets are reported`() throws {
    let options = small + ["--estimator", "ratio", "--buckets", "2", "pool.jsonl"]
    let found = try explain(options)
    #expect(found.documents.elements.map(\.line.int) == [1, 3, 4])
    #expect(found.buckets.count.int == 2)
    // Four words in two buckets, so at least two words share one.
    let run = try Dsel.run(
      ["explain"] + small + ["--buckets", "2", "--estimator", "ratio", "all.jsonl"],
      in: {
        try directory.write(#"{"text":"a b c d"}"#, to: "all.jsonl")
        return directory
      }())
    #expect(run.status == 0)
    let text = String(decoding: run.output, as: UTF8.self)
    #expect(text.contains("shares its bucket with '"))
    let all = try explain(small + ["--buckets", "2", "--estimator", "ratio", "all.jsonl"])
      .documents[0]
    let names = Dictionary(
      uniqueKeysWithValues: entries(all).map { ($0.ngram.string ?? "", $0) })
    #expect(names.count == 4)
    for (name, entry) in names {
      let others = names.filter { $0.value.bucket == entry.bucket && $0.key != name }.keys.sorted()
      #expect(entry.shares_bucket_with.elements.compactMap(\.string).sorted() == others)
    }
    let sharing = names.values.count { !$0.shares_bucket_with.elements.isEmpty }
    #expect(all.ngrams_that_share_a_bucket.int == sharing && sharing >= 2)
  }

  /// One document of one run of explanation.json.
  struct Expected: Sendable, CustomTestStringConvertible {
    var settings: JSON
    var document: JSON
    var testDescription: String {
      "\(settings.estimator.string ?? "") line \(document.line.int ?? 0)"
    }

    static let all: [Expected] = {
      guard let json = try? JSON(Fixtures.read("golden/method/explanation.json")) else { return [] }
      return json.runs.elements.flatMap { run in
        run.documents.elements.map { Expected(settings: run.settings, document: $0) }
      }
    }()

    var estimator: String { settings.estimator.string ?? "" }

    var featureOptions: [String] {
      [
        "--tokenizer", settings.tokenizer.string ?? "", "--ngrams", "\(settings.n.int ?? 0)",
        "--buckets", "\(settings.buckets.int ?? 0)",
      ]
    }

    var weightOptions: [String] {
      let normalize = ["--normalize", settings.normalize.string ?? ""]
      return ["--estimator", estimator] + (estimator == "logistic" ? [] : normalize)
        + ["--top", "10000"]
    }
  }

  @Test func `The table of a document matches the oracle's`() { #expect(Expected.all.count == 12) }

  @Test(arguments: Expected.all)
  func `All contributions to a document match the oracle's`(expected: Expected) throws {
    let line = ["--line", "\(expected.document.line.int ?? 0)"]
    let found = try explain(
      ["--target", Fixtures.wiki, "--pool", Fixtures.crawl, Fixtures.crawl] + line
        + expected.featureOptions + expected.weightOptions)
    try check(found.documents[0], expected)

    // With model files the figures agree to the last digit.
    for (file, model) in [(Fixtures.wiki, "wiki.model"), (Fixtures.crawl, "crawl.model")] {
      let fit = try Dsel.run(["fit", file, "-o", model] + expected.featureOptions, in: directory)
      #expect(fit.status == 0, "\(fit.errors)")
    }
    let byModels = try explain(
      ["--target-model", "wiki.model", "--pool-model", "crawl.model", Fixtures.crawl] + line
        + expected.weightOptions)
    #expect(byModels == found)
  }

  private func check(_ document: JSON, _ expected: Expected) throws {
    let wanted = expected.document
    #expect(document.tokens.int == wanted.tokens.int)
    let hasRegression = ["blend", "logistic"].contains(expected.estimator)
    // The oracle has the exact optimum, and dsel stops near it, so log odds differ by up to 0.1.
    let tolerance = hasRegression ? 0.1 : 1e-6
    let (value, wantedValue) = (
      try #require(document.log_weight.number), try #require(wanted.value.number)
    )
    #expect(abs(value - wantedValue) <= tolerance * max(1, abs(wantedValue)))

    var found: [String: JSON] = [:]
    for entry in entries(document) { found[entry.ngram.string ?? ""] = entry }
    // N-grams without a contribution are in neither list.
    var sum = document.bias.number ?? 0
    for entry in wanted.ngrams.elements {
      let (text, byLogRatio, byRegression) = (
        entry[0].string ?? "", entry[6].number ?? 0, entry[7].number ?? 0
      )
      guard let own = found[text] else {
        #expect(abs(byLogRatio + byRegression) < (hasRegression ? 0.02 : 1e-12), "\(text)")
        continue
      }
      let names = ["bucket", "count", "target_count", "pool_count"]
      #expect(names.map { own[$0].int } == (1...4).map { entry[$0].int }, "\(text)")
      if expected.estimator != "logistic" {
        #expect(abs((own.log_ratio.number ?? 0) - (entry[5].number ?? 0)) < 1e-6, "\(text)")
        #expect(abs((own.by_log_ratio.number ?? 0) - byLogRatio) < 1e-5, "\(text)")
      }
      if hasRegression {
        #expect(abs((own.by_regression.number ?? 0) - byRegression) < 0.05, "\(text)")
      }
      sum += own.contribution.number ?? 0
      found[text] = nil
    }
    #expect(found.isEmpty, "\(found.keys)")
    #expect(
      abs(sum - value) < 1e-9 * max(1, abs(value)), "contributions and bias are the log weight")
  }

  @Test func `Without documents, the target's buckets are shown with their n-grams`() throws {
    let found = try explain(small + ["--estimator", "ratio", "--buckets", "1000"])
    #expect(found.documents.isNull)
    // The target has 5 features: a 2, b 2, c 1. The pool has a 1, b 2, c 1 of these.
    let ofA = 2.0 / 5 * (log(3.0 / 1005) - log(2.0 / 1008))
    let up = found.target.up.elements
    #expect(up.map { $0.texts[0].ngram.string } == ["a", "b", "c"])
    #expect(up.map { $0.texts[0].count.int } == [2, 2, 1])
    #expect(abs((up[0].contribution.number ?? 0) - ofA) < 1e-12)
    #expect(found.target.down.elements.isEmpty)
  }

  @Test func `Models show the n-grams of the named documents`() throws {
    for (file, model) in [(Fixtures.wiki, "t.model"), (Fixtures.crawl, "p.model")] {
      #expect(try Dsel.run(["fit", file, "-o", model], in: directory).status == 0)
    }
    let models = ["--target-model", "t.model", "--pool-model", "p.model"]
    let fitted = try explain(["--target", Fixtures.wiki, "--pool", Fixtures.crawl])
    #expect(try explain(models + ["--target", Fixtures.wiki]) == fitted)
    let bucket = fitted.target.up[0]
    // All of the bucket's occurrences are found.
    let shown = bucket.texts.elements.reduce(0) { $0 + ($1.count.int ?? 0) }
    #expect(shown + (bucket.other_occurrences.int ?? 0) == bucket.target_count.int)
  }

  private static let wrong: [([String], Int32, String)] = [
    (["pool.jsonl"], 64, "Models are missing"),
    (["--target-model", "t", "pool.jsonl"], 64, "--pool-model is missing"),
    (["--target-model", "t", "--pool-model", "p"], 64, "a model has counts of hashes"),
    (
      ["--target-model", "t", "--pool-model", "p", "--buckets", "10", "pool.jsonl"], 64,
      "fixed by the model files"
    ),
    (
      ["--target", "target.jsonl", "--pool", "pool.jsonl,target.jsonl", "--line", "1"], 64,
      "exactly one file"
    ),
    (
      ["--target", "target.jsonl", "--pool", "pool.jsonl", "pool.jsonl", "--line", "9"], 1,
      "the file has no line 9: it has 4 lines"
    ),
    (
      ["--target", "target.jsonl", "--pool", "pool.jsonl", "pool.jsonl", "--line", "2"], 1,
      "pool.jsonl:2: the line is blank"
    ),
    (
      ["--target-model", "pool.jsonl", "--pool-model", "pool.jsonl", "pool.jsonl"], 1,
      "not a model. Name a file"
    ),
  ]

  @Test(arguments: wrong)
  func `An impossible explanation is refused with the reason`(
    options: [String], status: Int32, message: String
  ) throws {
    let run = try Dsel.run(["explain"] + options, in: directory)
    #expect(run.status == status)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test func `Only the first hundred documents are explained, with a warning`() throws {
    let lines = (0..<150).map { #"{"text":"a \#($0)"}"# + "\n" }
    try directory.write(lines.joined(), to: "many.jsonl")
    let run = try Dsel.run(["explain"] + small + ["many.jsonl", "--json"], in: directory)
    #expect(run.status == 0)
    #expect(try JSON(run.output).documents.elements.count == 100)
    #expect(run.errors.contains("more than 100 documents"))
  }
}
