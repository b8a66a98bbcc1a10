import Foundation
import TestSupport
import Testing

/// `--exclude` against an independent search, `Fixtures/golden/exclusion/exclusion.py`.
@Suite struct ExclusionTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  struct Expected: Sendable, CustomTestStringConvertible {
    var json: JSON
    var testDescription: String { options.joined(separator: " ") }

    var files: [String] { json.settings.files.elements.map { $0.string ?? "" } }
    var isOfQuestions: Bool { files == ["questions.jsonl"] }
    var options: [String] {
      ["--exclude"] + files.map { Exclusion.path($0) } + [
        "--exclude-ngram", "\(json.settings.ngram.int ?? 0)",
        "--tokenizer", json.settings.tokenizer.string ?? "",
        "--exclude-text-field", isOfQuestions ? "q" : "text|q",
      ]
    }
  }

  static func expected() throws -> [Expected] {
    let runs = try JSON(Fixtures.read("golden/exclusion/exclusion.json")).runs.elements
    try #require(!runs.isEmpty)
    return runs.map { Expected(json: $0) }
  }

  /// All documents, without noise: what isn't excluded is selected.
  private static let all = [
    "--objective", "weight", "--top-k", "--count", "1M", "--min-tokens", "1",
    "--duplicates", "keep", "--buckets", "65536", "--quiet",
  ]

  @Test(arguments: try expected())
  func `Exactly the documents with a common n-gram are excluded`(expected: Expected) throws {
    let run = try Dsel.select(
      pool: Exclusion.pool,
      Self.all + expected.options + [
        "--excluded", "excluded.jsonl", "-o", "out.jsonl", "--manifest", "manifest.json",
      ], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    let lines = try Exclusion.lines()
    let found = try directory.read("excluded.jsonl").lines.map { line in
      let line = try JSON(Data(line.utf8))
      let number = lines.firstIndex { $0.file == line.file.string && $0.offset == line.offset.int }
      return Exclusion.Found(
        line: number.map { $0 + 1 }, ngram: line.ngram.string,
        file: line.evaluation_file.string, evaluationLine: line.evaluation_line.int)
    }
    let wanted = expected.json.excluded.elements.map { excluded in
      Exclusion.Found(
        line: excluded.line.int, ngram: excluded.ngram.string,
        file: excluded.evaluation[0].int.map { Exclusion.path(expected.files[$0]) },
        evaluationLine: excluded.evaluation[1].int)
    }
    #expect(found == wanted)
    #expect(!wanted.isEmpty)

    let excluded = Set(wanted.map(\.line))
    let left = lines.indices.filter { !excluded.contains($0 + 1) }.map { lines[$0].text }
    #expect(try directory.read("out.jsonl").lines == left)
    let record = try directory.json("manifest.json").excluded
    #expect(record.documents.int == wanted.count)
    #expect(record.ngrams == expected.json.ngrams)
    #expect(record.short_documents == expected.json.short)
    #expect(record.ngram == expected.json.settings.ngram)
    #expect(record.files.elements.map { $0.path.string } == expected.files.map(Exclusion.path))
  }

  /// The documents that are drawn without `--exclude`, and those among them that match.
  @Test(arguments: [
    ["--objective", "weight"], ["--objective", "weight", "--temperature", "20"],
    ["--objective", "weight", "--tokens", "60k"], ["--objective", "weight", "--bytes", "1M"],
    ["--objective", "weight", "--replay", "0.3"],
    ["--objective", "weight", "--stratify", "kind", "--mixture", "a=0.5,b=0.5", "--fill"],
    ["--compat", "dsir", "--min-tokens", "20"],
    ["--objective", "weight", "--share", "one=0.3"],
  ])
  func `The list has what would have been drawn otherwise`(options: [String]) throws {
    let size = options.contains { $0 == "--tokens" || $0 == "--bytes" } ? [] : ["--count", "300"]
    let second = try secondTarget()
    let targets =
      options.contains("--share")
      ? ["one=\(Fixtures.wiki)", "two=\(second)"] : [Fixtures.wiki]
    let pool = try Exclusion.writePool(in: directory)
    let common =
      ["select", "--target"] + targets + ["--pool", pool] + size + options + ["--quiet"]
    try Stages.run(common + ["-o", "before.jsonl"], in: directory)
    try Stages.run(
      common + Exclusion.options + ["--excluded", "excluded.jsonl", "-o", "after.jsonl"],
      in: directory)
    let tokenizer = options.contains("dsir") ? "wordpunct" : "words"
    let matching = try Exclusion.matching(tokenizer: tokenizer)
    let before = try directory.read("before.jsonl").lines
    let drawn = before.filter { matching.contains($0) }
    #expect(!drawn.isEmpty)
    let offsets = try directory.read("excluded.jsonl").lines.map { line in
      try JSON(Data(line.utf8)).offset.int ?? -1
    }
    let text = try directory.read("pool.jsonl")
    let listed = offsets.map { offset in
      String(decoding: text[offset...].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
    #expect(listed == drawn)
    let after = try directory.read("after.jsonl").lines
    #expect(after.allSatisfy { !matching.contains($0) })
    if size == ["--count", "300"] { #expect(after.count == before.count) }
  }

  private func secondTarget() throws -> String {
    let lines = try Fixtures.read("wiki.jsonl").rawLines
    return try directory.write(lines.suffix(20).joinedLines, to: "second.jsonl")
  }

  @Test(arguments: [["--threads", "1"], ["--threads", "4"]])
  func `Threads and cuts of the pool change neither selection nor list`(
    options: [String]
  ) throws {
    let common = ["--count", "100", "--quiet"] + Exclusion.options
    let outputs = ["--excluded", "excluded.jsonl", "-o", "out.jsonl", "--force"]
    let pool = try Exclusion.writePool(in: directory)
    try Stages.run(
      ["select", "--target", Fixtures.wiki, "--pool", pool] + common + outputs, in: directory)
    let (list, output) = (
      try Exclusion.listed("excluded.jsonl", in: directory), try directory.read("out.jsonl")
    )
    #expect(!list.isEmpty)
    let lines = try directory.read("pool.jsonl").rawLines
    var shards: [String] = []
    for (number, begin) in [0, 100, 101, 900].enumerated() {
      let end = [100, 101, 900, lines.count][number]
      shards.append("part\(number).jsonl")
      try directory.write(Array(lines[begin..<end]).joinedLines, to: shards[number])
    }
    try Stages.run(
      ["select", "--target", Fixtures.wiki, "--pool"] + shards + common + outputs + options,
      in: directory)
    #expect(try directory.read("out.jsonl") == output)
    #expect(try Exclusion.listed("excluded.jsonl", in: directory) == list)
  }

  @Test func `Documents that aren't drawn aren't counted`() throws {
    let pool = try Exclusion.writePool(in: directory)
    var counts: [Int] = []
    for count in [10, 200, 1500] {
      try Stages.run(
        [
          "select", "--target", Fixtures.wiki, "--pool", pool, "--objective", "weight", "--count",
          "\(count)", "-o", "out.jsonl", "--force",
        ] + Exclusion.options, in: directory)
      counts.append(try directory.json("out.jsonl.manifest.json").excluded.documents.int ?? -1)
    }
    #expect(counts == counts.sorted())
    #expect(counts[0] < counts[2])
  }

  @Test func `Exact duplicates of an excluded document count as copies`() throws {
    let lines = try Exclusion.lines().map(\.text)
    let wanted = try Exclusion.matching(tokenizer: "words")
    let excluded = try #require(lines.first { wanted.contains($0) && $0.utf8.count > 2000 })
    let copies = Array(repeating: excluded, count: 3).map { $0 + "\n" }.joined()
    try directory.write(copies + lines[3] + "\n", to: "pool.jsonl")
    try Stages.run(
      [
        "select", "--target", Fixtures.wiki, "--pool", "pool.jsonl", "--count", "2",
        "--objective", "weight", "--min-tokens", "1", "-o", "out.jsonl", "--excluded", "list.jsonl",
      ] + Exclusion.options, in: directory)
    let record = try directory.json("out.jsonl.manifest.json").excluded
    #expect(record.documents.int == 1)
    #expect(record.copies.int == 2)
    #expect(try directory.read("list.jsonl").lines.count == 1)
    #expect(try directory.read("out.jsonl").lines == [lines[3]])
  }

  @Test func `The remainder has the excluded documents`() throws {
    let pool = try Exclusion.writePool(in: directory)
    try Stages.run(
      [
        "select", "--target", Fixtures.wiki, "--pool", pool, "--count", "300", "-o", "out.jsonl",
        "--remainder", "rest.jsonl", "--excluded", "list.jsonl",
      ] + Exclusion.options, in: directory)
    let rest = Set(try directory.read("rest.jsonl").lines)
    let matching = try Exclusion.matching(tokenizer: "words")
    let ofPool = Set(try directory.read("pool.jsonl").lines)
    #expect(matching.intersection(ofPool).count > 10)
    #expect(matching.intersection(ofPool).isSubset(of: rest))
    #expect(try !directory.read("list.jsonl").lines.isEmpty)
    let all = try directory.read("out.jsonl").lines.count + directory.read("rest.jsonl").lines.count
    #expect(all == (try directory.read("pool.jsonl").lines.count))
  }

  @Test func `A pool that is excluded as a whole leaves nothing, and says so`() throws {
    let pool = try Exclusion.writePool(in: directory)
    let run = try Dsel.select(
      pool: [pool], ["--exclude", pool, "--count", "10", "-o", "out.jsonl"], in: directory)
    #expect(run.status == 0)
    #expect(try directory.read("out.jsonl").isEmpty)
    #expect(
      run.errors.contains("the pool has no eligible document that is not excluded"),
      "\(run.errors)")
  }

  @Test func `An excluded evaluation set may be one huge document`() throws {
    let lines = try Exclusion.lines()
    let texts = try lines.map { try JSON(Data($0.text.utf8)).text.string ?? "" }
    let whole = try JSONEncoder().encode(["text": texts.joined(separator: "\n")])
    try directory.write(whole, to: "huge.jsonl")
    let run = try Dsel.select(
      pool: Exclusion.pool, ["--exclude", "huge.jsonl", "--count", "10", "-o", "out.jsonl"],
      in: directory)
    #expect(run.status == 0)
    #expect(try directory.read("out.jsonl").isEmpty)
  }
}
