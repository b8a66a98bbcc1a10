import Foundation
import TestSupport
import Testing

/// `--add`, `fit --keep-field` and `weigh --add`.
///
/// An independent implementation of the method gives what is expected: in Python,
/// `Fixtures/golden/method/additions.py`.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct AdditionTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// One entry of additions.json.
  struct Expected: Sendable, CustomTestStringConvertible {
    var json: JSON
    var testDescription: String { (fit + add + draw).joined(separator: " ") }

    /// In the order of the oracle.
    var fields: [String] { json.scales.terms.elements.compactMap(\.field.string) }
    var add: [String] {
      fields.flatMap { ["--add", "\($0)=\(json.settings.add[$0].number ?? 0)"] }
    }
    /// Options of `select` and `fit`.
    var fit: [String] {
      ["--buckets", "\(json.settings.buckets.int ?? 0)"] + minimum
    }
    var minimum: [String] { ["--min-tokens", "\(json.settings.min_tokens.int ?? 0)"] }
    var estimator: [String] {
      ["--estimator", "ratio", "--normalize", json.settings.normalize.string ?? ""]
    }
    /// Options of `select` and `resample`, without the minimum.
    var draw: [String] {
      let settings = json.settings
      let sizes = [("count", "count"), ("token_budget", "tokens")].flatMap { name, option in
        settings[name].int.map { ["--\(option)", "\($0)"] } ?? []
      }
      let weight = settings.min_weight.number.map { ["--min-weight", "\($0)"] } ?? []
      return sizes + weight + [
        "--temperature", "\(settings.temperature.number ?? 0)", "--seed",
        "\(settings.seed.int ?? 0)",
      ]
    }
  }

  static func expected() throws -> [Expected] {
    try JSON(Fixtures.read("golden/method/additions.json")).elements.map { Expected(json: $0) }
  }

  /// The pool with the oracle's numbers, in two shards.
  private func writePool() throws -> [String] {
    _ = try directory.write(Fixtures.crawlText(), to: "crawl.jsonl")
    _ = try Program.run(
      "/usr/bin/env",
      [
        "python3", "-c",
        """
        import json
        lines = [json.loads(line) for line in open("crawl.jsonl", encoding="utf-8")]
        for number, name in enumerate(["0.jsonl", "1.jsonl"]):
          with open(name, "w", encoding="utf-8") as file:
            for d in lines[number * 500:500 if number == 0 else None]:
              digits = int(d["id"][:8], 16)
              d |= {"quality": digits % 4096 / 4096, "age": {"seconds": 1.7e9 + digits % 100003}}
              d["thousands"] = 1000 * d["quality"] + 5
              file.write(json.dumps(d, ensure_ascii=False) + "\\n")
        """,
      ], in: directory)
    return ["0.jsonl", "1.jsonl"]
  }

  private func select(_ options: [String]) throws -> Data {
    let run = try Dsel.select(
      pool: ["0.jsonl", "1.jsonl"], options + ["-q", "--manifest", "m.json", "--force"],
      in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return run.output
  }

  private func expectClose(_ value: Double?, _ expected: Double?, _ name: String) throws {
    let (value, expected) = (try #require(value), try #require(expected))
    // Deviations are sums over thousands of numbers, which dsel adds up plainly.
    #expect(abs(value - expected) <= 1e-9 * max(1, abs(expected)), "\(name): \(value), \(expected)")
  }

  @Test(arguments: try expected())
  func `Select draws the oracle's documents, by its log weights`(expected: Expected) throws {
    _ = try writePool()
    let options = expected.estimator + expected.fit + expected.draw + expected.add
    let lines = try select(options + ["--annotate"]).jsonLines()
    let selected = expected.json.selected.elements
    try #require(lines.map(\.id) == selected.map(\.id))
    for (line, document) in zip(lines, selected) {
      try expectClose(line.dsel.log_weight.number, document.log_weight.number, "\(line.id)")
    }
    let add = try directory.json("m.json").settings.add
    #expect(add.documents == expected.json.scales.documents)
    try expectClose(
      add.weight_deviations[0].number, expected.json.scales.weight_deviation.number, "weights")
    #expect(add.terms.elements.map(\.field.string) == expected.fields)
    for (term, scale) in zip(add.terms.elements, expected.json.scales.terms.elements) {
      #expect(term.coefficient == expected.json.settings.add[term.field.string ?? ""])
      try expectClose(term.mean.number, scale.mean.number, "mean")
      try expectClose(term.deviation.number, scale.deviation.number, "deviation")
    }
    // The draw is the same with other threads, and without annotations.
    let plain = try select(options + ["--threads", "1"]).jsonLines()
    #expect(plain.map(\.id) == lines.map(\.id))
    #expect(plain.allSatisfy { $0.dsel.isNull })
  }

  @Test(arguments: try expected())
  func `Fit, merge, weigh and resample select the same lines`(expected: Expected) throws {
    let pool = try writePool()
    let keep = ["--keep-field", (expected.fields + ["thousands"]).joined(separator: ",")]
    try Stages.run(["fit", Fixtures.wiki, "-o", "t.model"] + expected.fit, in: directory)
    for shard in pool {
      try Stages.run(["fit", shard, "-o", "\(shard).model"] + expected.fit + keep, in: directory)
    }
    let models = pool.map { "\($0).model" }
    try Stages.run(["merge", "-o", "p.model"] + models.reversed(), in: directory)
    try Stages.run(["fit", "-o", "whole.model"] + pool + expected.fit + keep, in: directory)
    #expect(try directory.read("p.model") == directory.read("whole.model"))
    try Stages.run(
      ["weigh", "--target-model", "t.model", "--pool-model", "p.model", "-o", "weights"] + pool
        + expected.estimator + expected.add, in: directory)
    let drawn = try Stages.run(
      ["resample", "--weights", "weights", "--pool"] + pool + expected.draw + expected.minimum,
      in: directory)
    let options = expected.estimator + expected.fit + expected.draw + expected.add
    #expect(try drawn == select(options) && !drawn.isEmpty)
    let (one, other) = try (directory.json("m.json"), directory.json("weights.manifest.json"))
    #expect(one.settings.add == other.settings.add && !one.settings.add.isNull)
  }

  @Test func `The scale of a field doesn't matter, and neither does the order of fields`() throws {
    _ = try writePool()
    for options in [["--count", "60"], ["--count", "60", "--objective", "weight"]] {
      let base = Stages.buckets + options
      let one = try select(base + ["--add", "quality=0.7"]).jsonLines().map(\.id)
      #expect(try select(base + ["--add", "thousands=0.7"]).jsonLines().map(\.id) == one)
      #expect(try select(base).jsonLines().map(\.id) != one)
      #expect(try directory.json("m.json").settings.add.isNull)
    }
  }

  @Test func `Lines are ordered and ranked by the sums, for each target by its own`() throws {
    let pool = try writePool()
    let target = try Fixtures.read("wiki.jsonl").rawLines
    for (name, part) in [("a", target[..<30]), ("b", target[30...])] {
      try directory.write(part.map { $0 }.joinedLines, to: "\(name).jsonl")
      try Stages.run(
        ["fit", "\(name).jsonl", "-o", "\(name).model"] + Stages.buckets, in: directory)
    }
    try Stages.run(
      ["fit", "-o", "p.model", "--keep-field", "quality"] + pool + Stages.buckets, in: directory)
    let add = ["--add", "quality=0.5"]
    try Stages.run(
      [
        "weigh", "--target-model", "one=a.model,two=b.model", "--pool-model", "p.model", "-o", "w",
        "--id-field", "id",
      ] + pool + add, in: directory)
    let weights = Dictionary(
      uniqueKeysWithValues: try directory.read("w").jsonLines().map { ($0.id.string ?? "", $0) })
    let run = try Dsel.run(
      ["select", "--target", "one=a.jsonl", "two=b.jsonl", "--pool"] + pool + Stages.buckets + add
        + [
          "--count", "60", "--objective", "weight", "--order", "weight", "--replay", "0.2",
          "--stratify", "domain", "--annotate-with", "rank", "-q",
        ], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    let lines = try run.output.jsonLines()
    #expect(lines.count == 60)
    var order: [Double] = []
    for line in lines {
      let own = try #require(weights[line.id.string ?? ""]).log_weight
      guard let name = line.dsel.target.string else {
        #expect(line.dsel.log_weight.isNull && line.dsel.rank.isNull)
        order.append(max(own.one.number ?? 0, own.two.number ?? 0))
        continue
      }
      #expect(line.dsel.log_weight == own[name])
      let larger = weights.values.count {
        ($0.tokens.int ?? 0) >= 100
          && ($0.log_weight[name].number ?? 0) > (own[name].number ?? 0)
      }
      #expect(line.dsel.rank.int == larger + 1)
      order.append(own[name].number ?? 0)
    }
    #expect(order == order.sorted(by: >))
  }

  @Test(arguments: ["\"x\": 1", "\"quality\": \"1\"", "\"quality\": null"])
  func `A line without the number is invalid in every step`(member: String) throws {
    let pool = try writePool()
    let bad = "{\"text\": \"\(String(repeating: "word ", count: 200))\", \(member)}\n"
    let second = try directory.read("1.jsonl")
    try directory.write(second + Data(bad.utf8), to: "1.jsonl")
    let line = second.rawLines.count + 1
    let options = ["--count", "30", "--add", "quality=1"] + Stages.buckets
    let refused = try Dsel.select(pool: pool, options, in: directory)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("1.jsonl:\(line): the field \"quality\" is"))
    let fit = try Dsel.run(
      ["fit", "-o", "p.model", "--keep-field", "quality"] + pool, in: directory)
    #expect(fit.status == 1 && fit.errors.contains("1.jsonl:\(line): the field \"quality\" is"))

    let skipped = try Dsel.select(
      pool: pool,
      options + [
        "--on-error", "skip", "--rejects", "bad", "--remainder", "rest", "-o", "out", "--annotate",
      ], in: directory)
    try #require(skipped.status == 0, "\(skipped.errors)")
    #expect(try directory.read("bad") == Data(bad.utf8))
    let counts = try ["out", "rest"].map { try directory.read($0).rawLines.count }
    #expect(counts == [30, 1330])
    #expect(!(try directory.read("rest").lines.contains { $0 + "\n" == bad }))
    // Without rejects, too.
    let again = try Dsel.select(
      pool: pool, options + ["--on-error", "skip", "--remainder", "rest2", "-o", "out2"],
      in: directory)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try directory.read("rest2") == directory.read("rest"))
  }

  @Test func `A field that is the same everywhere, or too large, has no scale`() throws {
    let words = String(repeating: "word ", count: 120)
    for (name, numbers, message) in [
      ("same", ["7", "7", "7"], "3 sampled documents of the pool have the same number there"),
      (
        "large", ["1e300", "-1e300", "1"], "the numbers are too large to have a standard deviation"
      ),
    ] {
      let lines = numbers.enumerated().map { "{\"text\":\"\(words)\($0)\",\"q\":\($1)}" }
      try directory.write(lines.joined(separator: "\n") + "\n", to: name)
      let run = try Dsel.select(pool: [name], ["--count", "1", "--add", "q=1"], in: directory)
      #expect(run.status == 1 && run.errors.contains("--add q: \(message)"), "\(run.errors)")
    }
    try directory.write("{\"text\":\"a short text\",\"q\":1}\n", to: "short")
    let run = try Dsel.select(pool: ["short"], ["--count", "1", "--add", "q=1"], in: directory)
    #expect(
      run.status == 1 && run.errors.contains("no document of the pool has as many tokens as"),
      "\(run.errors)")
  }

  @Test func `Weigh needs a model with the field, and merge the same fields`() throws {
    let pool = try writePool()
    for (name, keep) in [("plain", []), ("q", ["--keep-field", "quality"])] {
      try Stages.run(["fit", pool[0], "-o", name] + keep + Stages.buckets, in: directory)
    }
    try Stages.run(
      ["fit", pool[1], "-o", "two", "--keep-field", "quality,thousands"] + Stages.buckets,
      in: directory)
    let models = try Stages.models().path("wiki.model")
    let run = try Dsel.run(
      ["weigh", "--target-model", models, "--pool-model", "q", "--add", "thousands=1", pool[0]],
      in: directory)
    #expect(run.status == 1)
    #expect(
      run.errors.contains(
        "q: the model has no numbers of the field \"thousands\", which --add needs. Fit the pool "
          + "again with 'dsel fit --keep-field thousands'."), "\(run.errors)")
    for (other, text) in [("plain", "without --keep-field"), ("q", "with --keep-field quality")] {
      let merge = try Dsel.run(["merge", other, "two", "-o", "m"], in: directory)
      #expect(merge.status == 1)
      #expect(
        merge.errors.contains(
          "two: it was fitted with --keep-field quality,thousands, but \(other) \(text)."),
        "\(merge.errors)")
    }
    // A model without fields is what it was before there were fields.
    #expect(try directory.json("plain").field_sample.isNull)
    #expect(try directory.json("q").format_version.int == 1)
  }

  @Test func `A sample that isn't the model's is refused`() throws {
    let pool = try writePool()
    try Stages.run(
      ["fit", pool[0], "-o", "q", "--keep-field", "quality"] + Stages.buckets, in: directory)
    for edit in [
      "d['documents'][3]['tokens'] += 1", "d['documents'][0]['values'] = []",
      "d['documents'][0]['values'].append(1)", "d['fields'] = []",
      "d['documents'].append(d['documents'][0])", "d['threshold'] = '00'",
      "d['documents'][1]['features'] = '////' + d['documents'][1]['features'][4:]",
    ] {
      _ = try Program.run(
        "/usr/bin/env",
        [
          "python3", "-c",
          "import json; m = json.load(open('q')); d = m['field_sample']; \(edit); "
            + "json.dump(m, open('edited', 'w'))",
        ], in: directory)
      let run = try Dsel.run(["merge", "edited", "-o", "out", "--force"], in: directory)
      #expect(run.status == 1 && run.errors.contains("field_sample"), "\(edit): \(run.errors)")
    }
  }

  @Test(arguments: [
    (["--add", "q"], "--add 'q' has no coefficient. Write it like quality=0.3"),
    (["--add", "q=x"], "--add 'q=x': the coefficient 'x' is not a number."),
    (["--add", "q=1e7"], "--add 'q=1e7': the coefficient must be from -1e6 to 1e6."),
    (["--add", "q=1", "--add", "q=2"], "--add names 'q' twice."),
    (["--add", "q=1,a..b=2"], "--add"),
    (["--add", "q=1", "--compat", "dsir"], "--compat dsir has the weights of another program."),
  ])
  func `What can't be added is refused`(options: [String], message: String) throws {
    for command in [
      ["select", "--target", "t"], ["weigh", "--target-model", "t", "--pool-model", "p"],
    ] {
      let run = try Dsel.run(command + ["--pool", "p"] + options, in: directory)
      #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
    }
  }

  @Test func `Fields that are kept twice, or with --compat, are refused`() throws {
    let fit = try Dsel.run(
      ["fit", "p", "-o", "m", "--keep-field", "q", "--compat", "dsir"], in: directory)
    #expect(fit.status == 64 && fit.errors.contains("--keep-field can't be used with --compat"))
    let twice = try Dsel.run(
      ["fit", "p", "-o", "m", "--keep-field", "q", "--keep-field", "q"], in: directory)
    #expect(twice.status == 64 && twice.errors.contains("--keep-field names 'q' twice."))
  }
}
