import Foundation
import TestSupport
import Testing

/// Files are opened and written under exactly the given bytes, whatever those are.
@Suite struct ExactFileNameTests {
  private let directory: TemporaryDirectory
  /// Arguments of commands for two files that a shell has made.
  private static let fit = "fit -q --no-sample --min-tokens 0"

  init() throws {
    directory = try TemporaryDirectory()
    let lines = try Fixtures.crawlText().rawLines
    try directory.write(Array(lines[..<30]).joinedLines, to: "first")
    try directory.write(Array(lines[30..<60]).joinedLines, to: "second")
    try directory.write(Fixtures.read("wiki.jsonl"), to: "target")
  }

  @Test func `Names that differ only in their normal form are two files`() throws {
    let (composed, decomposed) = ("caf\u{E9}.jsonl", "cafe\u{301}.jsonl")
    let run = try shell(
      """
      cp first "$1"; cp second "$2"
      "$0" \(Self.fit) "$1" "$2" -o one.model; "$0" \(Self.fit) "$2" "$1" -o other.model
      cmp one.model other.model && echo same models
      "$0" fit -q target -o target.model; "$0" fit -q "$1" "$2" -o pool.model
      M="-q --target-model target.model --pool-model pool.model"
      "$0" weigh $M "$1" "$2" -o weights
      "$0" resample -q --weights weights --pool "$1" "$2" --count 12 | sort | cksum > drawn.1
      "$0" resample -q --weights weights --pool "$2" "$1" --count 12 | sort | cksum > drawn.2
      cmp drawn.1 drawn.2 && echo same draw
      for file in "$1" "$2"; do "$0" weigh $M "$file" --objective weight --candidates 12 -o "$file.kept"; done
      "$0" merge -q "$1.kept" "$2.kept" -o all.kept && "$0" merge -q "$2.kept" "$1.kept" -o all.too
      cmp all.kept all.too && echo same candidates
      "$0" resample -q --candidates all.kept --pool "$1" "$2" --count 12 | sort | cksum > drawn.3
      cmp drawn.1 drawn.3 && echo same draw again
      """, [composed, decomposed])
    #expect(run.lines == ["same models", "same draw", "same candidates", "same draw again"])
    #expect(run.errors == "")
  }

  @Test func `Two outputs whose names differ only in their normal form are two files`() throws {
    let run = try shell(
      """
      "$0" select -q --target target --pool first --min-tokens 0 --count 3 -o "$1" --manifest "$2"
      ls | grep -c '^caf'
      "$0" select -q --target target --pool first --min-tokens 0 --count 3 -o "$2" && echo written
      """, ["caf\u{E9}.jsonl", "cafe\u{301}.jsonl"])
    #expect(run.lines == ["2"])
    #expect(run.status == 1)
    #expect(run.errors.contains("cafe\u{301}.jsonl: the file exists"))
  }

  @Test func `A name that isn't UTF-8 is read and written unchanged`() throws {
    let run = try shell(
      """
      A=$(printf 'in\\351.jsonl'); B=$(printf 'in\\350.jsonl'); OUT=$(printf 'out\\377.jsonl.gz')
      cp first "$A"; cp second "$B"
      "$0" select -q --target target --pool "$A" "$B" --min-tokens 0 --count 9 -o "$OUT"
      gzip -dc "$OUT" | wc -l | tr -d ' '
      "$0" fit -q target -o target.model; "$0" fit -q "$A" "$B" -o pool.model
      M="-q --target-model target.model --pool-model pool.model"
      "$0" weigh $M "$A" "$B" -o weights
      "$0" resample -q --weights weights --pool "$B" "$A" --count 7 | wc -l | tr -d ' '
      # Filtering passes names on.
      python3 -c 'import json, sys
      for line in sys.stdin: print(json.dumps(json.loads(line)))' < weights > filtered
      "$0" resample -q --weights filtered --pool "$A" "$B" --count 7 | wc -l | tr -d ' '
      "$0" weigh $M "$A" --candidates 5 -o a.kept; "$0" weigh $M "$B" --candidates 5 -o b.kept
      "$0" merge -q a.kept b.kept -o all && "$0" resample -q --candidates all --pool "$A" "$B" |
        wc -l | tr -d ' '
      "$0" fit -q "$A" "$B" --work-dir "$(printf 'work\\376')" -o m1
      "$0" fit "$A" "$B" --work-dir "$(printf 'work\\376')" -o m2
      LC_ALL=C ls -b | grep '\\\\'
      """)
    #expect(
      run.lines == [
        "9", "7", "7", "5", "in\\350.jsonl", "in\\351.jsonl", "out\\377.jsonl.gz",
        "out\\377.jsonl.gz.manifest.json", "work\\376",
      ])
    #expect(run.errors.contains("2 files were fitted before"), "\(run.errors)")
  }

  @Test func `Other spellings of a name aren't touched`() throws {
    let run = try shell(
      """
      "$0" select -q --target target --pool first --min-tokens 0 --count 3 -o "$(printf 'x\\351')"
      "$0" select -q --target target --pool first --min-tokens 0 --count 4 -o "$(printf 'x\\350')" --force
      wc -l < "$(printf 'x\\351')"; wc -l < "$(printf 'x\\350')"
      """)
    #expect(run.lines.map { $0.trimmingCharacters(in: .whitespaces) } == ["3", "4"])
    #expect(run.errors == "")
  }

  @Test func `Messages and manifests show such names distinctly`() throws {
    let run = try shell(
      """
      A=$(printf 'in\\351.jsonl'); cp first "$A"; echo broken >> "$A"
      "$0" fit -q "$A" -o m; "$0" fit -q "$(printf 'none\\351')" -o m
      cp first "$A"
      "$0" select -q --target target --pool "$A" --count 3 --min-tokens 0 -o out
      """)
    #expect(run.errors.contains("in\\xe9.jsonl:31: not valid JSON"))
    #expect(run.errors.contains("none\\xe9: no such file or directory"))
    // A private-use scalar stands for the byte, as Documentation/Output.md says.
    let path = try directory.json("out.manifest.json").pool.inputs[0].path.string
    #expect(path == "in\u{10FEE9}.jsonl")
    // The line of Python there does the same.
    let found = try shell(
      """
      python3 -c 'import json, os
      path = json.load(open("out.manifest.json"))["pool"]["inputs"][0]["path"]
      name = bytes(b for c in path for b in ([ord(c) - 0x10FE00] if 0x10FE80 <= ord(c) <= 0x10FEFF else c.encode()))
      print(name, os.path.exists(name))'
      """)
    #expect(found.lines == ["b'in\\xe9.jsonl' True"])
  }

  @Test func `The directory for temporary files is used by its exact bytes`() throws {
    let run = try shell(
      """
      mkdir "$(printf 'tmp\\351')"
      cat first second | TMPDIR=$PWD/$(printf 'tmp\\351') "$0" select -q --target target --pool - --count 3 |
        wc -l | tr -d ' '
      cat first | TMPDIR=$PWD/$(printf 'tmp\\350') "$0" select -q --target target --pool - --count 3
      """)
    #expect(run.lines == ["3"])
    #expect(run.errors.contains("/tmp\\xe8: no such file or directory"))
  }

  private func shell(_ script: String, _ arguments: [String] = []) throws -> Dsel.Result {
    try Program.shell(script, arguments, in: directory)
  }
}
