import Foundation
import TestSupport
import Testing

/// Files that aren't lines of JSON are named for what they are.
///
/// The command in the message turns them into lines.
@Suite struct ForeignInputTests {
  private let directory: TemporaryDirectory
  private let lineCount = 12

  init() throws {
    directory = try TemporaryDirectory()
    let lines = try Fixtures.crawlText().rawLines[..<lineCount]
    try directory.write(Array(lines).joinedLines, to: "pool.jsonl")
  }

  /// Programs that may be missing. Their formats are tested only where they are installed.
  struct Case: Sendable, CustomTestStringConvertible {
    var file: String
    var made: String
    var needs: String
    var what: String
    var testDescription: String { file }
  }

  static let cases = [
    Case(
      file: "a.jsonl.xz", made: "xz -c pool.jsonl", needs: "xz",
      what:
        "xz data, which dsel does not read. Add --reader '*.xz=xz -dc', or decompress it: xz -dc a.jsonl.xz | dsel … -"
    ),
    Case(file: "named.jsonl", made: "xz -c pool.jsonl", needs: "xz", what: "xz data, which"),
    Case(
      file: "a.lzma", made: "xz --format=lzma -c pool.jsonl", needs: "xz", what: "lzma data, which"),
    Case(file: "a.bz2", made: "bzip2 -c pool.jsonl", needs: "bzip2", what: "bzip2 data, which"),
    Case(file: "a.lz4", made: "lz4 -qc pool.jsonl", needs: "lz4", what: "lz4 data, which"),
    Case(file: "legacy.lz4", made: "lz4 -lqc pool.jsonl", needs: "lz4", what: "lz4 data, which"),
    Case(file: "a.lz", made: "lzip -c pool.jsonl", needs: "lzip", what: "lzip data, which"),
    Case(file: "a.lzo", made: "lzop -c pool.jsonl", needs: "lzop", what: "lzop data, which"),
    Case(
      file: "a.Z", made: "compress -c pool.jsonl", needs: "compress",
      what: "data from compress (.Z), which"),
    Case(
      file: "a.7z", made: "7z a -bd made.7z pool.jsonl > /dev/null; cat made.7z", needs: "7z",
      what: "a 7z archive, which dsel does not read. Unpack it: 7z x -so a.7z | dsel … -"),
    Case(file: "a.tar", made: "tar cf - pool.jsonl", needs: "tar", what: "a tar archive, which"),
    Case(
      file: "a.tgz", made: "tar czf - pool.jsonl", needs: "tar",
      what:
        "a tar archive within gzip, which dsel does not read. Unpack it: gzip -dc a.tgz | tar -xOf - | dsel … -"
    ),
    Case(
      file: "a.tar.zst", made: "tar cf - pool.jsonl | zstd -qc", needs: "tar",
      what: "a tar archive within zstd, which"),
    Case(
      file: "a.zip", made: "python3 -m zipfile -c a pool.jsonl && cat a", needs: "unzip",
      what: "a zip archive, which dsel does not read. Unpack it: unzip -p a.zip | dsel … -"),
    Case(
      file: "a.zst.gz", made: "zstd -qc pool.jsonl | gzip -c", needs: "zstd",
      what:
        "zstd data within gzip, which dsel does not read. Decompress it: gzip -dc a.zst.gz | zstd -dc | dsel … -"
    ),
    Case(
      file: "a.gz.zst", made: "gzip -c pool.jsonl | zstd -qc", needs: "zstd",
      what: "gzip data within zstd, which"),
    Case(
      file: "a.gz.gz", made: "gzip -c pool.jsonl | gzip -c", needs: "gzip",
      what: "gzip data within gzip, which"),
    Case(
      file: "a.xz.gz", made: "xz -c pool.jsonl | gzip -c", needs: "xz",
      what: "xz data within gzip, which"),
    Case(
      file: "a.zz",
      made:
        "python3 -c 'import sys, zlib; sys.stdout.buffer.write(zlib.compress(open(\"pool.jsonl\", \"rb\").read()))'",
      needs: "python3", what: "zlib data, which"),
    Case(
      file: "array.json", made: "jq -s . pool.jsonl", needs: "jq",
      what:
        "one JSON array, where dsel reads one JSON object per line. Convert it to JSON lines: jq -c '.[]' array.json | dsel … -"
    ),
    Case(
      file: "array in one line.json", made: "jq -sc . pool.jsonl", needs: "jq",
      what:
        "one JSON array, where dsel reads one JSON object per line. Convert it to JSON lines: jq -c '.[]' 'array in one line.json' | dsel … -"
    ),
    Case(
      file: "array.json.gz", made: "jq -s . pool.jsonl | gzip -c", needs: "jq",
      what: "one JSON array within gzip, where"),
    Case(
      file: "pretty.json", made: "jq . pool.jsonl", needs: "jq",
      what:
        "JSON objects of several lines each, where dsel reads one JSON object per line. Convert it to JSON lines: jq -c . pretty.json | dsel … -"
    ),
    Case(
      file: "utf16.jsonl", made: "iconv -f UTF-8 -t UTF-16 pool.jsonl", needs: "iconv",
      what:
        "text in UTF-16, where dsel reads UTF-8. Convert it: iconv -f UTF-16 -t UTF-8 < utf16.jsonl | dsel … -"
    ),
    Case(
      file: "utf16be.jsonl", made: "iconv -f UTF-8 -t UTF-16BE pool.jsonl", needs: "iconv",
      what: "text in UTF-16, where"),
    Case(
      file: "utf32le.jsonl", made: "iconv -f UTF-8 -t UTF-32LE pool.jsonl", needs: "iconv",
      what: "text in UTF-32, where"),
    Case(
      file: "a.csv", made: "jq -r '[.id, .text] | @csv' pool.jsonl | sed '1i id,text'", needs: "jq",
      what: "a table (CSV), which"),
    Case(
      file: "a.tsv",
      made:
        "(printf 'id\\ttext\\n'; jq -r '[.id, (.text | gsub(\"[\\n\\t\\\"]\"; \" \"))] | join(\"\\t\")' pool.jsonl)",
      needs: "jq", what: "a table (TSV), which"),
    Case(
      file: "a.db",
      made:
        "python3 -c 'import json, sqlite3; c = sqlite3.connect(\"t.db\"); c.execute(\"create table documents (text)\"); c.executemany(\"insert into documents values (?)\", [(json.loads(l)[\"text\"],) for l in open(\"pool.jsonl\")]); c.commit()' && cat t.db",
      needs: "sqlite3", what: "an SQLite database, which"),
    Case(
      file: "a.dict.zst",
      made:
        "cat pool.jsonl pool.jsonl pool.jsonl > more; zstd -q --train more -B256 --maxdict=1000 -o DICTIONARY 2> /dev/null; zstd -qc -D DICTIONARY pool.jsonl",
      needs: "zstd", what: "zstd data that was compressed with a dictionary (number "),
  ]

  @Test(arguments: cases)
  func `A foreign file is named for what it is, and following the advice makes lines of it`(
    expected: Case
  ) throws {
    guard try shell("command -v \(expected.needs)").status == 0 else { return }
    #expect(try shell("{ \(expected.made); } > '\(expected.file)'").status == 0)
    for options in [[], ["--on-error", "skip"]] {
      let run = try Dsel.run(["fit", expected.file, "-o", "model"] + options, in: directory)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("\(expected.file): \(expected.what)"), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
      #expect(!directory.exists("model"))
    }
    let run = try Dsel.run(["fit", expected.file], in: directory)
    let command = try #require(advice(run.errors))
    let followed = try shell(
      "\(command) | \"$0\" fit - --min-tokens 0 -o model --json | jq .model.documents")
    #expect(followed.lines == ["\(lineCount)"], "\(command): \(followed.errors)")
    if ["a.db", "a.zip", "a.7z"].contains(expected.file) { return }
    let piped = try shell("\"$0\" fit - < '\(expected.file)'")
    #expect(
      piped.errors.hasPrefix("standard input: \(expected.what.prefix(12))"), "\(piped.errors)")
  }

  /// The command at the end of the message, other than dsel's own.
  private func advice(_ message: String) -> String? {
    let parts = message.components(separatedBy: " | dsel … -\n")
    guard parts.count == 2 else { return nil }
    let starts = ["it: ", "that: ", "lines: ", "pyarrow): ", "fastavro): "]
    for start in starts where parts[0].contains(start) {
      return parts[0].components(separatedBy: start).last?
        .replacingOccurrences(of: "FROM TABLE", with: "FROM documents")
    }
    return nil
  }

  @Test(arguments: [
    (
      "ARROW1\0\0",
      "an Arrow file, which dsel does not read. Convert it to JSON lines (pip install pyarrow): python3 -c '"
    ),
    ("FEA1\0\0", "a Feather file of version 1, which dsel does not read. Convert it"),
    ("ORC\u{8}\u{3}", "an ORC file, which dsel does not read. Convert it"),
    (
      "Obj\u{1}\u{4}",
      "an Avro file, which dsel does not read. Convert it to JSON lines (pip install fastavro): fastavro shard | dsel … -"
    ),
    (
      "%PDF-1.5\n",
      "a PDF document, which dsel does not read. Convert its text to a JSON line: pdftotext shard - | jq -Rsc '{text: .}' | dsel … -"
    ),
    ("Rar!\u{1A}\u{7}\0", "a rar archive, which dsel does not read. Unpack it first."),
    ("LZIP\u{1}", "lzip data, which dsel does not read. Decompress it: lzip -dc shard | dsel … -"),
    (
      "<html>\n",
      "HTML or XML, which dsel does not read. Extract its texts first, as JSON lines such as {\"text\": \"…\"}."
    ),
    (
      "WARC/1.0\r\n",
      "a WARC file, which dsel does not read. Extract its texts first, as JSON lines such as {\"text\": \"…\"}."
    ),
    (
      "version https://git-lfs.github.com/spec/v1\noid sha256:4d\n",
      "a Git LFS pointer, not the file itself. Fetch the file with 'git lfs pull'."
    ),
  ])
  func `A format without a command, or with a program of its own, is named`(
    content: String, what: String
  ) throws {
    try directory.write(content, to: "shard")
    for options in [[], ["--on-error", "skip"]] {
      let run = try Dsel.select(
        pool: ["pool.jsonl", "shard"], ["-o", "out"] + options, in: directory)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("shard: \(what)"), "\(run.errors)")
      #expect(!directory.exists("out"))
    }
  }

  @Test func `Arrow, ORC and Avro become lines if their packages are installed`() throws {
    guard try shell("python3 -c 'import pyarrow, fastavro' 2> /dev/null").status == 0 else {
      return
    }
    let made = try shell(
      """
      python3 -c '
      import json, fastavro, pyarrow as pa, pyarrow.feather, pyarrow.orc
      rows = [{"text": json.loads(line)["text"]} for line in open("pool.jsonl")]
      table = pa.Table.from_pylist(rows)
      pa.orc.write_table(table, "a.orc"); pa.feather.write_feather(table, "a.feather")
      with pa.ipc.new_file("a.arrow", table.schema) as file: file.write_table(table)
      with pa.ipc.new_stream("stream.arrow", table.schema) as file: file.write_table(table)
      schema = {"type": "record", "name": "row", "fields": [{"name": "text", "type": "string"}]}
      fastavro.writer(open("a.avro", "wb"), schema, rows)'
      """)
    #expect(made.status == 0, "\(made.errors)")
    for name in ["a.orc", "a.feather", "a.arrow", "stream.arrow", "a.avro"] {
      let run = try Dsel.run(["fit", name], in: directory)
      let command = try #require(advice(run.errors))
      let followed = try shell(
        "\(command) | \"$0\" fit - --json -o model --force | jq .model.documents")
      #expect(followed.lines == ["\(lineCount)"], "\(name): \(followed.errors)")
    }
  }

  @Test(arguments: [
    ("s3://bucket/a b.jsonl", "aws s3 cp 's3://bucket/a b.jsonl' - | dsel … -"),
    ("gs://bucket/key", "gcloud storage cat gs://bucket/key | dsel … -"),
    ("https://example.org/a.jsonl.zst", "curl -fsSL https://example.org/a.jsonl.zst | dsel … -"),
    ("hdfs://host/a", "hdfs dfs -cat hdfs://host/a | dsel … -"),
    (
      "hf://datasets/owner/name/data/a.jsonl",
      "curl -fsSL https://huggingface.co/datasets/owner/name/resolve/main/data/a.jsonl | dsel … -"
    ),
    ("file:///tmp/a", "Leave file:// out."), ("az://box/a", "Copy it to a file first"),
  ])
  func `A name with a scheme isn't reported as a missing file`(name: String, advice: String)
    throws
  {
    let run = try Dsel.run(["fit", name], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("\(name): dsel reads files and standard input. "))
    #expect(run.errors.contains(advice))
  }

  @Test func `A line that is an array or a string comes with advice on converting it`()
    throws
  {
    for (line, advice) in [
      (
        "[{\"text\": \"a\"}]",
        "found an array. Write its items as lines (jq -c '.[]'), or leave such lines out"
      ),
      (
        "\"a\"",
        "found a string. Make an object of each line (jq -c '{text: .}'), or leave such lines out"
      ),
      ("12", "found a number. Fix the line, or leave such lines out"),
    ] {
      try directory.write("{\"text\": \"a b\"}\n\(line)\n", to: "mixed")
      let run = try Dsel.run(["fit", "mixed", "--min-tokens", "0"], in: directory)
      #expect(
        run.errors.hasPrefix("mixed:2: expected one JSON object per line, but \(advice)"),
        "\(run.errors)")
      #expect(
        try Dsel.run(
          ["fit", "mixed", "--on-error", "skip", "-o", "m\(line.count)", "--quiet"], in: directory
        ).status == 0)
    }
  }

  @Test func `A model written over several lines is still a model`() throws {
    let run = try shell(
      """
      "$0" fit -q pool.jsonl -o model && jq . model > pretty && "$0" merge -q pretty -o merged && cmp model merged && echo same
      """)
    #expect(run.lines == ["same"])
  }

  private func shell(_ script: String) throws -> Dsel.Result {
    try Program.shell(script, in: directory)
  }
}
