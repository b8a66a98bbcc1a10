import Foundation
import TestSupport
import Testing

/// Every command is repeated, each time in a fresh process.
///
/// Swift seeds the order of dictionaries and sets anew in each process, and threads run in another
/// order each time. A dependence on either shows only in repeated runs. If one run in twenty
/// differs, 30 runs find it in 79 of 100 cases.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct SameResultTests {
  /// `scripts/test.sh` sets fewer runs than CI.
  private static let runCount =
    ProcessInfo.processInfo.environment["DSEL_TEST_REPEATS"].flatMap { Int($0) } ?? 30
  private let directory: TemporaryDirectory

  /// A pool of 100 documents in domains of 43, 15, 15, 15, 3 and 9, with some texts in two domains.
  ///
  /// For a draw of 25, five shares have the remainder 3/4, so that any rounding of sums would
  /// decide.
  init() throws {
    directory = try TemporaryDirectory()
    var random = SplitMix64(state: 2)
    let domains = zip(["a", "b", "c", "d", "e", "f"], [43, 15, 15, 15, 3, 9]).flatMap {
      Array(repeating: $0, count: $1)
    }
    let lines = domains.shuffled(using: &random).enumerated().map { number, domain in
      let words = (0..<30).map { _ in "w\(random.next() % 90)" }.joined(separator: " ")
      let text = number % 10 == 9 ? "one text for all" : words
      return """
        {"id": "d\(number)", "text": "\(text)", "domain": "\(domain)", "q": \(random.next() % 50)}

        """
    }
    try directory.write(lines[..<40].joined(), to: "one.jsonl")
    try directory.write(lines[40...].joined(), to: "two.jsonl")
    let target = (0..<20).map { _ in
      let words = (0..<30).map { _ in "w\(random.next() % 20)" }.joined(separator: " ")
      return "{\"text\": \"\(words)\", \"domain\": \"t\"}\n"
    }
    try directory.write(target.joined(), to: "target.jsonl")
    try directory.write(target.prefix(9).joined(), to: "other.jsonl")
    let small = ["--buckets", "4096", "--min-tokens", "0"]
    try Stages.run(["fit", "target.jsonl", "-o", "t.model"] + small, in: directory)
    try Stages.run(["fit", "one.jsonl", "two.jsonl", "-o", "p.model"] + small, in: directory)
    for name in ["one", "two"] {
      try Stages.run(["fit", "\(name).jsonl", "-o", "\(name).model"] + small, in: directory)
    }
    let models = ["--target-model", "t.model", "--pool-model", "p.model"]
    let pool = ["one.jsonl", "two.jsonl"]
    try Stages.run(["weigh"] + models + pool + ["-o", "w.jsonl"], in: directory)
    for name in ["one", "two"] {
      try Stages.run(
        ["weigh"] + models + ["\(name).jsonl", "--candidates", "30", "--min-tokens", "0"]
          + ["-o", "\(name).c"], in: directory)
    }
    try Stages.run(["merge", "one.c", "two.c", "-o", "all.c"], in: directory)
    try directory.write(directory.read("one.jsonl"), to: "s.jsonl")
  }

  static let select = [
    "select", "--target", "target.jsonl", "--pool", "one.jsonl", "two.jsonl", "--min-tokens", "0",
    "--buckets", "4096", "--count", "25", "-o", "out",
  ]
  static let field = ["resample", "one.jsonl", "two.jsonl", "--field", "q", "--count", "25"]
  static let models = ["--target-model", "t.model", "--pool-model", "p.model"]

  static let commands: [[String]] = [
    select, select + ["--logistic-share", "0", "--stratify", "domain"],
    select + ["--stratify", "domain", "--mixture", "a=0.3,e=0.2", "--fill", "--replay", "0.2"],
    select + ["--stratify", "domain", "--mixture-temperature", "2", "--shuffle", "--annotate"],
    [
      "select", "--target", "t=target.jsonl", "o=other.jsonl", "--pool", "one.jsonl", "two.jsonl",
      "--min-tokens", "0", "--buckets", "4096", "--count", "25", "--share", "t=0.4", "-o", "out",
      "--remainder", "rest",
    ],
    field + ["--stratify", "domain", "-o", "out"],
    field + ["--stratify", "domain", "--epochs", "3", "--fill", "-o", "out"],
    field + ["--epochs", "2", "--without-repeats", "--temperature", "auto", "-o", "out"],
    ["fit", "one.jsonl", "two.jsonl", "--buckets", "4096", "-o", "out"],
    ["merge", "one.model", "two.model", "-o", "out"], ["merge", "one.c", "two.c", "-o", "out"],
    ["weigh", "one.jsonl", "two.jsonl", "-o", "out"] + models,
    ["weigh", "one.jsonl", "two.jsonl", "--candidates", "30", "-o", "out"] + models,
    [
      "resample", "--weights", "w.jsonl", "--pool", "one.jsonl", "two.jsonl", "--count", "25",
      "--min-tokens", "0", "--replay", "0.3", "-o", "out",
    ],
    ["resample", "--candidates", "all.c", "--pool", "one.jsonl", "two.jsonl", "-o", "out"],
    [
      "compare", "--target", "target.jsonl", "--selected", "s.jsonl", "--pool", "one.jsonl",
      "two.jsonl", "--domain-field", "domain",
    ],
    [
      "compare", "--target", "target.jsonl", "--selected", "s.jsonl", "--pool", "one.jsonl",
      "two.jsonl", "--heldout", "other.jsonl", "--beside", "two.jsonl", "--heldout-tokens", "200",
    ],
    ["explain", "one.jsonl", "--line", "3"] + models,
    ["explain", "--target", "target.jsonl"] + models, ["generate-manual", "dsel-select"],
    ["--help"],
  ]

  /// All results of a run except its timings.
  private struct Outcome: Equatable {
    var output: Data
    var files: [Data] = []
    var manifest: JSON?
  }

  @Test(arguments: commands)
  func `Repeated runs of a command give the same result`(command: [String]) throws {
    let isPlain = ["merge", "generate-manual", "--help"].contains(command[0])
    var outcomes: [(outcome: Outcome, count: Int)] = []
    for number in 0..<Self.runCount {
      var options = isPlain ? [] : ["--threads", "\(number % 4 + 1)"]
      if command.contains("-o") { options.append("--force") }
      let run = try Dsel.run(command + options, in: directory)
      try #require(run.status == 0, "\(run.errors)")
      var outcome = Outcome(output: run.output)
      if command.contains("-o") {
        outcome.files = try ["out"].map { try directory.read($0) }
        if command.contains("rest") { outcome.files.append(try directory.read("rest")) }
        if directory.exists("out.manifest.json") {
          outcome.manifest = try directory.json("out.manifest.json").without("timings")
        }
      }
      if let known = outcomes.firstIndex(where: { $0.outcome == outcome }) {
        outcomes[known].count += 1
      } else {
        outcomes.append((outcome, 1))
      }
    }
    #expect(outcomes.count == 1, "\(outcomes.map(\.count))")
    let result = try #require(outcomes.first?.outcome)
    #expect(!result.output.isEmpty || result.files.contains { !$0.isEmpty })
  }
}
