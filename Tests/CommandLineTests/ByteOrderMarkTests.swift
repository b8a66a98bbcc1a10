import Foundation
import TestSupport
import Testing

/// Byte order marks at the beginning of any line, as in concatenated files with marks.
@Suite struct ByteOrderMarkTests {
  private let directory: TemporaryDirectory
  private let mark = Data([0xEF, 0xBB, 0xBF])
  private let lines: [Data]

  init() throws {
    directory = try TemporaryDirectory()
    lines = Array(try Fixtures.crawlText().rawLines[..<60])
    try directory.write(lines.joinedLines, to: "bare")
  }

  /// The lines with marks before some of them, for each way in which such marks arise.
  private func marked() throws -> [String: Data] {
    let (first, second) = (
      mark + Array(lines[..<25]).joinedLines, mark + Array(lines[25...]).joinedLines
    )
    return [
      "concatenated": first + second,
      "members.gz": try Containers.gzip(first, second, in: directory),
      "frames.zst": try Containers.zstd(first, second, in: directory),
      "with an empty one": first + mark + second,
      "each line": lines.reduce(into: Data()) { $0 += mark + $1 + [0x0D, 0x0A] },
      "at the end": first + second + mark,
      "blank lines": first + mark + [0x0A] + second,
    ]
  }

  @Test func `Lines, features and positions equal those of the lines without marks`() throws {
    let options = ["--count", "20", "--min-tokens", "0", "--quiet", "--objective", "weight"]
    let expected = try Dsel.select(
      pool: ["bare"], options + ["--remainder", "rest"], in: directory)
    for (number, (name, bytes)) in try marked().sorted(by: { $0.key < $1.key }).enumerated() {
      try directory.write(bytes, to: name)
      let run = try Dsel.select(
        pool: [name], options + ["--remainder", "rest \(number)"], in: directory)
      #expect(run.status == 0 && run.errors == "", "\(name): \(run.errors)")
      #expect(run.output == expected.output, "\(name)")
      #expect(try directory.read("rest \(number)") == directory.read("rest"), "\(name)")

      // Piped in, and weighed and drawn separately.
      let piped = try Dsel.select(pool: ["-"], options, input: bytes, in: directory)
      #expect(piped.output == expected.output, "\(name)")
      let apart = try Program.shell(
        """
        "$0" fit -q --min-tokens 0 "$1" -o "pool of $2" && "$0" fit -q --min-tokens 0 "$3" -o "target of $2"
        "$0" weigh -q --target-model "target of $2" --pool-model "pool of $2" "$1" -o "weights of $2"
        "$0" resample -q --weights "weights of $2" --pool "$1" --count 20 --min-tokens 0
        """, [name, name, Fixtures.wiki], in: directory)
      #expect(apart.errors == "", "\(name)")
      #expect(apart.output == expected.output, "\(name)")
    }
  }

  @Test func `A marked line is counted, and its mark doesn't shift columns`() throws {
    try directory.write(mark + lines[0] + [0x0A] + mark + Data("{\"text\" 1}\n".utf8), to: "broken")
    let run = try Dsel.run(["fit", "broken"], in: directory)
    #expect(
      run.errors.hasPrefix("broken:2: not valid JSON at byte 9: a colon is expected."),
      "\(run.errors)")
  }

  @Test func `A mark anywhere else is an ordinary character`() throws {
    try directory.write(
      Data("{\"text\": \"a\"}\n  ".utf8) + mark + Data("{\"text\": \"b\"}\n".utf8), to: "within")
    let run = try Dsel.run(["fit", "within", "--min-tokens", "0"], in: directory)
    #expect(run.errors.hasPrefix("within:2: not valid JSON at byte 3"), "\(run.errors)")
    // Within a text the mark is kept.
    let text = Data("{\"text\": \"a b \u{FEFF}\"}\n".utf8)
    try directory.write(text, to: "in a text")
    let kept = try Dsel.select(
      pool: ["in a text"], ["--count", "1", "--min-tokens", "0", "-q"], in: directory)
    #expect(kept.output == text)
  }
}
