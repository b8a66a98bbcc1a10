import Foundation
import TestSupport
import Testing

/// `--min-quantile`, which agrees with `--annotate-with quantile`.
///
/// `AnnotationStatisticsTests` hold quantiles to an independent implementation.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct QuantileLimitTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func run(_ arguments: [String]) throws -> (lines: [JSON], manifest: JSON, errors: String)
  {
    let run = try Dsel.run(
      arguments + ["-o", "out.jsonl", "--force", "--fraction", "1"], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return try (
      directory.read("out.jsonl").jsonLines(), directory.json("out.jsonl.manifest.json"),
      run.errors
    )
  }

  private static let select = [
    "select", "--target", Fixtures.wiki, "--pool", Fixtures.crawl, "--objective", "weight",
    "--logistic-share", "0", "--duplicates", "keep", "--annotate-with", "quantile",
  ]

  @Test(arguments: [[], ["--stratify", "domain", "--mixture", "wiki=0.5,code=0.5"]])
  func `Select draws the documents that annotations give the quantile`(options: [String]) throws {
    let all = try run(Self.select + options).lines
    for (text, quantile) in [
      ("0.8", 0.8), ("20%", 0.2), ("0.123", 0.123), ("1", 1), ("0", 0), ("0.9999", 0.9999),
    ] {
      let (lines, manifest, _) = try run(Self.select + options + ["--min-quantile", text])
      let expected = all.filter { $0.dsel.quantile.number ?? -1 >= quantile }
      #expect(lines.map(\.id) == expected.map(\.id), "\(text)")
      #expect(manifest.under_min_weight.int == all.count - expected.count)
      #expect(manifest.settings.min_quantile.number == quantile)
      let least = expected.compactMap(\.dsel.log_weight.number).min()
      #expect(manifest.quantile_weights[0].number == least)
    }
  }

  @Test func `A quantile of equal weights and of zeros is exact`() throws {
    // Of ten ratings, four are zeros of both signs: with the largest first, the quantiles are
    // 1, 0.9, 0.8 (twice, 0.8), 0.6 (four), 0.2, 0.1.
    let ratings = ["5", "4", "3", "3", "0", "-0.0", "0", "-0", "-1", "-2.5"]
    try directory.write(
      ratings.enumerated().map { #"{"id":\#($0),"text":"t \#($0)","q":\#($1)}"# + "\n" }.joined(),
      to: "pool.jsonl")
    for (quantile, expected) in [
      ("0.61", 4), ("0.6", 8), ("0.8", 4), ("0.81", 2), ("0.2", 9), ("0.1", 10), ("1", 1),
    ] {
      let (lines, manifest, _) = try run([
        "resample", "--field", "q", "pool.jsonl", "--min-quantile", quantile,
      ])
      #expect(lines.map(\.id.int) == Array(0..<expected), "\(quantile)")
      #expect(manifest.under_min_weight.int == 10 - expected)
    }
    // Outside a range, documents aren't eligible, and don't count: of 5, four are zeros.
    let (lines, _, _) = try run([
      "resample", "--field", "q", "pool.jsonl", "--min-quantile", "0.5", "--between", "q=-2:0",
    ])
    #expect(lines.map(\.id.int) == [4, 5, 6, 7])
    let strata = try run([
      "resample", "--field", "q", "pool.jsonl", "--min-quantile", "0.8", "--temperature", "auto",
      "--effective-size", "2",
    ])
    #expect(strata.lines.count == 4)
  }

  @Test func `Files of weights know all weights`() throws {
    for arguments in [
      ["fit", Fixtures.wiki, "-o", "t.model"], ["fit", Fixtures.crawl, "-o", "p.model"],
      ["weigh", "--target-model", "t.model", "--pool-model", "p.model", Fixtures.crawl, "-o", "w"],
    ] {
      let run = try Dsel.run(arguments, in: directory)
      try #require(run.status == 0, "\(run.errors)")
    }
    let select = try run([
      "select", "--target", Fixtures.wiki, "--pool", Fixtures.crawl, "--objective", "weight",
      "--min-quantile", "0.9",
    ])
    let resample = try run([
      "resample", "--weights", "w", "--pool", Fixtures.crawl, "--min-quantile", "0.9",
    ])
    #expect(select.lines == resample.lines && !select.lines.isEmpty)
    #expect(select.manifest.quantile_weights == resample.manifest.quantile_weights)
    // The same limit as a log weight.
    let weight = try #require(select.manifest.quantile_weights[0].number)
    let limited = try run([
      "resample", "--weights", "w", "--pool", Fixtures.crawl, "--min-weight", "\(weight)",
    ])
    #expect(limited.lines == resample.lines)
    #expect(
      select.errors.contains("have a log weight below the quantile 0.9 and can't be selected"))
  }

  @Test func `Candidates don't know all weights, and a search has no limit`() throws {
    let candidates = try Dsel.run(
      ["resample", "--candidates", "c", "--pool", "p", "--min-quantile", "0.9"], in: directory)
    #expect(candidates.status == 64 && candidates.errors.contains("--min-quantile can't be used"))
    let search = try Dsel.run(
      ["select", "--target", "t", "--pool", "p", "--count", "auto", "--min-quantile", "0.5"],
      in: directory)
    #expect(search.status == 64 && search.errors.contains("with --min-quantile"))
  }
}
