import Foundation
import TestSupport
import Testing

/// The number and choice of documents, and their record in the manifest.
@Suite struct SelectionTests {
  private let directory: TemporaryDirectory
  private static let random = ["--normalize", "length", "--temperature", "0.05"]

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [
    ["--top-k"], ["--objective", "weight"], random, random + ["--seed", "18446744073709551615"],
  ])
  func `A larger draw by weight contains the smaller`(options: [String]) throws {
    let smaller = try select(options + ["--count", "50"]).rawLines
    let larger = try select(options + ["--count", "100"]).rawLines
    #expect(smaller.count == 50)
    #expect(larger.count == 100)
    #expect(Set(smaller).isSubset(of: larger))
  }

  @Test(arguments: ["ratio", "shrunk", "logistic", "blend"])
  func `A larger draw by any estimator's weights contains the smaller, whatever the threads`(
    estimator: String
  ) throws {
    let options = ["--estimator", estimator, "--seed", "3", "--objective", "weight"]
    var draws: [Set<Data>] = []
    for (threads, count) in [(1, 60), (2, 125), (3, 300)] {
      let lines = try select(options + ["--threads", "\(threads)", "--count", "\(count)"]).rawLines
      #expect(lines.count == count)
      draws.append(Set(lines))
    }
    #expect(draws[0].isSubset(of: draws[1]) && draws[1].isSubset(of: draws[2]))
  }

  @Test(arguments: ["ratio", "shrunk", "logistic", "blend"], [0.3, 0.7])
  func `Temperature auto finds the overlap`(estimator: String, overlap: Double) throws {
    let options = [
      "--estimator", estimator, "--temperature", "auto", "--overlap", "\(overlap)", "--count",
      "200",
    ]
    var sum = 0.0
    for seed in 0..<5 {
      let manifest = try record(options + ["--seed", "\(seed)"])
      #expect(manifest.settings.temperature_goal.overlap.number == overlap)
      sum += try #require(manifest.overlap_with_top_k.number)
    }
    // 5 × 192 documents or more, each in the top or not: a standard error of at most 0.016, because
    // draws without replacement vary less.
    #expect(abs(sum / 5 - overlap) < 0.06, "\(sum / 5)")
  }

  @Test(arguments: ["ratio", "blend"], [nil, 40, 700])
  func `Temperature auto finds the effective sample size`(estimator: String, size: Int?) throws {
    let options =
      ["--estimator", estimator, "--temperature", "auto", "--count", "200"]
      + (size.map { ["--effective-size", "\($0)"] } ?? [])
    let manifest = try record(options)
    let found = try #require(manifest.effective_sample_size.number)
    #expect(abs(found - Double(size ?? 200)) < 0.02 * Double(size ?? 200))
    let temperature = try #require(manifest.settings.temperature.number)
    // The measured temperature, given as a number, leads to the same draw.
    let again = ["--estimator", estimator, "--temperature", "\(temperature)", "--count", "200"]
    #expect(try select(options) == select(again))
  }

  @Test func `The random baseline has the selection's size, and is farther from the target`() throws
  {
    let manifest = try record(["--count", "300"])
    // Binomial: 300 with a standard deviation of √(300 × (1 − 300/1309)) = 15.
    let size = try #require(manifest.random_arm.documents.int)
    #expect(abs(size - 300) < 75)
    #expect(try #require(manifest.kl_reduction.number) > 0.1)
    let all = try record(["--fraction", "1"])
    #expect(all.random_arm.documents == all.eligible_documents)
  }

  private func record(_ options: [String]) throws -> JSON {
    let run = try Dsel.select(options + ["-o", "record.jsonl", "--force"], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return try directory.json("record.jsonl.manifest.json")
  }

  @Test func `Another seed draws other documents`() throws {
    let options = ["--count", "100", "--temperature", "1e9"]
    let draws = try ["0", "1", "2"].map {
      Set(try select(options + ["--seed", $0]).rawLines)
    }
    #expect(Set(draws).count == 3)
    // By chance 100 of 1309 share 7.6 with a standard deviation of 2.6, so 23 is six of them off.
    #expect(draws[0].intersection(draws[1]).count < 23)
    #expect(draws[0] == Set(try select(options).rawLines), "the default is --seed 0")
  }

  @Test func `At a high temperature every document is drawn equally often`() throws {
    let (documentCount, count, draws) = (40, 10, 60)
    try directory.write(
      Array(Fixtures.crawlText().rawLines.prefix(documentCount)).joinedLines, to: "pool.jsonl")
    try directory.write(
      Array(Fixtures.read("wiki.jsonl").rawLines.prefix(1)).joinedLines, to: "target.jsonl")
    var inclusions: [String: Int] = [:]
    for seed in 0..<draws {
      let run = try Dsel.select(
        pool: ["pool.jsonl"], target: "target.jsonl",
        ["--count", "\(count)", "--temperature", "1e12", "--min-tokens", "0", "--seed", "\(seed)"],
        in: directory)
      for line in try run.output.jsonLines() { inclusions[line.id.string ?? "", default: 0] += 1 }
    }
    #expect(inclusions.count == documentCount)
    // A document's count is binomial. The sum of squares, scaled for a draw without replacement, is
    // near χ² with n − 1 degrees of freedom: mean n − 1, variance 2 (n − 1). The bound is five of
    // its standard deviations.
    let share = Double(count) / Double(documentCount)
    let expected = share * Double(draws)
    let freedom = Double(documentCount - 1)
    let errors = inclusions.values.map { Double($0) - expected }
    let squares = errors.map { $0 * $0 }.reduce(0, +)
    let statistic = squares / (expected * (1 - share)) * freedom / Double(documentCount)
    #expect(abs(statistic - freedom) < 5 * (2 * freedom).squareRoot(), "\(statistic)")
  }

  @Test(arguments: ["--count 100000", "--fraction 1", "--tokens 1B", "--bytes 1GB"])
  func `A size above the number of documents selects all eligible ones with a warning`(
    size: String
  ) throws {
    let run = try Dsel.select(
      size.split(separator: " ").map(String.init) + ["--quiet", "--output", "out.jsonl"],
      in: directory)
    #expect(run.status == 0)
    #expect(run.errors.contains("warning: "))
    #expect(run.errors.contains("1,309 eligible"))
    let manifest = try directory.json("out.jsonl.manifest.json")
    #expect(manifest.selected.all_eligible.bool == true)
    #expect(manifest.selected.documents.int == 1309)
    #expect((manifest.selected.shortfall.int ?? 0) > 0)
    #expect(manifest.under_min_tokens.int == 51)
    #expect(try directory.read("out.jsonl").rawLines.count == 1309)
  }

  @Test func `A size below the number of documents gives no warning`() throws {
    let run = try Dsel.select(["--count", "10", "--quiet", "--output", "out.jsonl"], in: directory)
    #expect(run.errors == "")
    let manifest = try directory.json("out.jsonl.manifest.json")
    #expect(manifest.selected.all_eligible.bool == false)
    #expect(manifest.selected.shortfall.int == 0)
  }

  @Test(arguments: [1000, 20_000, 100_000])
  func `A budget of tokens is used until the next document exceeds it`(budget: Int) throws {
    _ = try select(["--tokens", "\(budget)", "--output", "out.jsonl"])
    let selected = try directory.json("out.jsonl.manifest.json").selected
    let tokens = try #require(selected.tokens.int)
    #expect(tokens <= budget)
    #expect(selected.shortfall.int == budget - tokens)
    #expect(selected.shortfall_unit.string == "tokens")
  }

  @Test(arguments: [5000, 50_000, 500_000])
  func `A budget of bytes counts the lines as they are written`(budget: Int) throws {
    _ = try select(["--bytes", "\(budget)", "--output", "out.jsonl"])
    let selected = try directory.json("out.jsonl.manifest.json").selected
    let byteCount = try directory.read("out.jsonl").count
    #expect(byteCount <= budget)
    #expect(selected.bytes.int == byteCount)
    #expect(selected.shortfall.int == budget - byteCount)
    #expect(selected.shortfall_unit.string == "bytes")
  }

  @Test(arguments: ["--tokens", "--bytes"])
  func `A budget below the first document's size selects nothing with a warning`(
    unit: String
  ) throws {
    let run = try Dsel.select([unit, "1"], in: directory)
    #expect(run.status == 0)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("warning: nothing was selected"))
  }

  @Test(arguments: [
    ("--count", "1k", "1000"), ("--bytes", "64KiB", "65536"), ("--tokens", "1.5k", "1500"),
  ])
  func `Sizes accept suffixes`(option: String, short: String, long: String) throws {
    #expect(try select([option, short]) == select([option, long]))
  }

  @Test func `The default size is a tenth of the pool`() throws {
    #expect(try select([]).rawLines.count == 136)
    #expect(try select([]) == select(["--fraction", "0.1"]))
  }

  @Test func `Documents below --min-tokens are never selected`() throws {
    #expect(try select(["--count", "1360", "--min-tokens", "0"]).rawLines.count == 1360)
    #expect(try select(["--count", "1360", "--min-tokens", "1"]).rawLines.count == 1360)
    #expect(try select(["--count", "1360", "--min-tokens", "1000000"]).isEmpty)
  }

  private func select(_ options: [String]) throws -> Data {
    let run = try Dsel.select(options, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return run.output
  }
}
