import Foundation
import TestSupport
import Testing

/// Names of formats that dsel doesn't write are refused before anything is read.
@Suite struct OutputNameTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `One directory can't be both the output's and the remainder's`() throws {
    for name in ["od", "od/", "od//"] {
      let run = try Dsel.select(["--output-dir", "od", "--remainder", name], in: directory)
      #expect(run.status == 64)
      #expect(
        run.errors.contains(
          "--output-dir and --remainder name the same directory. Give each a directory of its own."),
        "\(run.errors)")
    }
    #expect(!directory.exists("od"))
  }

  private static let suffixes = [
    "arrow", "feather", "orc", "avro", "csv", "tsv", "xz", "bz2", "lz4", "zip", "7z",
    "tar", "tgz",
  ]

  @Test(arguments: suffixes)
  func `An output named for another format is refused with the names that work`(
    suffix: String
  ) throws {
    for name in [
      "x.\(suffix)", "x.\(suffix.uppercased())", "x.jsonl.\(suffix)", "directory.d/x.\(suffix).zst",
      "x.\(suffix).gz",
    ] {
      let run = try Dsel.select(["--output", name], in: directory)
      #expect(run.status == 64)
      #expect(
        run.errors.contains(
          "--output \(name): dsel writes JSON lines, plain or compressed with zstd or gzip, but not .\(suffix). "
            + "Use a name that ends in .jsonl, .jsonl.zst or .jsonl.gz."), "\(run.errors)")
    }
  }

  @Test(arguments: ["--remainder", "--rejects"])
  func `Other files of lines named for another format are refused`(option: String) throws {
    let run = try Dsel.select(
      ["-o", "out", "--on-error", "skip", option, "x.parquet"], in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains("\(option) x.parquet: dsel writes JSON lines"))
  }

  @Test func `Models, weights, candidates and draws named for another format are refused`() throws {
    let models = ["--target-model", "t", "--pool-model", "p"]
    for arguments in [
      ["fit", Fixtures.wiki], ["merge", "a", "b"], ["weigh", "pool"] + models,
      ["weigh", "pool", "--candidates", "5"] + models,
      ["resample", "--weights", "w", "--pool", "pool"],
    ] {
      let run = try Dsel.run(arguments + ["-o", "x.parquet"], in: directory)
      #expect(run.status == 64, "\(arguments)")
      #expect(run.errors.contains("--output x.parquet: dsel writes JSON lines"))
    }
  }

  @Test(arguments: [
    "x.jsonl", "x.jsonl.zst", "x.jsonl.gz", "x.json", "x.ndjson", "x.txt", "x", "x.model", "csv",
    ".csv-like", "x.csv.d",
    "parquet.jsonl", "tar",
  ])
  func `All other names are accepted`(name: String) throws {
    let run = try Dsel.select(["--output", name, "--count", "3", "--quiet"], in: directory)
    #expect(run.status == 0, "\(run.errors)")
    #expect(directory.exists(name))
  }

  @Test(arguments: ["x.jsonl.zst", "x.jsonl.ZST", "x.jsonl.zstd"])
  func `A name for zstd in any spelling gives a zstd file`(name: String) throws {
    #expect(
      try Dsel.select(["--output", name, "--count", "3", "--quiet"], in: directory).status == 0)
    let run = try Program.shell("zstd -dqc < \"$1\" | wc -l | tr -d ' '", [name], in: directory)
    #expect(run.lines == ["3"])
  }

  @Test(arguments: ["x.jsonl.gz", "x.jsonl.GZ", "x.jsonl.gzip"])
  func `A name for gzip in any spelling gives a gzip file`(name: String) throws {
    #expect(
      try Dsel.select(["--output", name, "--count", "3", "--quiet"], in: directory).status == 0)
    let run = try Program.shell("gzip -dc < \"$1\" | wc -l | tr -d ' '", [name], in: directory)
    #expect(run.lines == ["3"])
  }

  @Test(arguments: [
    (
      "s3://bucket/x.jsonl.zst",
      "Add --writer 'aws s3 cp - {}', or pipe it on: dsel … | aws s3 cp - s3://bucket/x.jsonl.zst"
    ),
    // Only s3:// is a name that the command knows.
    ("s3a://bucket/x", "Pipe it on: dsel … | aws s3 cp - s3://bucket/x"),
    (
      "gs://bucket/x",
      "Add --writer 'gcloud storage cp - {}', or pipe it on: dsel … | gcloud storage cp - gs://bucket/x"
    ),
    (
      "hdfs://host/x",
      "Add --writer 'hdfs dfs -put - {}', or pipe it on: dsel … | hdfs dfs -put - hdfs://host/x"
    ),
    ("file:///tmp/x", "Leave file:// out."), ("az://box/x", "Write to a file, and copy it."),
  ])
  func `A name with a scheme is refused with the command to pipe to`(name: String, advice: String)
    throws
  {
    let run = try Dsel.select(["--output", name], in: directory)
    #expect(run.status == 64)
    #expect(
      run.errors.contains("--output \(name): dsel writes files and standard output. \(advice)"))
  }

  #if os(Linux)
    @Test func `The default number of threads is that of the available processors`() throws {
      guard try Program.shell("taskset -c 0 true", in: directory).status == 0 else { return }
      let run = try Program.shell(
        "taskset -c 0 \"$0\" select --target \"$1\" --pool \"$2\" --count 3 -o out",
        [Fixtures.wiki, Fixtures.crawl],
        in: directory)
      #expect(try directory.json("out.manifest.json").timings.threads.int == 1, "\(run.errors)")
    }
  #endif
}
