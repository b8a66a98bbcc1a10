import Foundation
import TestSupport
import Testing

/// Draws by numbers that aren't meant as log weights.
///
/// Examples are time stamps, ids, and the extremes of doubles.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct LargeNumberTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Writes documents with these numbers exactly as given, and returns their lines.
  @discardableResult
  private func write(_ numbers: [String]) throws -> [Data] {
    let lines = numbers.enumerated().map { index, number in
      Data(#"{"text": "document \#(index)", "q": \#(number), "r": -1e308}"#.utf8)
    }
    try directory.write(lines.joinedLines, to: "pool.jsonl")
    return lines
  }

  private func draw(_ options: [String]) throws -> (lines: [Data], manifest: JSON) {
    try Stages.run(
      ["resample", "pool.jsonl", "--field", "q", "-o", "out.jsonl", "--force"] + options,
      in: directory)
    return (try directory.read("out.jsonl").rawLines, try directory.json("out.jsonl.manifest.json"))
  }

  @Test func `Times in nanoseconds that doubles can't distinguish are ordered correctly`() throws {
    let lines = try write((1...60).map { "17325000000000000\($0 < 10 ? "0" : "")\($0)" })
    let newest = try draw(["--top-k", "--count", "5"])
    #expect(newest.lines == Array(lines.suffix(5)))
    // They differ by 1 each. Python's decimal: (Σ e^-i)² / Σ e^-2i for i from 0 to 59 is
    // 2.163953413738653.
    let size = try #require(newest.manifest.effective_sample_size.number)
    #expect(abs(size - 2.163953413738653) < 1e-14)
    let drawn = try draw(["--count", "5"])
    #expect(Set(drawn.lines).isSubset(of: lines.suffix(12)))
    let others = try (1...5).map { try draw(["--count", "5", "--seed", "\($0)"]).lines }
    #expect(Set(others).count > 1, "the noise decides, too")
    // With times milliseconds apart the noise decides nothing, with or without --negate.
    let far = try write((1...60).map { "1732500000\($0 < 10 ? "0" : "")\($0)1234567" })
    #expect(try draw(["--count", "5"]).lines == Array(far.suffix(5)))
    #expect(try draw(["--count", "5", "--negate"]).lines == Array(far.prefix(5)))
    // A pool that can be read only once is spooled for the second pass.
    let piped = try Dsel.run(
      ["resample", "-", "--field", "q", "--count", "5", "--quiet"], input: far.joinedLines,
      in: directory)
    #expect(piped.output.rawLines == Array(far.suffix(5)))
  }

  @Test(
    arguments: ["1e15", "1e308", "-1e308", "9223372036854775808", "5e-324", "0", "-0.0", "1e18"])
  func `Equal ratings have their number as effective size, and are drawn at random`(rating: String)
    throws
  {
    try write(Array(repeating: rating, count: 60))
    let one = try draw(["--count", "5"])
    #expect(one.manifest.effective_sample_size.number == 60)
    #expect(one.lines.count == 5)
    guard !rating.contains("308") else { return }
    #expect(try draw(["--count", "5", "--seed", "9"]).lines != one.lines)
    // A random draw shares 5 of 60 with any other, whichever of the equal ones that has.
    let overlap = try #require(one.manifest.overlap_with_top_k.number)
    #expect(abs(overlap - 5.0 / 60) < 1e-12)
  }

  @Test func `A draw that is all noise overlaps top-k by chance alone`() throws {
    try write((0..<100).map { "\($0 - 3)" })
    let manifest = try draw(["--temperature", "1e300", "--count", "20"]).manifest
    #expect(abs(try #require(manifest.overlap_with_top_k.number) - 0.2) < 1e-12)
    #expect(manifest.effective_sample_size.number == 100)
  }

  @Test func `The largest of all doubles are drawn first`() throws {
    let numbers = [
      "1", "-1e308", "1e308", "0", "5e-324", "1.7e308", "9223372036854775808", "-1", "1e-300",
    ]
    let lines = try write(numbers)
    let drawn = try draw(["--count", "3"])
    #expect(drawn.lines == [lines[2], lines[5], lines[6]])
    #expect(drawn.manifest.effective_sample_size.number == 1)
    #expect(drawn.manifest.overlap_with_top_k.number == 1)
    #expect(drawn.manifest.weight_length_correlation.isNull)
  }

  @Test func `A weight that the temperature makes too large is an error that names its line`()
    throws
  {
    try write(["1", "1e305", "2"])
    let command = ["resample", "pool.jsonl", "--field", "q", "--count", "1", "-o", "out.jsonl"]
    let run = try Dsel.run(command + ["--temperature", "1e-6"], in: directory)
    #expect(run.status == 1)
    #expect(
      run.errors
        == "pool.jsonl:2: the log weight 1e+305 is too large: divided by a temperature of 1e-06, it "
        + "exceeds 1.8e308. Raise --temperature, or make the weights smaller.\n")
    #expect(directory.names == ["pool.jsonl"])
    #expect(try Dsel.run(command + ["--temperature", "1", "--quiet"], in: directory).status == 0)
  }

  @Test func `Sums of fields that aren't a number are an error that names them`() throws {
    let lines = try write(["1e308", "1e307"])
    let command = ["resample", "pool.jsonl", "--field", "q", "--field", "r", "--count", "1"]
    let run = try Dsel.run(command + ["--field-scale", "10", "--field-scale", "10"], in: directory)
    #expect(run.status == 1)
    #expect(
      run.errors.hasPrefix(
        "pool.jsonl:1: the log weight is too large: the sum of \"q\", \"r\" times --field-scale "
          + "exceeds 1.8e308. Use a smaller --field-scale, "), "\(run.errors)")
    let smaller = try Dsel.run(
      command + ["--field-scale", "0.1", "--field-scale", "0.1", "--quiet"], in: directory)
    #expect(smaller.status == 0 && smaller.output.rawLines == [lines[0]])
  }

  /// Options at the ends of their ranges.
  static let extremes = [
    "--temperature 1e-6", "--temperature 1e300", "--top-k", "--fraction 1e-300", "--fraction 100%",
    "--seed 18446744073709551615 --shuffle", "--tokens 100T --epochs 200", "--bytes 100TB",
    "--field-scale 1e300", "--field-scale -1e300", "--field-scale 5e-324", "--field-scale 0",
    "--temperature auto --effective-size 100T --count 2", "--temperature auto --effective-size 1",
    "--temperature auto --overlap 1e-300", "--temperature auto --overlap 99.9999%",
    "--temperature auto --count 3", "--replay 1e-300 --annotate", "--replay 100% --count 2",
    "--min-tokens 100T", "--count 4 --epochs 200", "--count 1 --epochs 7 --without-repeats",
  ]
  static let ratings: [[String]] = [
    ["1e308", "-1e308", "0", "1", "1e15"], ["1e15", "1e15", "1e15"],
    ["5e-324", "0", "-5e-324", "1e-310"], ["1732500000000000001", "1732500000000000002"],
    ["18446744073709551615", "9223372036854775808", "-9223372036854775808"], ["0"],
    ["1e305", "-1e305", "1e305"], ["123456789012345678901234567890", "1e29", "2e29"],
    (0..<40).map { "\($0 % 7)" },
  ]

  @Test(arguments: extremes)
  func `No number fails a run without a message, or prints an impossible figure`(
    options: String
  ) throws {
    for numbers in Self.ratings {
      try write(numbers)
      let run = try Dsel.run(
        ["resample", "pool.jsonl", "--field", "q", "-o", "out.jsonl", "--force"]
          + options.split(separator: " ").map(String.init), in: directory)
      #expect(run.status <= 1, "\(numbers): \(run.errors)")
      guard run.status == 0 else {
        #expect(run.errors.hasPrefix("pool.jsonl:"), "\(numbers): \(run.errors)")
        continue
      }
      // JSON has neither an infinity nor a NaN.
      let manifest = try directory.json("out.jsonl.manifest.json")
      let size = try #require(manifest.effective_sample_size.number)
      let eligible = try #require(manifest.eligible_documents.number)
      #expect((min(1, eligible)...eligible).contains(size), "\(numbers): \(size)")
      if let overlap = manifest.overlap_with_top_k.number { #expect((0...1).contains(overlap)) }
      #expect(!run.errors.contains("nan") && !run.errors.contains("inf "), "\(run.errors)")
      for line in try directory.read("out.jsonl").rawLines { _ = try JSON(line) }
    }
  }

  @Test func `Weights in edited lines are used or refused`() throws {
    let (models, crawl) = (
      try Stages.modelOptions(), Array(try Fixtures.crawlText().rawLines[..<6])
    )
    try directory.write(crawl.joinedLines, to: "some.jsonl")
    try Stages.run(["weigh"] + models + ["some.jsonl", "-o", "weights.jsonl"], in: directory)
    let lines = try directory.read("weights.jsonl").lines
    for (number, status) in [
      ("1e308", 0), ("-1e308", 0), ("9223372036854775808", 0), ("5e-324", 0), ("1e400", 1),
    ] {
      let edited = lines.map {
        $0.replacing(/"log_weight":[^,]*/, with: "\"log_weight\":\(number)")
      }
      try directory.write(edited.joined(separator: "\n") + "\n", to: "edited.jsonl")
      let run = try Dsel.run(
        ["resample", "--weights", "edited.jsonl", "--pool", "some.jsonl", "--count", "2"]
          + ["--min-tokens", "0", "-o", "out.jsonl", "--force"], in: directory)
      #expect(run.status == Int32(status), "\(run.errors)")
      guard status == 0 else {
        #expect(run.errors.contains("edited.jsonl:1: the field \"log_weight\" is 1e400"))
        continue
      }
      let manifest = try directory.json("out.jsonl.manifest.json")
      #expect(manifest.effective_sample_size.number == 6)
      #expect(manifest.selected.documents.int == 2)
    }
  }

  @Test func `A share of a hundred is exact, and not one less`() throws {
    try write((0..<100).map { "\($0)" })
    // 0.29, 0.57 and 0.58 times 100 are a little less than a whole number in doubles.
    for share in [1, 7, 29, 33, 57, 58, 99, 100] {
      #expect(try draw(["--fraction", "\(share)%"]).lines.count == share)
      #expect(try draw(["--fraction", "\(Double(share) / 100)"]).lines.count == share)
    }
    #expect(try draw(["--fraction", "0.299"]).lines.count == 29)
  }

  @Test func `A file dated in another century is read`() throws {
    let lines = try write(["1", "2", "3"])
    // Years whose nanoseconds since 1970 don't fit into 64 bits.
    for year in ["1600", "2400"] {
      let run = try Program.shell(
        "touch -d \(year)-01-01 pool.jsonl; \"$0\" resample pool.jsonl --field q --top-k --count 1 -q",
        in: directory)
      #expect(run.status == 0 && run.output.rawLines == [lines[2]], "\(run.errors)")
    }
  }
}
