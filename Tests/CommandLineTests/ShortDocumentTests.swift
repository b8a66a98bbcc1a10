import Foundation
import TestSupport
import Testing

/// Pools in which most documents are too short, and their warnings.
@Suite struct ShortDocumentTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Writes documents of 100 words, and some of two.
  private func write(long: Int, short: Int) throws {
    let lines = (0..<(long + short)).map { number in
      let text =
        number < long
        ? "word\(number) " + (1...99).map { "w\($0)" }.joined(separator: " ") : "word\(number) w"
      return Data(#"{"text": "\#(text)", "q": \#(number % 7)}"#.utf8)
    }
    try directory.write(lines.joinedLines, to: "pool.jsonl")
  }

  static let commands = [
    ["select", "--target", "pool.jsonl", "--pool", "pool.jsonl", "--buckets", "64"],
    ["resample", "pool.jsonl", "--field", "q", "--min-tokens", "100"],
  ]

  @Test(arguments: commands, [[], ["-q"]])
  func `The last line of the report says which number to lower, and that helps`(
    command: [String], quiet: [String]
  ) throws {
    try write(long: 43, short: 457)
    let run = try Dsel.run(command + ["--count", "500", "-o", "out.jsonl"] + quiet, in: directory)
    #expect(run.status == 0)
    let verb = command[0] == "select" ? "selected" : "drawn"
    let lines = run.errors.split(separator: "\n").map(String.init)
    let first =
      "warning: the selection is smaller than wanted: all 43 eligible documents were \(verb), 457 documents short."
    let last =
      "warning: 457 of 500 documents have fewer than 100 words and can't be selected. To include them, lower "
      + "--min-tokens (now 100)."
    #expect(lines.suffix(2) == [first, last])
    let expectedCount = quiet.isEmpty ? lines.count : 2
    #expect(lines.count == expectedCount)
    let all = try Dsel.run(
      command.filter { $0 != "--min-tokens" && $0 != "100" }
        + ["--count", "500", "--min-tokens", "2", "-q"], in: directory)
    #expect(all.errors == "" && all.lines.count == 500)
  }

  @Test(arguments: commands)
  func `Many short documents are reported even if enough others are left`(
    command: [String]
  ) throws {
    let options = command + ["--count", "2", "-q"]
    try write(long: 4, short: 5)
    #expect(
      try Dsel.run(options, in: directory).errors
        == "warning: 5 of 9 documents have fewer than 100 words and can't be selected. To include them, lower "
        + "--min-tokens (now 100).\n")
    try write(long: 5, short: 5)
    #expect(try Dsel.run(options, in: directory).errors == "")
    try write(long: 1, short: 1)
    let verb = command[0] == "select" ? "selected" : "drawn"
    #expect(
      try Dsel.run(options, in: directory).errors
        == """
        warning: the selection is smaller than wanted: the only eligible document was \(verb), 1 document short.
        warning: 1 of 2 documents has fewer than 100 words and can't be selected. To include it, lower --min-tokens \
        (now 100).

        """)
  }

  @Test func `Counts of one have a singular, and others a plural`() throws {
    try write(long: 1, short: 0)
    let select = Self.commands[0] + ["--count", "1", "--threads", "1"]
    let run = try Dsel.run(select + ["-v"], in: directory)
    #expect(run.errors.contains("selected 1 of 1 document: 100 words, 413 B\n"), "\(run.errors)")
    #expect(run.errors.contains("\n1 eligible document\n"))
    #expect(run.errors.contains(" MB/s with 1 thread\n"))
    let fitted = try Dsel.run(
      ["fit", "pool.jsonl", "-o", "m", "--buckets", "64", "--threads", "2"], in: directory)
    #expect(fitted.errors.hasPrefix("model of 1 document: 100 words\n"))
    let weigh = ["weigh", "--target-model", "m", "--pool-model", "m", "pool.jsonl", "-o", "w"]
    for (threads, text) in [("1", "1 thread\n"), ("2", "2 threads\n")] {
      let weighed = try Dsel.run(weigh + ["--force", "--threads", threads], in: directory)
      #expect(weighed.errors.hasPrefix("weighed 1 document, 100 words in "))
      #expect(weighed.errors.hasSuffix(" MB/s with \(text)"), "\(weighed.errors)")
    }
    let bad = try directory.read("pool.jsonl") + Data("{\n".utf8)
    try directory.write(bad, to: "pool.jsonl")
    let skipped = try Dsel.run(select + ["--on-error", "skip", "-q"], in: directory)
    #expect(
      skipped.errors.contains(
        "warning: 1 invalid line of the pool was skipped (not_json 1), in pool.jsonl."))
  }
}
