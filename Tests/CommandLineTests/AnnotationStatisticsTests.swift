import Foundation
import TestSupport
import Testing

/// `--annotate-with`.
///
/// An independent implementation of the method gives what is expected: in Python,
/// `Fixtures/golden/method/annotations.py`.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct AnnotationStatisticsTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static let all = ["--annotate-with", "part,probability,rank,quantile"]

  /// One entry of annotations.json.
  struct Expected: Sendable, CustomTestStringConvertible {
    var json: JSON
    var testDescription: String { options.joined(separator: " ") }

    var options: [String] {
      let settings = json.settings
      let numbers = [
        ("count", "count"), ("token_budget", "tokens"), ("byte_budget", "bytes"),
        ("min_weight", "min-weight"), ("temperature", "temperature"), ("seed", "seed"),
      ].flatMap { name, option -> [String] in
        let value = settings[name].int.map { "\($0)" } ?? settings[name].number.map { "\($0)" }
        return value.map { ["--\(option)", $0] } ?? []
      }
      let texts = [("replay", "replay"), ("stratify", "stratify")].flatMap { name, option in
        settings[name].string.map { ["--\(option)", $0] } ?? []
      }
      return numbers + texts + (settings.top_k.bool == true ? ["--top-k"] : [])
    }

    /// Checks the annotations of selected lines.
    func check(_ lines: [JSON]) throws {
      let drawn = json.drawn.elements
      try #require(lines.map(\.id) == drawn.map(\.id))
      for (line, expected) in zip(lines, drawn) {
        let id = "\(expected.id)"
        #expect(line.dsel.part == expected.part, "\(id)")
        #expect(line.dsel.stratum == expected.stratum, "\(id)")
        #expect(line.dsel.rank == expected.rank, "\(id)")
        // Both are quotients of whole numbers, rounded once.
        #expect(line.dsel.quantile == expected.quantile, "\(id)")
        guard let probability = expected.probability.number else {
          #expect(line.dsel.probability == .null, "\(id)")
          continue
        }
        // A key or weight may differ by 1e-9 of some hundreds, and so does the exponent.
        let found = try #require(line.dsel.probability.number)
        #expect(abs(found / probability - 1) < 1e-6, "\(id): \(found), not \(probability)")
      }
    }
  }

  private static func golden() throws -> JSON {
    try JSON(Fixtures.read("golden/method/annotations.json"))
  }

  static func expected() throws -> [Expected] {
    try golden().runs.elements.map { Expected(json: $0) }
  }

  static func expectedByFields() throws -> [Expected] {
    try golden().fields.runs.elements.map { Expected(json: $0) }
  }

  private static let models = ["--estimator", "ratio", "--buckets", "10000"]

  private func select(_ options: [String]) throws -> Data {
    let run = try Dsel.select(
      Self.models + options + ["-q", "--manifest", "m.json", "--force"], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return run.output
  }

  @Test(arguments: try expected())
  func `Select annotates with the oracle's statistics`(expected: Expected) throws {
    let output = try select(expected.options + Self.all)
    try expected.check(output.jsonLines())
    let settings = try directory.json("m.json").settings
    #expect(settings.annotate.bool == true)
    #expect(
      settings.annotate_with.elements.compactMap(\.string)
        == ["part", "probability", "rank", "quantile"])
    // Neither the draw nor the other annotations change.
    let plain = try select(expected.options + ["--annotate"]).jsonLines()
    for (line, other) in zip(try output.jsonLines(), plain) {
      #expect(line.id == other.id)
      #expect(line.dsel.key == other.dsel.key)
      #expect(line.dsel.log_weight == other.dsel.log_weight)
      #expect(other.dsel.part == .null)
    }
  }

  @Test(arguments: try expected().filter { $0.json.settings.stratify.isNull })
  func `Resample by weights annotates as select does`(expected: Expected) throws {
    let fit = ["--buckets", "10000"]
    try Stages.run(["fit", Fixtures.wiki, "-o", "t.model"] + fit, in: directory)
    try Stages.run(["fit", Fixtures.crawl, "-o", "p.model"] + fit, in: directory)
    try Stages.run(
      [
        "weigh", "--target-model", "t.model", "--pool-model", "p.model", "--estimator", "ratio",
        Fixtures.crawl, "-o", "weights",
      ], in: directory)
    let options = expected.options + Self.all
    let drawn = try Stages.run(
      ["resample", "--weights", "weights", "--pool", Fixtures.crawl] + options, in: directory)
    #expect(try drawn == select(options))
  }

  @Test(arguments: try expectedByFields())
  func `Resample by fields annotates with the oracle's statistics`(expected: Expected) throws {
    let documents = try Self.golden().fields.documents
    let lines = documents.elements.map { document in
      """
      {"id":\(document.id.int ?? 0),"text":"\(document.text.string ?? "")",\
      "q":\(document.q.int ?? 0)}
      """
    }
    // Three shards.
    for shard in 0..<3 {
      let part = lines[lines.count * shard / 3..<lines.count * (shard + 1) / 3]
      try directory.write(part.joined(separator: "\n") + "\n", to: "\(shard).jsonl")
    }
    let pool = (0..<3).map { "\($0).jsonl" }
    let command = ["resample", "--field", "q"] + pool + expected.options + Self.all
    let drawn = try Stages.run(command + ["--manifest", "m.json"], in: directory)
    try expected.check(drawn.jsonLines())
    #expect(try directory.json("m.json").settings.annotate_with.elements.count == 4)
    for line in try drawn.jsonLines() where line.dsel.part.string == "weights" {
      #expect(line.dsel.log_weight == line.q)
    }
    // The order of the shards doesn't matter, nor does the number of threads.
    let reversed = ["resample", "--field", "q"] + pool.reversed() + expected.options + Self.all
    let again = try Stages.run(reversed + ["--threads", "3"], in: directory)
    func annotations(_ output: Data) throws -> [String: JSON] {
      Dictionary(
        try output.jsonLines().map { ($0.text.string ?? "", $0.dsel) }, uniquingKeysWith: { $1 })
    }
    #expect(try annotations(again) == annotations(drawn))
  }

  @Test func `Epochs are named, and have probabilities of their own`() throws {
    let lines = (0..<40).map { "{\"text\":\"text \($0)\",\"q\":\($0 % 7)}" }
    try directory.write(lines.joined(separator: "\n") + "\n", to: "pool.jsonl")
    let draw = ["resample", "--field", "q", "pool.jsonl", "--count", "8"]
    for repeats in [[], ["--without-repeats"]] {
      let drawn = try Stages.run(
        draw + Self.all + ["--epochs", "2", "--order", "weight"] + repeats, in: directory
      ).jsonLines()
      #expect(drawn.map(\.dsel.epoch.int) == (0..<16).map { $0 / 8 })
      #expect(drawn.allSatisfy { (0..<1).contains($0.dsel.probability.number ?? 9) })
      // 5 or 6 documents have each number: rank and quantile follow from those alone.
      for line in drawn {
        let q = try #require(line.q.int)
        let counts = (0..<7).map { number in (0..<40).count { $0 % 7 == number } }
        #expect(line.dsel.rank.int == 1 + counts[(q + 1)...].reduce(0, +))
        #expect(line.dsel.quantile.number == Double(counts[...q].reduce(0, +)) / 40)
      }
    }
  }

  @Test func `Only what was asked for is added, in a fixed order`() throws {
    let options = ["--count", "20"]
    let one = try select(options + ["--annotate-with", "quantile", "--annotate-with", "part"])
    let other = try select(options + ["--annotate", "--annotate-with", "part,quantile,part"])
    #expect(one == other)
    for line in one.lines {
      let keys = line.components(separatedBy: "\"dsel\":{").last ?? ""
      #expect(
        keys.split(separator: ",").map { $0.split(separator: ":")[0] } == [
          "\"log_weight\"", "\"key\"", "\"part\"", "\"quantile\"",
        ])
    }
    #expect(
      try directory.json("m.json").settings.annotate_with.elements.map(\.string)
        == ["part", "quantile"])
  }

  @Test func `Sets, second targets, regressions and near-duplicates have no probability`() throws {
    let target = try Fixtures.read("wiki.jsonl").rawLines
    try directory.write(target[..<30].map { $0 }.joinedLines, to: "a.jsonl")
    try directory.write(target[30...].map { $0 }.joinedLines, to: "b.jsonl")
    let options = Stages.buckets + Self.all + ["--count", "60", "-q"]
    let set = try Dsel.select(options, in: directory).output.jsonLines()
    #expect(set.count == 60)
    #expect(set.allSatisfy { $0.dsel.part.string == "set" && $0.dsel.probability.isNull })
    #expect(set.allSatisfy { $0.dsel.rank.int != nil && $0.dsel.gain.number != nil })

    let similar = try Dsel.select(
      options + ["--objective", "weight", "--near-duplicates", "0.8"], in: directory
    ).output.jsonLines()
    #expect(similar.count == 60 && similar.allSatisfy { $0.dsel.probability.isNull })

    let blend = try Dsel.select(
      options + ["--objective", "weight", "--logistic-share", "0.5"], in: directory
    ).output.jsonLines()
    #expect(blend.count { $0.dsel.part.string == "logistic" } == 30)
    #expect(
      blend.allSatisfy { ($0.dsel.part.string == "logistic") == $0.dsel.probability.isNull })

    let both = try Dsel.run(
      ["select", "--target", "one=a.jsonl", "two=b.jsonl", "--pool", Fixtures.crawl]
        + options + ["--objective", "weight", "--logistic-share", "0"], in: directory
    ).output.jsonLines()
    #expect(both.count { $0.dsel.target.string == "one" } == 30)
    #expect(both.allSatisfy { ($0.dsel.target.string == "two") == $0.dsel.probability.isNull })
    // Each target ranks by its own weights.
    for name in ["one", "two"] {
      let own = both.filter { $0.dsel.target.string == name }
      let byRank = own.sorted { ($0.dsel.rank.int ?? 0) < ($1.dsel.rank.int ?? 0) }
      let byWeight = own.sorted {
        ($0.dsel.log_weight.number ?? 0) > ($1.dsel.log_weight.number ?? 0)
      }
      #expect(byRank.map(\.id) == byWeight.map(\.id))
    }
  }

  @Test(arguments: [
    (["--annotate-with", "median"], "--annotate-with 'median' is unknown. Choose from part, "),
    (["--annotate-with", "rank,"], "--annotate-with '' is unknown."),
    (
      ["--annotate-with", "rank", "--text-field", "dsel.text"],
      "--annotate-with would replace the text, because --text-field dsel.text is inside of"
    ),
  ])
  func `What can't be added is refused`(options: [String], message: String) throws {
    for command in [["select", "--target", "t"], ["resample", "--field", "q"]] {
      let run = try Dsel.run(command + ["--pool", "p"] + options, in: directory)
      #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
    }
  }

  @Test func `Candidates and picks refuse statistics`() throws {
    for options in [["--pool", "p"], ["--picks", "q"]] {
      let run = try Dsel.run(
        ["resample", "--candidates", "c", "--annotate-with", "rank"] + options, in: directory)
      #expect(run.status == 64 && run.errors.contains("--annotate-with "), "\(run.errors)")
    }
  }
}
