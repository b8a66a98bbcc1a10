import Foundation
import TestSupport
import Testing

/// `--mixture auto`.
///
/// An independent implementation of the method gives what is expected: in Python,
/// `Fixtures/golden/method/mixtures.py`.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct MixtureAutoTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// One entry of mixtures.json.
  struct Expected: Sendable, CustomTestStringConvertible {
    var json: JSON
    var number: Int
    var testDescription: String { "target \(number)" }
    var options: [String] { json.options.elements.compactMap(\.string) }
  }

  static func expected() throws -> [Expected] {
    try JSON(Fixtures.read("golden/method/mixtures.json")).runs.elements.enumerated().map {
      Expected(json: $1, number: $0)
    }
  }

  /// Writes the documents of the pool with these ids, in their order; copies come again.
  private func writeTarget(_ expected: Expected) throws -> String {
    guard !expected.json.target.isNull else { return Fixtures.wiki }
    let lines = try Fixtures.crawlText().rawLines
    let byID = Dictionary(
      try lines.map { (try JSON($0).id.string ?? "", $0) }, uniquingKeysWith: { one, _ in one })
    var target = Data()
    for id in expected.json.target.elements {
      target += try #require(byID[id.string ?? ""]) + Data("\n".utf8)
    }
    return try directory.write(target, to: "target.jsonl")
  }

  private func select(
    _ options: [String], target: String, pool: [String] = [Fixtures.crawl]
  ) throws -> (output: Data, manifest: JSON, errors: String) {
    let run = try Dsel.run(
      ["select", "--target", target] + pool.flatMap { ["--pool", $0] }
        + ["--stratify", "domain", "--objective", "weight", "-o", "out.jsonl", "--force"] + options,
      in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return try (
      directory.read("out.jsonl"), directory.json("out.jsonl.manifest.json"), run.errors
    )
  }

  private func shares(_ mixture: JSON) -> [String: Double] {
    guard case .object(let members) = mixture else { return [:] }
    return members.compactMapValues(\.number)
  }

  @Test(arguments: try expected())
  func `The shares are the oracle's, in the unit of the size`(expected: Expected) throws {
    let target = try writeTarget(expected)
    for (unit, size) in [("documents", "--count"), ("tokens", "--tokens"), ("bytes", "--bytes")] {
      let (_, manifest, errors) = try select(
        [size, "300", "--mixture", "auto"] + expected.options, target: target)
      let estimate = manifest.mixture_estimate
      #expect(estimate.unit.string == unit)
      #expect(estimate.documents == expected.json.documents)
      let distance = try #require(estimate.distance.number)
      #expect(abs(distance - (expected.json.distance.number ?? 9)) <= 1e-4)
      let (found, wanted) = (
        shares(manifest.settings.mixture), shares(expected.json.shares[unit])
      )
      // Shares are rounded to ten thousandths, so that they add up to 1. dsel's log probabilities
      // have 24 bits.
      for (name, share) in wanted {
        #expect(abs((found[name] ?? 0) - share) <= 2e-4, "\(unit) of \(name)")
      }
      #expect(Set(found.keys).isSubset(of: wanted.keys))
      #expect(abs(found.values.reduce(0, +) - 1) <= 1e-9)
      #expect(errors.contains("--mixture \(estimate.option.string ?? "?")"))
    }
  }

  @Test func `The shares that are printed give the same selection again`() throws {
    let target = try writeTarget(try Self.expected()[1])
    let first = try select(["--count", "100", "--mixture", "auto"], target: target)
    let option = try #require(first.manifest.mixture_estimate.option.string)
    let again = try select(["--count", "100", "--mixture", option], target: target)
    #expect(first.output == again.output)
    #expect(first.manifest.settings.mixture == again.manifest.settings.mixture)
    #expect(again.manifest.mixture_estimate.isNull)
  }

  @Test func `Threads, shards, order and compression don't change the shares`() throws {
    let target = try writeTarget(try Self.expected()[2])
    let first = try select(
      ["--count", "100", "--mixture", "auto", "--threads", "1"], target: target)
    let lines = try Fixtures.crawlText().rawLines
    for (name, part) in [("b.jsonl", lines[700...]), ("a.jsonl", lines[..<700])] {
      _ = try directory.write(
        part.reversed().reduce(into: Data()) { $0 += $1 + Data("\n".utf8) }, to: name)
    }
    let turned = try directory.read("target.jsonl").rawLines.reversed()
    _ = try directory.write(
      turned.reduce(into: Data()) { $0 += $1 + Data("\n".utf8) }, to: "turned.jsonl")
    let second = try select(
      ["--count", "100", "--mixture", "auto", "--threads", "3"], target: "turned.jsonl",
      pool: ["b.jsonl", "a.jsonl"])
    #expect(first.manifest.mixture_estimate == second.manifest.mixture_estimate)
    #expect(Set(first.output.rawLines) == Set(second.output.rawLines))
  }

  @Test func `A target from a pipe is stored, and gives the same shares`() throws {
    let target = try writeTarget(try Self.expected()[1])
    let first = try select(["--count", "100", "--mixture", "auto"], target: target)
    let run = try Program.run(
      "/bin/sh",
      [
        "-c",
        "cat target.jsonl | '\(Dsel.binary.path)' select --target - --pool '\(Fixtures.crawl)' --stratify "
          + "domain --objective weight --count 100 --mixture auto -o piped.jsonl",
      ], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    #expect(try directory.read("piped.jsonl") == first.output)
  }

  @Test func `A target of other text is noted, and so are strata that are alike`() throws {
    // The target has nothing in common with the pool but for punctuation.
    let words = (0..<400).map { "w\($0 * 7919 % 10007)" }.joined(separator: " ")
    _ = try directory.write(Data("{\"text\":\"\(words)\"}\n".utf8), to: "other.jsonl")
    let far = try select(["--count", "10", "--mixture", "auto"], target: "other.jsonl")
    #expect(far.errors.contains("note: the target's text is unlike that of all values"))
    // One corpus under two names: nothing tells them apart, so each has half.
    let lines = try Fixtures.crawlText().rawLines.filter { try JSON($0).domain.string == "code" }
    var pool = Data()
    for name in ["one", "two"] {
      for line in lines.prefix(100) {
        let text = try #require(try JSON(line).text.string)
        let record = ["text": text, "domain": name]
        pool += try JSONSerialization.data(withJSONObject: record) + Data("\n".utf8)
      }
    }
    _ = try directory.write(pool, to: "twice.jsonl")
    let alike = try select(
      ["--count", "10", "--mixture", "auto"], target: "twice.jsonl", pool: ["twice.jsonl"])
    #expect(
      alike.manifest.mixture_estimate.alike == .array([.array([.string("one"), .string("two")])]))
    #expect(shares(alike.manifest.settings.mixture) == ["one": 0.5, "two": 0.5])
    #expect(alike.errors.contains(#"note: documents of "one" and "two" are so similar, or so few"#))
  }

  @Test func `More than 256 values are an error, and a missing field is`() throws {
    let lines = (0..<257).map { #"{"text":"\#($0) a b c","site":"s\#($0)"}"# + "\n" }
    _ = try directory.write(Data(lines.joined().utf8), to: "many.jsonl")
    func errors(_ pool: [String]) throws -> String {
      _ = try directory.write(Data(pool.joined().utf8), to: "pool.jsonl")
      let run = try Dsel.run(
        [
          "select", "--target", "many.jsonl", "--pool", "pool.jsonl", "--stratify", "site",
          "--min-tokens", "0", "--mixture", "auto",
        ], in: directory)
      return run.status == 0 ? "" : run.errors
    }
    #expect(
      try errors(lines).contains(
        "--mixture auto: the field has more than 256 values in documents that can be selected."))
    #expect(try errors(Array(lines.dropLast())) == "")
    #expect(try errors([#"{"text":"a b c"}"# + "\n"]).contains("no document has the field"))
  }

  @Test(arguments: [
    (["--mixture", "auto", "--mixture", "a=0.1"], "finds the shares of all values"),
    (["--mixture", "auto", "--mixture-temperature", "2"], "--mixture auto doesn't use"),
    (["--mixture", "auto", "--target", "b=wiki.jsonl"], "finds the shares of one target"),
  ])
  func `What doesn't go together is refused`(options: [String], message: String) throws {
    let run = try Dsel.run(
      ["select", "--target", "a=x.jsonl", "--pool", "p.jsonl", "--stratify", "domain"] + options,
      in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func `Resample has no target to explain`() throws {
    let run = try Dsel.run(
      ["resample", "--field", "q", "--stratify", "domain", "--mixture", "auto", "p.jsonl"],
      in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains("dsel select --mixture auto"), "\(run.errors)")
    let bare = try Dsel.run(
      ["select", "--target", "a.jsonl", "--pool", "p.jsonl", "--mixture", "auto"], in: directory)
    #expect(bare.status == 64 && bare.errors.contains("--mixture needs --stratify"))
  }
}
