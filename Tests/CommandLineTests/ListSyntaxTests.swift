import Foundation
import TestSupport
import Testing

/// Lists of files, shares and fields: with commas, or by repeating an option.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct ListSyntaxTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    let lines = try Fixtures.crawlText().rawLines
    try directory.write(Array(lines.prefix(400)).joinedLines, to: "a.jsonl")
    try directory.write(Array(lines.dropFirst(400).prefix(400)).joinedLines, to: "b.jsonl")
    let wiki = try Fixtures.read("wiki.jsonl").rawLines
    try directory.write(Array(wiki.prefix(30)).joinedLines, to: "w.jsonl")
    try directory.write(Array(wiki.dropFirst(30)).joinedLines, to: "l.jsonl")
  }

  /// Runs each command line, and checks that all give the same output.
  private func expectSame(_ lines: [String], _ options: [String] = []) throws -> Data {
    var outputs: [Data] = []
    for line in lines {
      let arguments = line.split(separator: " ").map(String.init) + options
      outputs.append(try Stages.run(arguments, in: directory))
    }
    for (line, output) in zip(lines, outputs) { #expect(output == outputs[0], "\(line)") }
    try #require(!outputs[0].isEmpty)
    return outputs[0]
  }

  private func refused(_ line: String, _ message: String) throws {
    let run = try Dsel.run(line.split(separator: " ").map(String.init), in: directory)
    #expect(run.status == 64, "\(line)")
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  // MARK: Files

  @Test func `The pool of select is accepted in every notation`() throws {
    let output = try expectSame(
      [
        "select --target w.jsonl --pool a.jsonl b.jsonl --count 20",
        "select --target w.jsonl --pool a.jsonl,b.jsonl --count 20",
        "select --target w.jsonl --pool a.jsonl --pool b.jsonl --count 20",
        "select a.jsonl b.jsonl --target w.jsonl --count 20",
        "select a.jsonl,b.jsonl --target w.jsonl --count 20",
        "select --target w.jsonl --count 20 a.jsonl b.jsonl",
        "select a.jsonl --target w.jsonl --pool b.jsonl --count 20",
      ], Stages.buckets)
    #expect(output.rawLines.count == 20)
    let last = ["select", "--target", "w.jsonl", "--count", "20"] + Stages.buckets
    #expect(try Dsel.run(last + ["--", "a.jsonl", "b.jsonl"], in: directory).output == output)
  }

  @Test func `Targets and their shares are accepted in every notation`() throws {
    let rest = " --pool a.jsonl b.jsonl --count 20"
    _ = try expectSame(
      [
        "select --target w=w.jsonl l=l.jsonl --share w=0.7 --share l=0.3" + rest,
        "select --target w=w.jsonl,l=l.jsonl --share w=0.7,l=0.3" + rest,
        "select --target w=w.jsonl --target l=l.jsonl --share l=0.3 --share w=.7" + rest,
      ], Stages.buckets)
    _ = try expectSame(
      [
        "select --target w=w.jsonl,l.jsonl" + rest, "select --target w=w.jsonl w=l.jsonl" + rest,
        "select --target w=w.jsonl,w=l.jsonl" + rest, "select --target w.jsonl,l.jsonl" + rest,
      ], Stages.buckets)
  }

  @Test func `An existing path is taken whole`() throws {
    for (name, source) in [
      ("a,b.jsonl", "a.jsonl"), ("w=l.jsonl", "w.jsonl"), ("x=y,z", "b.jsonl"),
    ] {
      try directory.write(try directory.read(source), to: name)
    }
    _ = try expectSame(
      [
        "select --target w.jsonl --pool a.jsonl b.jsonl --count 9",
        "select --target w=l.jsonl --pool a,b.jsonl,b.jsonl --count 9",
        "select --target w=l.jsonl --pool a,b.jsonl,x=y,z --count 9",
        "select --target t=w=l.jsonl --pool a,b.jsonl x=y,z --count 9",
      ], Stages.buckets)
  }

  @Test(arguments: [
    (
      "select --target w.jsonl --pool a.jsonl,,b.jsonl",
      "--pool 'a.jsonl,,b.jsonl' has an empty file name"
    ),
    (
      "select --target w.jsonl --pool a.jsonl,",
      "--pool 'a.jsonl,' has an empty file name"
    ),
    ("select --target w=,w.jsonl --pool a.jsonl", "--target 'w=,w.jsonl' has an empty file name"),
    ("select --target w= --pool a.jsonl", "--target 'w=' has an empty file name"),
    ("fit", "Documents are missing. Name their files, or - for standard input."),
    (
      "weigh --target-model t --pool-model p",
      "--pool is missing. Name the files to weigh, with or without --pool, or - for"
    ),
    ("select --pool - --pool - --target w.jsonl", "Standard input (-) is named twice"),
  ])
  func `A list with an empty entry is refused`(line: String, message: String) throws {
    try refused(line, message)
  }

  @Test func `An empty name is refused`() throws {
    let run = try Dsel.run(["select", "--target", "w.jsonl", "--pool", ""], in: directory)
    #expect(run.status == 64 && run.errors.contains("--pool is empty. Name a file."))
  }

  @Test func `Every command for documents accepts operands and --pool`() throws {
    _ = try expectSame(
      [
        "fit a.jsonl b.jsonl", "fit --pool a.jsonl b.jsonl", "fit a.jsonl,b.jsonl",
        "fit a.jsonl --pool b.jsonl",
      ],
      Stages.buckets)
    let models = try Stages.modelOptions()
    let weights = try expectSame(
      ["weigh a.jsonl b.jsonl", "weigh --pool a.jsonl b.jsonl", "weigh a.jsonl --pool b.jsonl"],
      models)
    try directory.write(weights, to: "weights")
    _ = try expectSame([
      "resample --weights weights --pool a.jsonl b.jsonl --count 9",
      "resample a.jsonl,b.jsonl --weights weights --count 9",
    ])
    for shard in ["a", "b"] {
      try Stages.run(["weigh", "\(shard).jsonl", "-o", "\(shard).weights"] + models, in: directory)
    }
    _ = try expectSame([
      "resample --weights a.weights,b.weights --pool a.jsonl b.jsonl --count 9",
      "resample --weights a.weights b.weights --pool a.jsonl b.jsonl --count 9",
      "resample --weights a.weights --weights b.weights --pool a.jsonl b.jsonl --count 9",
    ])
    let explained = try expectSame(
      ["explain a.jsonl --line 3 --json", "explain --pool a.jsonl --line 3 --json"], models)
    #expect(try JSON(explained).documents[0].line.int == 3)
    let fitted = try expectSame([
      "explain --target w.jsonl --pool a.jsonl --line 3 --json a.jsonl",
      "explain --target w.jsonl --pool a.jsonl --line 3 --json",
    ])
    #expect(try JSON(fitted).documents[0].line.int == 3)
    let compared = try expectSame([
      "compare --target w.jsonl --selected l.jsonl --pool a.jsonl b.jsonl",
      "compare a.jsonl b.jsonl --target w.jsonl --selected l.jsonl",
      "compare --target w.jsonl --selected l.jsonl --pool a.jsonl,b.jsonl",
    ])
    #expect(compared.lines[0].contains("random baseline"))
  }

  @Test func `Target models accept names and commas`() throws {
    let models = try Stages.models()
    let (wiki, pool) = (models.path("wiki.model"), models.path("pool.model"))
    _ = try expectSame([
      "weigh a.jsonl --pool-model \(pool) --target-model x=\(wiki) --target-model y=\(pool)",
      "weigh a.jsonl --pool-model \(pool) --target-model x=\(wiki),y=\(pool)",
    ])
    try refused(
      "weigh a.jsonl --pool-model \(pool) --target-model \(wiki),\(pool)",
      "Several target models need a name each")
  }

  // MARK: Shares and fields

  @Test func `A mixture accepts lists and repeats, and keeps a comma in a value`() throws {
    let lines = (0..<40).map { number in
      Data(
        #"{"text":"document \#(number)","q":1,"d":"\#(["a", "b,c", "d=e", "f"][number % 4])"}"#.utf8
      )
    }
    try directory.write(lines.joinedLines, to: "pool.jsonl")
    func counts(_ mixture: [String]) throws -> [String: Int] {
      let command = "resample pool.jsonl --field q --count 20 --stratify d".split(separator: " ")
      let output = try Stages.run(command.map(String.init) + mixture, in: directory)
      return try output.jsonLines().reduce(into: [:]) { $0[$1.d.string ?? "", default: 0] += 1 }
    }
    let expected = ["a": 5, "b,c": 10, "d=e": 5]
    #expect(try counts(["--mixture", "a=0.25,b,c=0.5,d=e=0.25"]) == expected)
    #expect(
      try counts(["--mixture", "b,c=0.5", "--mixture", "a=.25", "--mixture", "d=e=25e-2"])
        == expected)
    #expect(try counts(["--mixture", "d=e=0.25,a=0.25", "--mixture", "b,c=.5"]) == expected)
  }

  @Test(arguments: [
    ("--mixture a=1.5,b=0.5", "--mixture 'a=1.5' is not a share. Write it like wiki=0.4,web=0.6"),
    ("--mixture a=0.5,b", "--mixture 'b' is not a share"),
    ("--mixture a=0.5,", "--mixture '' is not a share"),
    ("--mixture a=0.5 --mixture a=0.5", "--mixture names 'a' twice"),
    ("--mixture a=0.6 --mixture b=0.6", "The shares of --mixture add up to 1.2"),
  ])
  func `An impossible mixture is refused`(options: String, message: String) throws {
    try refused("resample a.jsonl --field q --stratify d \(options)", message)
  }

  @Test func `Fields and scales are accepted in every notation`() throws {
    let lines = (0..<50).map { number in
      Data(
        #"{"text":"document \#(number)","q":\#(number * 7 % 50),"l":\#(number * 3 % 20),"x=y":0}"#
          .utf8)
    }
    try directory.write(lines.joinedLines, to: "pool.jsonl")
    let output = try expectSame([
      "resample pool.jsonl --count 8 --top-k --field q=0.5,l=-2",
      "resample pool.jsonl --count 8 --top-k --field q=0.5 --field l=-2",
      "resample pool.jsonl --count 8 --top-k --field q --field l --field-scale 0.5 --field-scale -2",
      "resample pool.jsonl --count 8 --top-k --field q,l --field-scale 0.5,-2",
      #"resample pool.jsonl --count 8 --top-k --field q=0.5,l=-2,x\=y=3"#,
      "resample pool.jsonl --count 8 --top-k --negate --field q=-0.5,l=2",
    ])
    // By hand: the eight largest q / 2 - 2 l, in pool order.
    let sums = (0..<50).map { number -> Int in number * 7 % 50 - 4 * (number * 3 % 20) }
    let sorted = (0..<50).sorted { sums[$0] > sums[$1] }
    let largest = sorted.prefix(8).sorted()
    try #require(sums[sorted[7]] > sums[sorted[8]])
    #expect(try output.jsonLines().map(\.text.string) == largest.map { "document \($0)" })
  }

  @Test(arguments: [
    (
      "--field q=two", "--field 'q=two': the scale 'two' is not a number. Write it like quality=0.3"
    ),
    ("--field q=inf", "--field 'q=inf': the scale 'inf' is not a number"),
    ("--field q=", "--field 'q=': the scale '' is not a number"),
    ("--field q,,l", "--field '' has an empty key"),
    (
      "--field q=1,l=2 --field-scale 1,2",
      "--field 'q=1' has a scale, and --field-scale gives another"
    ),
    ("--field q,l --field-scale 1,2,3", "There are 2 fields, but --field-scale has 3"),
    ("--field q,l --field-scale 1,", "--field-scale '': the scale '' is not a number"),
  ])
  func `An impossible scale is refused`(options: String, message: String) throws {
    try refused("resample a.jsonl \(options)", message)
  }

  // MARK: Values

  @Test(arguments: ["zst", "zstd", "gz", "gzip"])
  func `A format may be given by its command's name`(name: String) throws {
    let options = ["--count", "3", "--compress", name, "-q"]
    let output = try Dsel.select(options, in: directory).output
    let magic: [UInt8] = name.hasPrefix("z") ? [0x28, 0xB5, 0x2F, 0xFD] : [0x1F, 0x8B]
    #expect(output.starts(with: magic))
  }
}
