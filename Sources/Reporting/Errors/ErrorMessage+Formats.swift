internal import Compression
internal import Files
internal import Reading

/// Files that aren't JSON lines: their format, and the command that converts them.
extension ErrorMessage {
  /// - Parameter container: the compression around the format; plain if there is none.
  static func foreign(_ path: String, _ format: ForeignFormat, within container: Container)
    -> String
  {
    let within = container == .plain ? "" : " within \(container.rawValue)"
    // Parquet files of documents are read, so this one stands for something else.
    if format == .parquet, container == .plain {
      return
        "\(path): a Parquet file of documents, where dsel expects a file that it wrote. Make one of "
        + "it: a model with 'dsel fit', or candidates or weights with 'dsel weigh'."
    }
    let fault = "\(path): \(name(format))\(within), \(format.complaint)."
    guard let recipe = format.recipe else { return "\(fault) \(format.advice)" }
    let isPiped = isStandardInput(path)
    let source = isPiped ? "…" : ShellWord.quoted(path)
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
    if container == .plain, !isPiped, let option = readerOption(path, recipe) {
      return "\(fault) Add \(option), or decompress it: \(command) | dsel … -"
    }
    return "\(fault) \(format.advice): \(command) | dsel … -"
  }

  /// The option that lets dsel read such files; nil if their names have no ending or one of lines,
  /// or if the command isn't one that only decompresses.
  private static func readerOption(_ path: String, _ recipe: ForeignFormat.Recipe) -> String? {
    guard case .named(let words, let piped?) = recipe, words == "\(piped) FILE",
      !DocumentFormats.haveName(path),
      let dot = path.lastPathPart.lastIndex(of: "."), dot != path.lastPathPart.startIndex
    else { return nil }
    return "--reader \(ShellWord.quoted("*\(path.lastPathPart[dot...])=\(piped)"))"
  }

  static func isStandardInput(_ path: String) -> Bool {
    ExactString(path) == ExactString(File.standardInputName)
  }

  private static func name(_ format: ForeignFormat) -> String {
    switch format {
    case .xz: "xz data"
    case .lzma: "lzma data"
    case .bzip2: "bzip2 data"
    case .lz4: "lz4 data"
    case .lzip: "lzip data"
    case .lzop: "lzop data"
    case .compress: "data from compress (.Z)"
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
    case .lfsPointer: "a Git LFS pointer"
    case .model: "a model from dsel"
    case .candidates: "candidates from dsel"
    case .picks: "picks from dsel"
    case .utf16: "text in UTF-16"
    case .utf32: "text in UTF-32"
    case .table(separator: UInt8(ascii: "\t")): "a table (TSV)"
    case .table: "a table (CSV)"
    case .jsonArray: "one JSON array"
    case .prettyJSON: "JSON objects of several lines each"
    }
  }
}

extension ForeignFormat {
  /// How a format is converted to JSON lines.
  fileprivate enum Recipe {
    /// A command that reads standard input.
    case filter(String)
    /// A command that names FILE, and one that reads standard input, if it exists.
    case named(String, piped: String?)

    /// A command that reads standard input, or a file named after its words.
    static func decompressor(_ words: String) -> Recipe { .named("\(words) FILE", piped: words) }
  }

  fileprivate var complaint: String {
    switch self {
    case .jsonArray, .prettyJSON: "where dsel reads one JSON object per line"
    case .utf16, .utf32: "where dsel reads UTF-8"
    case .lfsPointer: "not the file itself"
    case .model: "where documents or their weights are expected"
    case .candidates, .picks: "where documents or their weights are expected"
    case .zstdDictionary: "which has no documents"
    default: "which dsel does not read"
    }
  }

  /// The advice, followed by a command if there is one.
  fileprivate var advice: String {
    switch self {
    case .xz, .lzma, .bzip2, .lz4, .lzip, .lzop, .compress, .zlib, .nested: "Decompress it"
    case .snappy: "Decompress it first."
    case .zstdDictionary: "Name files with documents."
    case .tar, .zip, .sevenZip: "Unpack it"
    case .rar: "Unpack it first."
    case .parquet, .arrowFile, .arrowStream, .featherV1, .orc:
      "Convert it to JSON lines (pip install pyarrow)"
    case .avro: "Convert it to JSON lines (pip install fastavro)"
    case .sqlite: "Convert a table of it to JSON lines"
    case .hdf5, .pickle, .numpy: "Write its texts as JSON lines first, such as {\"text\": \"…\"}."
    case .pdf: "Convert its text to a JSON line"
    case .markup, .warc: "Extract its texts first, as JSON lines such as {\"text\": \"…\"}."
    case .lfsPointer: "Fetch the file with 'git lfs pull'."
    case .model: "Use it with 'dsel weigh --target-model' or '--pool-model'."
    case .candidates: "Draw from them with 'dsel resample --candidates'."
    case .picks: "Take their documents with 'python -m dsel take'."
    case .utf16, .utf32: "Convert it"
    case .table, .jsonArray, .prettyJSON: "Convert it to JSON lines"
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
        "python3 -c 'import sys, zlib; "
          + "sys.stdout.buffer.write(zlib.decompress(sys.stdin.buffer.read()))'"
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
      .model, .candidates, .picks:
      nil
    }
  }

  /// iconv detects the byte order from the mark, and removes the mark.
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
