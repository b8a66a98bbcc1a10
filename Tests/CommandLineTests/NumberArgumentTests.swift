import Foundation
import TestSupport
import Testing

/// Numbers as they are typed on the command line.
@Suite struct NumberArgumentTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    let lines = (0..<2000).map { Data(#"{"text": "document \#($0)", "q": \#($0 % 9)}"#.utf8) }
    try directory.write(lines.joinedLines, to: "pool.jsonl")
  }

  private func resample(_ options: [String]) throws -> Dsel.Result {
    try Dsel.run(["resample", "pool.jsonl", "--field", "q", "--quiet"] + options, in: directory)
  }

  static let counts: [(argument: String, count: Int)] = [
    ("20", 20), ("+20", 20), ("2e1", 20), ("2E+1", 20), ("200e-1", 20), ("20.0", 20), ("0.02k", 20),
    ("1_000", 1000), ("1k", 1000), ("1K", 1000), ("1.5k", 1500), ("1_500", 1500), ("1e3", 1000),
    (".001M", 1000), ("0.000_001B", 1000), ("0.0015m", 1500), ("1e-3m", 1000),
  ]

  @Test(arguments: counts)
  func `Counts are accepted in many notations`(argument: String, count: Int) throws {
    let run = try resample(["--count", argument])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.count == count)
  }

  static let shares: [(argument: String, count: Int)] = [
    ("0.2", 400), ("20%", 400), ("20.0%", 400), (".2", 400), ("2e-1", 400), ("0.7%", 14),
    ("100%", 2000), ("1", 2000), ("1e-300", 1), ("12.5%", 250),
  ]

  @Test(arguments: shares)
  func `Shares are accepted as fractions and percentages`(argument: String, count: Int) throws {
    let run = try resample(["--fraction", argument])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.count == count)
  }

  @Test func `Bytes have decimal and binary units`() throws {
    func lines(_ argument: String) throws -> Int {
      try resample(["--bytes", argument]).lines.count
    }
    let expected = try lines("10240")
    #expect(expected > 200)
    for argument in ["10KiB", "10kib", "10.24kB", "10.24k", "10_240B", "1.024e4", "0.01024MB"] {
      #expect(try lines(argument) == expected, "\(argument)")
    }
    #expect(try lines("10MiB") == 2000)
  }

  /// The fault, and the expected message after the option's name.
  static let wrong: [(options: [String], message: String)] = [
    (["--count", "1,000"], "'--count <n|auto>': write 1000 or 1k, without a comma."),
    (["--count", "12,000,000"], "'--count <n|auto>': write 12000000 or 12M, without a comma."),
    (["--count", "1,234"], "'--count <n|auto>': write 1234, without a comma."),
    (["--bytes", "2,000"], "'--bytes <n>': write 2000 or 2k, without a comma."),
    (["--fraction", "0,5"], "'--fraction <f>': write 0.5, without a comma."),
    (["--temperature", "1,5"], "'--temperature <t|auto>': write 1.5, without a comma."),
    (
      ["--count", "2.5"],
      "'--count <n|auto>': it is not a whole number. Write a count such as 500, 10k, 1.5M or 1e6."
    ),
    (
      ["--count", "1.2345k"],
      "'--count <n|auto>': it is not a whole number. Write a count such as 500, 10k, 1.5M or 1e6."
    ),
    (
      ["--count", "-5"],
      "'--count <n|auto>': it is negative. Write a count such as 500, 10k, 1.5M or 1e6."
    ),
    (
      ["--count", ""],
      "'--count <n|auto>': it is empty. Write a count such as 500, 10k, 1.5M or 1e6."
    ),
    (
      ["--count", "ten"],
      "'--count <n|auto>': it is not a number. Write a count such as 500, 10k, 1.5M or 1e6."
    ),
    (["--count", "10x"], "'--count <n|auto>': it is not a number."),
    (["--count", "k"], "'--count <n|auto>': it is empty."),
    (["--count", "1__0"], "'--count <n|auto>': it is not a number."),
    (["--count", "10%"], "'--count <n|auto>': it is not a number."),
    (["--count", "0x10"], "'--count <n|auto>': it is not a number."),
    (["--count", "１０"], "'--count <n|auto>': it is not a number."),
    (["--count", "--seed"], "'--count <n|auto>': it is not a number."),
    (
      ["--count", "101T"], "'--count <n|auto>': it is too large: the limit is 100000000000000."
    ),
    (["--count", "1e40"], "'--count <n|auto>': it is too large: the limit is 100000000000000."),
    (
      ["--tokens", "99999999999999999999999999999999999999999999"],
      "'--tokens <n|auto>': it is too large: the limit is 100000000000000."
    ),
    (
      ["--bytes", "10XB"],
      "'--bytes <n>': it is not a number. Write a number of bytes such as 500, 10MB or 256MiB."
    ),
    (
      ["--fraction", "20"],
      "'--fraction <f>': it is above 1. Write a share such as 0.2 or 20%."
    ),
    (["--fraction", "101%"], "'--fraction <f>': it is above 1"),
    (["--purity", "2"], "'--purity <p>': it is above 1. Write a number from 0 to 1, such as 0.4."),
    (["--purity", "-1"], "'--purity <p>': it is negative. Write a number from 0 to 1"),
    (
      ["--fraction", "-0.1"], "'--fraction <f>': it is negative. Write a share such as 0.2 or 20%."
    ),
    (["--fraction", "nan"], "'--fraction <f>': it is not a number."),
    (["--fraction", "%"], "'--fraction <f>': it is empty."),
    (["--temperature", "inf"], "'--temperature <t|auto>': it is not a number."),
    (["--temperature", "1e999"], "'--temperature <t|auto>': it is too large."),
    (
      ["--seed", "-1"],
      "'--seed <seed>': it is negative. Write a whole number from 0 to 18446744073709551615."
    ),
    (
      ["--seed", "18446744073709551616"],
      "'--seed <seed>': it is too large. Write a whole number from 0 to 18446744073709551615."
    ),
  ]

  @Test(arguments: wrong)
  func `A wrong number is reported with the accepted notations`(
    options: [String], message: String
  ) throws {
    let run = try resample(options)
    #expect(run.status == 64)
    #expect(
      run.errors.contains("The value '\(options[1])' is invalid for \(message)"), "\(run.errors)")
  }

  /// Every option that takes a number, by command.
  static let options: [(command: [String], options: [String])] = [
    (
      ["select", "--target", "pool.jsonl", "--pool", "pool.jsonl"],
      [
        "--count", "--fraction", "--tokens", "--bytes", "--seed", "--temperature", "--min-tokens",
        "--effective-size", "--overlap", "--logistic-share", "--mixture-temperature", "--replay",
        "--fit-sample", "--smoothing", "--target-smoothing", "--ngrams", "--buckets",
        "--shard-bytes", "--shuffle-seed", "--max-line-bytes", "--max-window", "--threads",
      ]
    ),
    (
      ["resample", "pool.jsonl", "--field", "q"],
      [
        "--count", "--fraction", "--tokens", "--bytes", "--seed", "--temperature", "--min-tokens",
        "--effective-size", "--overlap", "--logistic-share", "--mixture-temperature", "--replay",
        "--epochs", "--shard-bytes", "--shuffle-seed", "--max-line-bytes",
        "--max-window", "--threads",
      ]
    ),
    (
      ["weigh", "pool.jsonl", "--target-model", "a", "--pool-model", "b"],
      [
        "--candidates", "--seed", "--temperature", "--logistic-share", "--min-tokens",
        "--smoothing", "--target-smoothing", "--max-line-bytes", "--max-window", "--threads",
      ]
    ),
    (
      ["fit", "pool.jsonl"],
      ["--ngrams", "--buckets", "--min-tokens", "--max-line-bytes", "--max-window", "--threads"]
    ),
    (["merge", "a"], ["--max-window"]),
    (
      ["compare", "--target", "pool.jsonl", "--selected", "pool.jsonl"],
      ["--seed", "--ngrams", "--buckets", "--max-line-bytes", "--max-window", "--threads"]
        + ["--heldout-tokens", "--shuffles"]
    ),
    (
      ["explain", "pool.jsonl", "--target", "pool.jsonl", "--pool", "pool.jsonl"],
      ["--line", "--top", "--min-tokens", "--smoothing", "--target-smoothing"]
        + ["--ngrams", "--buckets", "--max-line-bytes", "--max-window", "--threads"]
    ),
  ]

  @Test(arguments: options)
  func `Each option with a number says what it accepts`(
    command: [String], options: [String]
  ) throws {
    for option in options {
      for (value, fault) in [
        ("many", "it is not a number. Write "), ("-1e999x", "it is not a number"),
      ] {
        let run = try Dsel.run(command + [option, value], in: directory)
        #expect(run.status == 64, "\(option): \(run.errors)")
        let expected = "The value '\(value)' is invalid for '\(option) <"
        #expect(run.errors.contains(expected) && run.errors.contains(fault), "\(run.errors)")
      }
    }
  }

  @Test func `Shares of targets and strata are accepted as percentages`() throws {
    let select = [
      "select", "--target", "a=pool.jsonl", "b=pool.jsonl", "--pool", "pool.jsonl", "--share",
      "a=30%", "--min-tokens", "0", "--count", "10", "--buckets", "64", "--manifest", "m.json",
      "--quiet",
    ]
    #expect(try Dsel.run(select, in: directory).status == 0)
    #expect(try directory.json("m.json").targets.elements.map(\.share.number) == [0.3, 0.7])
    let wrong = try Dsel.run(select + ["--share", "b=30,5%"], in: directory)
    #expect(wrong.status == 64)
    #expect(
      wrong.errors.contains(
        "--share 'b=30' is not a share. Write it like wiki=0.7,law=0.3, or in percent: wiki=70%."),
      "\(wrong.errors)")
    let mixture = ["--stratify", "q", "--mixture", "1=25%,2=0.75", "--count", "8"]
    let drawn = try resample(mixture).output.jsonLines().map { $0.q.int ?? 0 }
    #expect(drawn.count { $0 == 1 } == 2 && drawn.count { $0 == 2 } == 6)
  }

  @Test func `Options that would overflow are refused with a message`() throws {
    let select = ["select", "--target", "pool.jsonl", "--pool", "pool.jsonl"]
    for (options, message) in [
      (
        ["--estimator", "ratio", "--smoothing", "1e16"],
        "--smoothing must be at most 1e15. It is added to the count of each bucket, so the counts "
          + "would no longer matter."
      ),
      (
        ["--estimator", "ratio", "--target-smoothing", "1e305"],
        "--target-smoothing must be at most 1e15."
      ),
      (
        ["--compat", "dsir", "--target-smoothing", "1e16"],
        "--target-smoothing must be at most 1e15."
      ),
      (
        ["--stratify", "q", "--mixture-temperature", "1e-300"],
        "--mixture-temperature must be at least 0.1"
      ),
    ] {
      let run = try Dsel.run(select + options, in: directory)
      #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
    }
    for (options, message) in [
      (
        ["--field-scale", "1e301"],
        "--field-scale '1e301': the scale must be from -1e300 to 1e300."
      ),
      (
        ["--field-scale", "much"],
        "--field-scale 'much': the scale 'much' is not a number. Write it like -1 or 0.3."
      ),
    ] {
      let run = try resample(options)
      #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
    }
  }

  @Test func `A line that is too long is reported with the limit as it was typed`() throws {
    for (argument, limit) in [
      ("1", "1 byte"), ("20", "20 bytes"), ("12_00e-2", "12 bytes"), ("0.01kB", "10 bytes"),
    ] {
      let run = try resample(["--max-line-bytes", argument])
      #expect(run.status == 1)
      #expect(
        run.errors.hasPrefix(
          "pool.jsonl:1: the line is longer than \(limit). Raise --max-line-bytes, or check "),
        "\(run.errors)")
    }
  }

  @Test(arguments: ["1e15", "1e-300", "5e-324"], ["ratio", "shrunk"])
  func `Smoothing accepts numbers at the ends of its range`(
    smoothing: String, estimator: String
  ) throws {
    try Stages.run(["fit", "pool.jsonl", "-o", "m", "--buckets", "64"], in: directory)
    try Stages.run(["fit", Fixtures.wiki, "-o", "t", "--buckets", "64"], in: directory)
    let weights = try Stages.run(
      ["weigh", "--target-model", "t", "--pool-model", "m", "pool.jsonl", "--smoothing", smoothing]
        + ["--estimator", estimator], in: directory)
    let numbers = try weights.jsonLines().map(\.log_weight.number)
    #expect(numbers.count == 2000 && numbers.allSatisfy { abs($0 ?? .infinity) < 1e6 })
  }
}
