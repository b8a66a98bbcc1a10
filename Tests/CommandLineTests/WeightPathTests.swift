import Foundation
import TestSupport
import Testing

/// The match between weights or candidates and the pool's files.
///
/// Paths may be spelled differently, or the pool may have moved.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct WeightPathTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    for place in ["en", "de"] {
      try FileManager.default.createDirectory(
        atPath: directory.path(place), withIntermediateDirectories: true)
      let lines = (0..<30).map { "{\"text\": \"the document \($0) of \(place)\"}\n" }
      try directory.write(lines.joined(), to: "\(place)/0.jsonl")
    }
    try Stages.run(
      ["fit", "--min-tokens", "0", "--buckets", "64", "en/0.jsonl", "-o", "m"], in: directory)
  }

  private static let weigh = ["weigh", "--target-model", "m", "--pool-model", "m"]

  private func draw(
    _ weights: [String], _ pool: [String], from directory: TemporaryDirectory? = nil
  ) throws -> Dsel.Result {
    try Dsel.run(
      ["resample", "--weights"] + weights + ["--min-tokens", "0", "--count", "20", "--quiet"]
        + ["--pool"] + pool, in: directory ?? self.directory)
  }

  @Test func `Spellings of a path are equal, and a moved pool is recognised`() throws {
    try Stages.run(Self.weigh + ["en/0.jsonl", "de/0.jsonl", "-o", "w"], in: directory)
    try Stages.run(
      Self.weigh + ["en/0.jsonl", "de/0.jsonl", "-o", "c", "--candidates", "20"]
        + ["--min-tokens", "0", "--objective", "weight"], in: directory)
    let expected = try draw(["w"], ["en/0.jsonl", "de/0.jsonl"]).output
    #expect(expected.rawLines.count == 20)
    let elsewhere = try TemporaryDirectory()
    try FileManager.default.copyItem(atPath: directory.path("en"), toPath: elsewhere.path("en"))
    try FileManager.default.copyItem(atPath: directory.path("de"), toPath: elsewhere.path("de"))
    for pool in [
      ["./en/0.jsonl", ".//de/./0.jsonl"],
      [directory.path("en/0.jsonl"), directory.path("de/0.jsonl")],
      [elsewhere.path("en/0.jsonl"), elsewhere.path("de/0.jsonl")],
      ["en/0.jsonl", elsewhere.path("de/0.jsonl")],
    ] {
      let run = try draw(["w"], pool)
      #expect(run.output == expected, "\(run.errors)")
      let drawn = try Dsel.run(
        ["resample", "--candidates", "c", "--quiet", "--pool"] + pool, in: directory)
      #expect(drawn.output == expected, "\(drawn.errors)")
    }
    // The same in reverse.
    try Stages.run(
      Self.weigh + [directory.path("en/0.jsonl"), directory.path("de/0.jsonl"), "-o", "absolute"],
      in: directory)
    #expect(try draw(["absolute"], ["en/0.jsonl", "de/0.jsonl"]).output == expected)
  }

  @Test func `A path that fits two files or none is refused with a list of the files`() throws {
    try Stages.run(Self.weigh + ["en/0.jsonl", "de/0.jsonl", "-o", "w"], in: directory)
    let line = try #require(directory.read("w").lines.first)
    for (path, pool, message) in [
      (
        "0.jsonl", ["en/0.jsonl", "de/0.jsonl"],
        "0.jsonl, which is none of the pool's files: en/0.jsonl, de/0.jsonl."
      ),
      (
        "fr/0.jsonl", ["en/0.jsonl", "de/0.jsonl"],
        "the weights belong to fr/0.jsonl, which is none of"
      ),
      (
        "en/1.jsonl", ["en/0.jsonl"],
        "the weights belong to en/1.jsonl, which is none of the pool's files"
      ),
      (
        "xen/0.jsonl", ["en/0.jsonl", "de/0.jsonl"],
        "the weights belong to xen/0.jsonl, which is none of"
      ),
    ] {
      try directory.write(
        line.replacing("\"file\":\"en/0.jsonl\"", with: "\"file\":\"\(path)\"") + "\n", to: "one")
      let run = try draw(["one"], pool)
      #expect(run.status == 1)
      #expect(run.errors.contains(message), "\(run.errors)")
      #expect(run.errors.contains("by paths that end as those in the weights"))
    }
    for name in ["a", "b", "c"] { try directory.write("{\"text\": \"a\"}\n", to: name) }
    let many = try draw(["w"], ["a", "b", "c", "m"])
    #expect(many.errors.contains("which is none of the pool's files: a, b, c and 1 more. Name"))
    // The weights of another file of that name aren't used.
    let run = try draw(["w"], ["de/0.jsonl"])
    #expect(run.status == 1)
    #expect(
      run.errors
        == "the weights belong to en/0.jsonl and to de/0.jsonl, but the pool has only one file with that "
        + "name, de/0.jsonl. Name all files that were weighed with --pool, or leave the lines of en/0.jsonl out.\n"
    )
    // Following the advice works.
    let rest = try directory.read("w").lines.filter { $0.contains("\"file\":\"de/") }
    try directory.write(rest.joined(separator: "\n") + "\n", to: "rest")
    #expect(try draw(["rest"], ["de/0.jsonl"]).status == 0)
  }

  @Test func `Candidates for one name go to the file with more in common`() throws {
    try Stages.run(
      Self.weigh + ["en/0.jsonl", "de/0.jsonl", "-o", "c", "--candidates", "60"]
        + ["--min-tokens", "0"], in: directory)
    let drawn = try Stages.run(
      ["resample", "--candidates", "c", "--pool", directory.path("de/0.jsonl")], in: directory)
    #expect(try drawn == directory.read("de/0.jsonl"))
  }

  @Test func `Weights of a pipe match the pool's only file`() throws {
    let lines = try directory.read("en/0.jsonl")
    try Stages.run(Self.weigh + ["-", "-o", "w"], input: lines, in: directory)
    try Stages.run(
      Self.weigh + ["-", "-o", "c", "--candidates", "20", "--min-tokens", "0"]
        + ["--objective", "weight"], input: lines, in: directory)
    let expected = try draw(["w"], ["en/0.jsonl"])
    #expect(expected.output.rawLines.count == 20, "\(expected.errors)")
    let kept = ["resample", "--candidates", "c", "--quiet", "--pool"]
    #expect(try Dsel.run(kept + ["en/0.jsonl"], in: directory).output == expected.output)
    // The pool may be a pipe too, whatever was weighed, and so may candidates.
    try Stages.run(Self.weigh + ["en/0.jsonl", "-o", "named"], in: directory)
    let piped = try Dsel.run(
      ["resample", "--weights", "named", "--min-tokens", "0", "--count", "20", "--pool", "-"],
      input: lines, in: directory)
    #expect(piped.output == expected.output, "\(piped.errors)")
    #expect(
      try Stages.run(
        ["resample", "--candidates", "-", "--pool", "en/0.jsonl"], input: directory.read("c"),
        in: directory) == expected.output)
    let two = try draw(["w"], ["en/0.jsonl", "de/0.jsonl"])
    #expect(two.status == 1)
    #expect(
      two.errors.contains(
        "the weights belong to standard input, a pipe, and its documents can only be the pool's only file."
      ))
  }
}
