import Compression
import Reading

/// What is said of files that aren't lines of JSON: what they are, and the command that makes lines of them.
extension ErrorMessage {
  /// - Parameter container: what the format is within; plain for nothing.
  static func foreign(_ path: String, _ format: ForeignFormat, within container: Container)
    -> String
  {
    let within = container == .plain ? "" : " within \(container.rawValue)"
    let fault = "\(path): \(name(format))\(within), \(format.complaint)."
    guard let recipe = format.recipe else { return "\(fault) \(format.advice)" }
    let isPiped = path == "standard input"
    let source = isPiped ? "…" : shellQuoted(path)
    var command: String
    switch (container, recipe) {
    case (.plain, .filter(let words)):
      command = isPiped ? "… | \(words)" : "\(words) < \(source)"
    case (.plain, .named(let words, let piped)):
      command = isPiped ? "… | \(piped ?? words)" : words.replacing("FILE", with: source)
    case (_, .filter(let words)), (_, .named(_, let words?)):
      command = "\(container == .gzip ? "gzip" : "zstd") -dc"
      command = isPiped ? "… | \(command) | \(words)" : "\(command) \(source) | \(words)"
    case (_, .named(_, nil)): return "\(fault) Decompress it to a file first."
    }
    return "\(fault) \(format.advice): \(command) | dsel … -"
  }

  static func needsDictionary(_ path: String, _ id: UInt32) -> String {
    let source = path == "standard input" ? "" : " \(shellQuoted(path))"
    return
      "\(path): zstd data that was compressed with a dictionary (number \(id)), which dsel does not read. Decompress "
      + "it with that: zstd -dc -D DICTIONARY\(source) | dsel … -"
  }

  /// The word as a shell takes it.
  static func shellQuoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: "_./-+=:,@%".utf8.contains(byte)
      }
    }
    return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }

  private static func name(_ format: ForeignFormat) -> String {
    switch format {
    case .xz: "xz data"
    case .lzma: "lzma data"
    case .bzip2: "bzip2 data"
    case .lz4: "lz4 data"
    case .lzip: "lzip data"
    case .lzop: "lzop data"
    case .compress: "data of compress (.Z)"
    case .snappy: "snappy data"
    case .zlib: "zlib data"
    case .nested(let container): "\(container.rawValue) data"
    case .zstdDictionary: "a zstd dictionary"
    case .tar: "a tar archive"
    case .zip: "a zip archive"
    case .sevenZip: "a 7z archive"
    case .rar: "a rar archive"
    case .parquet: "a Parquet file"
    case .arrowFile: "an Arrow file"
    case .arrowStream: "an Arrow stream"
    case .featherV1: "a Feather file of version 1"
    case .orc: "an ORC file"
    case .avro: "an Avro file"
    case .sqlite: "an SQLite database"
    case .hdf5: "an HDF5 file"
    case .pickle: "a Python pickle"
    case .numpy: "a NumPy array"
    case .pdf: "a PDF document"
    case .markup: "HTML or XML"
    case .warc: "a WARC file"
    case .lfsPointer: "a pointer of Git LFS"
    case .model: "a model of dsel"
    case .candidates: "candidates of dsel"
    case .utf16: "text in UTF-16"
    case .utf32: "text in UTF-32"
    case .table(separator: UInt8(ascii: "\t")): "a table with tabs (TSV)"
    case .table: "a table (CSV)"
    case .jsonArray: "one JSON array"
    case .prettyJSON: "JSON objects that go over several lines"
    }
  }
}

extension ForeignFormat {
  /// How a format becomes lines of JSON.
  fileprivate enum Recipe {
    /// A command that reads standard input.
    case filter(String)
    /// A command that names FILE, and the one that reads standard input, if there is one.
    case named(String, piped: String?)

    /// A command that reads a file behind its words, or standard input.
    static func decompressor(_ words: String) -> Recipe { .named("\(words) FILE", piped: words) }
  }

  fileprivate var complaint: String {
    switch self {
    case .jsonArray, .prettyJSON: "where dsel reads one JSON object per line"
    case .utf16, .utf32: "where dsel reads UTF-8"
    case .lfsPointer: "not the file itself"
    case .model: "where documents or their weights are expected"
    case .candidates: "where documents or their weights are expected"
    case .zstdDictionary: "and no data"
    default: "which dsel does not read"
    }
  }

  /// What to do; the command follows where there is one.
  fileprivate var advice: String {
    switch self {
    case .xz, .lzma, .bzip2, .lz4, .lzip, .lzop, .compress, .zlib, .nested: "Decompress it"
    case .snappy: "Decompress it first."
    case .zstdDictionary: "Name the files that were compressed with it."
    case .tar, .zip, .sevenZip: "Unpack it"
    case .rar: "Unpack it first."
    case .parquet, .arrowFile, .arrowStream, .featherV1, .orc:
      "Make lines of it (pip install pyarrow)"
    case .avro: "Make lines of it (pip install fastavro)"
    case .sqlite: "Make lines of a table of it"
    case .hdf5, .pickle, .numpy: "Write its texts as lines first, such as {\"text\": \"…\"}."
    case .pdf: "Make a line of its text"
    case .markup, .warc: "Extract its texts first, as lines such as {\"text\": \"…\"}."
    case .lfsPointer: "Fetch the file with 'git lfs pull'."
    case .model: "Weigh by it with 'dsel weigh --target-model' or '--pool-model'."
    case .candidates: "Draw from them with 'dsel resample --candidates'."
    case .utf16, .utf32: "Convert it"
    case .table, .jsonArray, .prettyJSON: "Make lines of it"
    }
  }

  fileprivate var recipe: Recipe? {
    switch self {
    case .xz: .decompressor("xz -dc")
    case .lzma: .decompressor("xz --format=lzma -dc")
    case .bzip2: .decompressor("bzip2 -dc")
    case .lz4: .decompressor("lz4 -dc")
    case .lzip: .decompressor("lzip -dc")
    case .lzop: .decompressor("lzop -dc")
    case .compress, .nested(.gzip): .decompressor("gzip -dc")
    case .nested: .decompressor("zstd -dc")
    case .zlib:
      .filter(
        "python3 -c 'import sys, zlib; sys.stdout.buffer.write(zlib.decompress(sys.stdin.buffer.read()))'"
      )
    case .tar: .named("tar -xOf FILE", piped: "tar -xOf -")
    case .zip: .named("unzip -p FILE", piped: nil)
    case .sevenZip: .named("7z x -so FILE", piped: nil)
    case .parquet: .named(Self.pyarrow("parquet"), piped: nil)
    case .arrowFile: .named(Self.pyarrow("ipc"), piped: nil)
    case .orc: .named(Self.pyarrow("orc"), piped: nil)
    case .arrowStream:
      .filter(Self.python("pyarrow.ipc as p", "p.open_stream(sys.stdin.buffer)"))
    case .featherV1:
      .named(
        Self.python("pyarrow.feather as p", "p.read_table(sys.argv[1]).to_batches()") + " FILE",
        piped: nil)
    case .avro: .named("fastavro FILE", piped: "fastavro -")
    case .sqlite:
      .named("sqlite3 -json FILE 'SELECT * FROM TABLE' | jq -c '.[]'", piped: nil)
    case .pdf:
      .named("pdftotext FILE - | jq -Rsc '{text: .}'", piped: "pdftotext - - | jq -Rsc '{text: .}'")
    case .utf16(let isLittleEndian, let hasMark):
      .filter("iconv -f UTF-16\(Self.order(isLittleEndian, hasMark)) -t UTF-8")
    case .utf32(let isLittleEndian, let hasMark):
      .filter("iconv -f UTF-32\(Self.order(isLittleEndian, hasMark)) -t UTF-8")
    case .table(let separator):
      .filter(
        "python3 -c 'import csv, json, sys; csv.field_size_limit(2**31 - 1); "
          + "[print(json.dumps(r)) for r in csv.DictReader(sys.stdin\(Self.delimiter(separator)))]'"
      )
    case .jsonArray: .named("jq -c '.[]' FILE", piped: "jq -c '.[]'")
    case .prettyJSON: .named("jq -c . FILE", piped: "jq -c .")
    case .snappy, .zstdDictionary, .rar, .hdf5, .pickle, .numpy, .markup, .warc, .lfsPointer,
      .model,
      .candidates:
      nil
    }
  }

  /// iconv finds the order of bytes by the mark, and takes that away.
  private static func order(_ isLittleEndian: Bool, _ hasMark: Bool) -> String {
    hasMark ? "" : isLittleEndian ? "LE" : "BE"
  }

  private static func delimiter(_ separator: UInt8) -> String {
    switch separator {
    case UInt8(ascii: "\t"): ", delimiter=\"\\t\""
    case UInt8(ascii: ";"): ", delimiter=\";\""
    default: ""
    }
  }

  private static func python(_ module: String, _ batches: String) -> String {
    "python3 -c 'import json, sys, \(module); "
      + "[print(json.dumps(r, default=str)) for b in \(batches) for r in b.to_pylist()]'"
  }

  private static func pyarrow(_ format: String) -> String {
    python("pyarrow.dataset as d", "d.dataset(sys.argv[1], format=\"\(format)\").to_batches()")
      + " FILE"
  }
}
