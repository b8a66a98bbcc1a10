import Foundation
import TestSupport
import Testing

/// Draws by numbers in the lines.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct FieldDrawTests {
  private let directory: TemporaryDirectory
  /// Numbers of 400 documents, in whole quarters, so that sums are exact.
  private let numbers: [(loss: Double, quality: Double)]
  private let lines: [Data]

  init() throws {
    directory = try TemporaryDirectory()
    var random = SplitMix64(state: 3)
    let losses = (0..<400).shuffled(using: &random)
    numbers = losses.map { (Double($0) / 4, Double(random.next() % 64) / 4) }
    lines = numbers.enumerated().map { number, value in
      Data(
        """
        {"id": \(number), "text": "document \(number)", "loss": \(value.loss), "meta": \
        {"quality": \(value.quality)}, "easy": \(-value.loss)}
        """.utf8)
    }
    try directory.write(lines.joinedLines, to: "pool.jsonl")
  }

  private func draw(_ options: [String], from pool: String = "pool.jsonl") throws -> [Data] {
    try Stages.run(["resample", pool] + options, in: directory).rawLines
  }

  @Test func `A draw by the weights that select wrote into lines equals that of select`() throws {
    let select = Stages.buckets + ["--annotate", "--logistic-share", "0", "--min-tokens", "0"]
    let all = try Dsel.select(select + ["--fraction", "1"], in: directory)
    try directory.write(all.output, to: "annotated.jsonl")
    for options in [["--seed", "3"], ["--top-k"], ["--temperature", "3"]] {
      // The keys in the lines are those of the first draw, so both sides drop them.
      let expected = try Dsel.select(select + options + ["--count", "100"], in: directory)
      let drawn = try draw(
        ["--field", "dsel.log_weight", "--count", "100"] + options, from: "annotated.jsonl")
      #expect(
        try drawn.map { try JSON($0).id } == expected.output.jsonLines().map(\.id), "\(options)")
    }
  }

  @Test func `The largest sums are drawn first`() throws {
    let cases: [([String], (Int) -> Double)] = [
      (["--field", "loss"], { numbers[$0].loss }),
      (["--field", "loss", "--negate"], { -numbers[$0].loss }),
      (
        ["--field", "loss", "--field", "meta.quality"],
        { numbers[$0].loss + numbers[$0].quality }
      ),
      (
        [
          "--field", "loss", "--field", "meta.quality", "--field-scale", "-1", "--field-scale", "8",
        ],
        { 8 * numbers[$0].quality - numbers[$0].loss }
      ),
      (
        ["--field", "loss", "--field-scale", "2", "--negate"], { -2 * numbers[$0].loss }
      ),
    ]
    for (options, sum) in cases {
      let drawn = try draw(options + ["--top-k", "--count", "37"])
      let places = drawn.compactMap { lines.firstIndex(of: $0) }
      #expect(places.count == 37 && places == places.sorted(), "pool order")
      // Any document with an equal sum may be drawn.
      let smallest = try #require(places.map(sum).min())
      #expect(lines.indices.count { sum($0) > smallest } < 37, "\(options)")
      #expect(Set(lines.indices.filter { sum($0) > smallest }).isSubset(of: places))
    }
  }

  @Test(arguments: ["0", "5"])
  func `A draw with --negate equals one by negated numbers`(seed: String) throws {
    let options = ["--seed", seed, "--temperature", "9", "--count", "50"]
    let drawn = try draw(["--field", "loss", "--negate"] + options)
    #expect(drawn.count == 50)
    #expect(try draw(["--field", "easy"] + options) == drawn)
    #expect(try draw(["--field", "loss"] + options) != drawn)
  }

  /// Values that aren't a number, or not a possible weight.
  static let wrong = [
    "\"x\": 1", "\"q\": \"1\"", "\"q\": null", "\"q\": true", "\"q\": [1]", "\"q\": {\"a\": 1}",
    "\"q\": 1e400", "\"q\": -1e999",
  ]

  @Test(arguments: wrong)
  func `A line without a number is refused, or skipped and counted`(member: String) throws {
    let bad = Data("{\"text\": \"bad\", \(member)}".utf8)
    let good = (0..<9).map { Data("{\"text\": \"good \($0)\", \"q\": \($0)}".utf8) }
    try directory.write((good[..<4] + [bad] + good[4...]).map { $0 }.joinedLines, to: "odd.jsonl")
    let options = ["resample", "odd.jsonl", "--field", "q", "--count", "20", "-o", "out.jsonl"]
    let refused = try Dsel.run(options, in: directory)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("odd.jsonl:5: the field \"q\" is"), "\(refused.errors)")
    #expect(!directory.exists("out.jsonl"))
    let skipped = try Dsel.run(
      options + ["--on-error", "skip", "--rejects", "bad.jsonl"], in: directory)
    #expect(skipped.status == 0, "\(skipped.errors)")
    #expect(try directory.read("out.jsonl").rawLines == good)
    #expect(try directory.read("bad.jsonl").rawLines == [bad])
    let manifest = try directory.json("out.jsonl.manifest.json")
    #expect(manifest.skipped_lines.counts == ["not_a_number": 1])
    #expect(manifest.documents.int == 9)
  }

  @Test func `The remainder excludes drawn documents and those without a number`() throws {
    let bad = ["{\"text\": \"no number\"}", "{\"text\": \"drawn?\", \"q\": null}", "{no JSON"]
    let good = (0..<9).map { "{\"text\": \"good \($0)\", \"q\": \($0)}" }
    let lines = [bad[0]] + good[..<4] + bad[1...] + good[4...]
    try directory.write(lines.map { Data($0.utf8) }.joinedLines, to: "odd.jsonl")
    for rejects in [["--rejects", "bad.jsonl"], []] {
      try Stages.run(
        [
          "resample", "odd.jsonl", "--field", "q", "--count", "4", "--on-error", "skip", "-o",
          "out",
        ]
          + ["--remainder", "rest", "--force"] + rejects, in: directory)
      let (drawn, rest) = try (directory.read("out").lines, directory.read("rest").lines)
      #expect(drawn.count == 4 && Set(drawn + rest) == Set(good) && rest.count == 5)
    }
    #expect(try directory.read("bad.jsonl").lines == [bad[0]] + bad[1...])
  }

  @Test func `A sum beyond all numbers is refused, and a large integer isn't`() throws {
    try directory.write(
      """
      {"text": "a", "q": 123456789012345678901234567890}
      {"text": "b", "q": 1e308}
      {"text": "c", "q": -1e308}

      """, to: "huge.jsonl")
    let options = ["--field", "q", "--top-k", "--count", "1"]
    #expect(try draw(options, from: "huge.jsonl").first.map { try JSON($0).text.string } == "b")
    let run = try Dsel.run(
      ["resample", "huge.jsonl", "--field-scale", "1e300"] + options, in: directory)
    #expect(run.status == 1)
    #expect(
      run.errors.contains(
        "huge.jsonl:2: the log weight is too large: the sum of \"q\" times --field"))
  }

  @Test func `Tokens, bytes and minimum lengths work as in select`() throws {
    // "document N" has two tokens.
    try Stages.run(
      ["resample", "pool.jsonl", "--field", "loss", "--tokens", "41", "-o", "out.jsonl"],
      in: directory
    )
    #expect(try directory.read("out.jsonl").rawLines.count == 20)
    #expect(try directory.json("out.jsonl.manifest.json").selected.shortfall.int == 1)
    let bytes = try Stages.run(
      ["resample", "pool.jsonl", "--field", "loss", "--bytes", "1000"], in: directory)
    #expect((900...1000).contains(bytes.count))
    #expect(try draw(["--field", "loss", "--min-tokens", "2"]).count == 40)
    #expect(try draw(["--field", "loss", "--min-tokens", "3"]).isEmpty)
    #expect(try draw(["--field", "loss", "--fraction", "0.25"]).count == 100)
  }
}
