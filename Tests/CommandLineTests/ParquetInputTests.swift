import Foundation
import TestSupport
import Testing

/// Parquet files in the place of lines of JSON.
struct ParquetInputTests {
  private static let golden = Fixtures.path("golden/parquet")
  private static let lines = "\(golden)/documents.jsonl"
  private static let options = ["--on-error", "skip", "--max-skipped", "100%", "-q", "--force"]

  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static func file(_ name: String) -> String { "\(golden)/\(name).parquet" }

  /// The model of a file, without its name and size, and without the sizes of its records.
  private func model(_ path: String, _ more: [String]) throws -> JSON {
    let run = try Dsel.run(
      ["fit", path, "-o", "model", "--buckets", "1k"] + Self.options + more, in: directory)
    #expect(run.status == 0, "\(run.errors)")
    let model = try JSON(directory.read("model"))
    let input = model.inputs[0]
    #expect(input.documents == model.documents)
    #expect(input.bytes.int == (try Data(contentsOf: URL(fileURLWithPath: path))).count)
    return model.without("inputs").without("eligible")
  }

  @Test(
    arguments: [
      "pyarrow-zstd-1-dictionary", "pyarrow-snappy-2-delta", "duckdb-zstd-2", "polars-zstd",
    ], ["text", "messages[role=assistant].content", "deep[][].texts[]", "text,meta.inner.text"])
  func `A model is that of the same documents in JSON`(name: String, field: String) throws {
    for threads in ["1", "3"] {
      let options = ["--text-field", field, "--threads", threads]
      #expect(
        try model(Self.file(name), options) == model(Self.lines, options), "\(threads) threads")
    }
  }

  @Test func `Weights are those of the same documents in JSON, with the row's own ID`() throws {
    let pool = ["fit", Fixtures.wiki, "-o", "pool.model", "-q"]
    let target = ["fit", Fixtures.wiki, Self.lines, "-o", "target.model"] + Self.options
    for run in [pool, target] { #expect(try Dsel.run(run, in: directory).status == 0) }
    func weights(_ path: String) throws -> [JSON] {
      let run = try Dsel.run(
        ["weigh", path, "--target-model", "target.model", "--pool-model", "pool.model"]
          + ["--id-field", "number", "--on-error", "skip", "--max-skipped", "100%", "-q"],
        in: directory)
      #expect(run.status == 0, "\(run.errors)")
      return try run.lines.map {
        let line = try JSON(Data($0.utf8))
        // A null is no ID, and then it is made of the file's name.
        let id = line.id.number == nil ? .null : line.id
        return .array([id, line.log_weight, line.text_hash, line.tokens])
      }
    }
    let expected = try weights(Self.lines)
    #expect(expected.count > 10)
    for name in ["pyarrow-zstd-2-plain", "duckdb-snappy-1", "polars-lz4"] {
      #expect(try weights(Self.file(name)) == expected)
    }
  }

  @Test func `A directory has its Parquet files`() throws {
    try FileManager.default.createDirectory(
      atPath: directory.path("pool"), withIntermediateDirectories: true)
    for name in ["polars-gzip", "duckdb-gzip-1"] {
      try FileManager.default.copyItem(
        atPath: Self.file(name), toPath: directory.path("pool/\(name).parquet"))
    }
    let run = try Dsel.run(
      ["fit", "pool", "-o", "model"] + Self.options + Stages.buckets, in: directory)
    #expect(run.status == 0, "\(run.errors)")
    let model = try JSON(directory.read("model"))
    #expect(
      model.inputs.elements.map(\.path.string)
        == ["pool/duckdb-gzip-1.parquet", "pool/polars-gzip.parquet"])
  }

  private func error(_ arguments: [String]) throws -> String {
    let run = try Dsel.run(["fit", "-o", "model"] + arguments, in: directory)
    #expect(run.status == 1)
    return run.errors
  }

  @Test func `A column that isn't there is an error with those that are`() throws {
    let path = Self.file("pyarrow-none-1-plain")
    #expect(
      try error([path, "--text-field", "content"])
        == "\(path): no column leads to the text field content. Its columns: id, text, number, "
        + "double, float, truth, large, meta.lang, meta.inner.text, meta.inner.rating, "
        + "messages[].role, messages[].content, parts[], deep[][].texts[], map. Name one with "
        + "--text-field.\n")
  }

  @Test func `A null is an invalid record with the number of its row`() throws {
    let path = Self.file("pyarrow-none-1-plain")
    let lines = try error([Self.lines])
    let place = lines.dropFirst(Self.lines.count)
    #expect(place.hasPrefix(":") && lines.hasPrefix(Self.lines))
    #expect(try error([path]) == path + place)
  }

  @Test func `Files that can't be read are refused by name`() throws {
    let apache = "\(Self.golden)/apache/data"
    let encrypted = "\(apache)/uniform_encryption.parquet.encrypted"
    #expect(
      try error([encrypted])
        == "\(encrypted): this Parquet file has encryption, which dsel does not read. Write it "
        + "again without, with pyarrow for example.\n")
    let old = "\(apache)/hadoop_lz4_compressed.parquet"
    #expect(
      try error([old, "--text-field", "c1"])
        == "\(old): this Parquet file has the deprecated codec LZ4 (LZ4_RAW is supported), which "
        + "dsel does not read. Write it again without, with pyarrow for example.\n")
    let damaged = "\(apache)/rle-dict-uncompressed-corrupt-checksum.parquet"
    #expect(
      try error([damaged, "--text-field", "binary_field"])
        == "\(damaged): a page of this Parquet file doesn't agree with its checksum: the file is "
        + "damaged. Copy it again.\n")
  }

  @Test func `A file that was cut short is an error`() throws {
    let file = try Data(contentsOf: URL(fileURLWithPath: Self.file("polars-zstd")))
    try directory.write(file.dropLast(), to: "cut.parquet")
    #expect(
      try error(["cut.parquet"])
        == "cut.parquet: this Parquet file is damaged: it does not end with PAR1, so it may be cut "
        + "short. Copy it again, or write it again.\n")
  }

  @Test func `A pipe is copied where it is read twice, and else refused`() throws {
    let file = try Data(contentsOf: URL(fileURLWithPath: Self.file("polars-zstd")))
    let fit = try Dsel.run(["fit", "-", "-o", "model"], input: file, in: directory)
    #expect(
      fit.errors
        == "standard input: a Parquet file is read from its end, which a pipe does not allow here. "
        + "Write it to a file, and name that.\n")
    let compare = [
      "compare", "--target", Fixtures.wiki, "--selected", Fixtures.wiki, "--on-error", "skip",
      "--max-skipped", "100%", "-q", "--pool",
    ]
    let piped = try Dsel.run(compare + ["-"], input: file, in: directory)
    #expect(piped.status == 0, "\(piped.errors)")
    // A record's own size is that of its text, or of its line.
    func figures(_ run: Dsel.Result) -> [String] { run.lines.filter { !$0.hasPrefix("bytes") } }
    #expect(try figures(piped) == figures(Dsel.run(compare + [Self.lines], in: directory)))
  }

  @Test func `Parquet within gzip is refused`() throws {
    let file = try Data(contentsOf: URL(fileURLWithPath: Self.file("polars-zstd")))
    try directory.write(Containers.gzip(file, in: directory), to: "a.parquet.gz")
    #expect(
      try error(["a.parquet.gz"])
        == "a.parquet.gz: a Parquet file within gzip, which dsel does not read. Decompress it to a "
        + "file first.\n")
  }
}
