import Foundation
import TestSupport
import Testing

/// `--annotate` on lines that have a "dsel" already.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct AnnotationTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A line with older members, and its bytes without them.
  private static let lines: [(line: String, rest: String)] = [
    (#"{"text":"one two","dsel":{"log_weight":1,"key":2}}"#, #"{"text":"one two"}"#),
    (#"{"dsel":{"key":2}, "text":"three four"}"#, #"{ "text":"three four"}"#),
    (
      #"{"a":{"dsel":1},"dsel":0,"text":"\"dsel\":{}","dsel":[]}"#,
      #"{"a":{"dsel":1},"text":"\"dsel\":{}"}"#
    ),
    (#"{"text":"five \u0061","\u0064sel":null,"q":1}"#, #"{"text":"five \u0061","q":1}"#),
    (#"{"text":"six"}"#, #"{"text":"six"}"#),
  ]

  /// All lines, each annotated at its end. The bytes before the annotation must equal `rest`.
  private func expectReplaced(_ output: Data) throws {
    #expect(output.rawLines.count == Self.lines.count)
    for (line, expected) in zip(output.lines, Self.lines) {
      let (rest, annotation) = try split(line)
      #expect(rest + "}" == expected.rest)
      #expect(try JSON(Data(annotation.utf8)).dsel.key.number != nil, "\(annotation)")
    }
  }

  /// The line before its last `,"dsel":{`, and that member as an object.
  private func split(_ line: String) throws -> (String, String) {
    let start = try #require(line.range(of: ",\"dsel\":{", options: .backwards))
    return (String(line[..<start.lowerBound]), "{" + line[start.lowerBound...].dropFirst())
  }

  @Test(arguments: [[], ["--shuffle"]])
  func `Select replaces an earlier annotation`(options: [String]) throws {
    try directory.write(Self.lines.map { Data($0.line.utf8) }.joinedLines, to: "pool.jsonl")
    let run = try Dsel.select(
      pool: ["pool.jsonl"],
      ["--annotate", "--count", "5", "--min-tokens", "0", "-q"] + options, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    if options.isEmpty {
      try expectReplaced(run.output)
    } else {
      let rests = try run.output.lines.map { try split($0).0 + "}" }
      #expect(rests.sorted() == Self.lines.map(\.rest).sorted())
    }
  }

  @Test func `Resample replaces an earlier annotation, whatever it draws by`() throws {
    try directory.write(Self.lines.map { Data($0.line.utf8) }.joinedLines, to: "pool.jsonl")
    let models = try Stages.modelOptions()
    try Stages.run(["weigh", "pool.jsonl", "-o", "weights"] + models, in: directory)
    try Stages.run(
      ["weigh", "pool.jsonl", "-o", "candidates", "--candidates", "5", "--min-tokens", "0"]
        + models,
      in: directory)
    let draw = ["resample", "--pool", "pool.jsonl", "--annotate", "--count", "5"]
    try expectReplaced(
      Stages.run(draw + ["--weights", "weights", "--min-tokens", "0"], in: directory))
    // The models are those of another pool.
    try expectReplaced(
      Stages.run(draw + ["--candidates", "candidates", "--allow-missing"], in: directory))
  }

  @Test func `Annotating twice gives the same lines as annotating once`() throws {
    let options = ["--annotate", "--count", "30", "-q"] + Stages.buckets
    let once = try Dsel.select(options, in: directory).output
    try directory.write(once, to: "once.jsonl")
    let twice = try Dsel.select(
      pool: ["once.jsonl"], ["--annotate", "--fraction", "1", "-q"] + Stages.buckets, in: directory
    ).output
    for (one, other) in zip(once.lines, twice.lines) {
      #expect(try split(one).0 == split(other).0)
      #expect(other.components(separatedBy: "\"dsel\":{").count == 2)
    }
    #expect(twice.rawLines.count == 30)
  }

  @Test func `Without --annotate, an older member stays`() throws {
    let lines = Self.lines.map { Data($0.line.utf8) }.joinedLines
    try directory.write(lines, to: "pool.jsonl")
    let run = try Dsel.select(
      pool: ["pool.jsonl"], ["--count", "5", "--min-tokens", "0", "-q"], in: directory)
    #expect(run.output == lines)
  }

  @Test(arguments: [["select", "--target", "t"], ["resample", "--field", "q"]])
  func `The member with the text can't be replaced`(command: [String]) throws {
    let run = try Dsel.run(
      command + ["--pool", "p", "--annotate", "--text-field", "dsel.text"], in: directory)
    #expect(run.status == 64)
    #expect(
      run.errors.contains(
        "--annotate would replace the text, because --text-field dsel.text is inside of \"dsel\"."
      ))
  }
}
