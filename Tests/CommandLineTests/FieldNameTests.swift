import Foundation
import TestSupport
import Testing

/// Fields whose keys contain dots.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct FieldNameTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    let lines = (0..<30).map { number in
      Data(
        #"""
        {"meta.text":"document \#(number) has some words","meta":{"text":"x"},"doc":{"q.a":\#(number)},\#
        "site.name":"\#(["a", "b"][number % 2])","my.id":"id-\#(number)"}
        """#.utf8)
    }
    try directory.write(lines.joinedLines, to: "pool.jsonl")
  }

  private func run(_ line: String) throws -> Data {
    try Stages.run(line.split(separator: " ").map(String.init), in: directory)
  }

  @Test func `Every option for a field accepts keys with dots`() throws {
    let drawn = try run(
      #"resample pool.jsonl --text-field meta\.text --field doc.q\.a --stratify site\.name --mixture b=1 --top-k --count 3 -o out"#
    )
    #expect(drawn.isEmpty)
    #expect(
      try directory.read("out").jsonLines().map(\.["my.id"].string) == ["id-25", "id-27", "id-29"])
    let settings = try directory.json("out.manifest.json").settings
    #expect(settings.text_field.string == #"meta\.text"#)
    #expect(settings.stratify.string == #"site\.name"#)
    #expect(settings.fields.counts == [#"doc.q\.a"#: 1])

    for (name, input) in [("target", "pool.jsonl"), ("pool", "pool.jsonl")] {
      _ = try run(#"fit \#(input) --text-field meta\.text --buckets 1000 -o \#(name)"#)
    }
    let models = "--target-model target --pool-model pool"
    let weights = try run(#"weigh pool.jsonl \#(models) --text-field meta\.text --id-field my\.id"#)
    #expect(try weights.jsonLines().map(\.id.string) == (0..<30).map { "id-\($0)" })
    #expect(try weights.jsonLines()[0].tokens.int == 5)

    let compared = try run(
      #"compare --target pool.jsonl --selected pool.jsonl --text-field meta\.text --domain-field site\.name --json"#
    )
    #expect(
      try JSON(compared).domains.table.elements.compactMap(\.domain.string).sorted() == ["a", "b"])
    let selected = try run(
      #"select pool.jsonl --target pool.jsonl --text-field meta\.text --stratify site\.name --mixture a=1 --min-tokens 0 --count 4"#
    )
    #expect(try selected.jsonLines().map(\.["site.name"].string) == ["a", "a", "a", "a"])
  }

  @Test func `Candidates weighed by one field can't be merged with those of another`() throws {
    for name in ["target", "pool"] {
      _ = try run(#"fit pool.jsonl --text-field meta\.text --buckets 1000 -o \#(name)"#)
    }
    let weigh =
      "weigh pool.jsonl --target-model target --pool-model pool --candidates 5 --min-tokens 0"
    _ = try run(weigh + #" --text-field meta\.text -o candidates"#)
    let header = try JSON(directory.read("candidates").rawLines[0])
    #expect("\(header)".contains(#"meta\\.text"#), "\(header)")
    let drawn = try run(#"resample pool.jsonl --text-field meta\.text --candidates candidates"#)
    #expect(drawn.rawLines.count == 5)
  }

  @Test func `A missing field is named in the option's notation, and so are the existing fields`()
    throws
  {
    let arguments = ["fit", "pool.jsonl", "--text-field", #"a\.b"#]
    let run = try Dsel.run(arguments, in: directory)
    #expect(run.status == 1)
    #expect(
      run.errors.contains(
        #"pool.jsonl:1: the field "a\.b" is missing. The line has: meta\.text, meta, doc, site\.name, my\.id."#
      ),
      "\(run.errors)")
  }

  @Test(arguments: [
    (
      "--text-field a..b",
      "--text-field 'a..b' has an empty key. Write it like meta.doc.text. A dot in a key is written '\\.'."
    ),
    ("--text-field .text", "--text-field '.text' has an empty key"),
    (
      #"--text-field a\b"#,
      #"--text-field 'a\b' has a backslash that is not before a dot. A backslash in a key is written '\\', and a dot '\.'."#
    ),
    (
      #"--stratify a\ --text-field t"#,
      #"--stratify 'a\' has a backslash that is not before a dot"#
    ),
  ])
  func `An impossible field is refused`(options: String, message: String) throws {
    let line = "select pool.jsonl --target pool.jsonl \(options)"
    let run = try Dsel.run(line.split(separator: " ").map(String.init), in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func `A missing field for strata is reported with advice on dots`() throws {
    let line =
      "select pool.jsonl --target pool.jsonl --min-tokens 0 --text-field meta.text --stratify site.name"
    let run = try Dsel.run(line.split(separator: " ").map(String.init), in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains(#"and a dot in a key is written '\.'."#), "\(run.errors)")
  }
}
