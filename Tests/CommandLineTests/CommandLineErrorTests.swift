import Foundation
import TestSupport
import Testing

/// Impossible command lines fail with status 64, before any file is opened.
///
/// Missing inputs are failures of the run, with status 1.
@Suite struct CommandLineErrorTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Options in addition to `--target wiki.jsonl --pool missing.jsonl`, and the expected message.
  static let wrong: [(options: String, fragment: String)] = [
    ("--count 0", "--count must be at least 1"),
    ("--tokens 0", "--tokens must be at least 1"),
    ("--bytes 0", "--bytes must be at least 1"),
    ("--count 10 --fraction 0.5", "only one of --count, --fraction, --tokens and --bytes"),
    ("--tokens 10 --bytes 10", "only one of --count, --fraction, --tokens and --bytes"),
    ("--count ten", "--count"),
    ("--count 1.5", "--count"),
    ("--count 99999999999999999999", "--count"),
    ("--count=-5", "--count"),
    ("--fraction 0", "--fraction must be above 0 and at most 1"),
    ("--fraction 1.5", "'--fraction <f>': it is above 1"),
    ("--fraction nan", "'--fraction <f>': it is not a number"),
    ("--buckets 1", "--buckets must be from 2"),
    ("--buckets 16777217", "--buckets must be from 2 to 16777216"),
    ("--ngrams 0", "--ngrams must be from 1 to 5"),
    ("--ngrams 6", "--ngrams must be from 1 to 5"),
    ("--smoothing 0", "--smoothing must be above 0"),
    ("--smoothing inf", "'--smoothing <a>': it is not a number"),
    ("--estimator ratio --target-smoothing 0", "--target-smoothing must be above 0"),
    ("--estimator ratio --target-smoothing=-1", "--target-smoothing must be above 0"),
    ("--compat dsirr", "--compat"),
    ("--compat dsir --tokenizer words", "--compat dsir needs --tokenizer wordpunct"),
    ("--compat dsir --smoothing 1", "Smooth the target's model with --target-smoothing"),
    ("--compat dsir --smoothing nan", "'--smoothing <a>': it is not a number"),
    ("--compat dsir --target-smoothing=-1", "--target-smoothing must be at least 0"),
    ("--compat dsir --target-smoothing inf", "'--target-smoothing <a>': it is not a number"),
    ("--compat dsir --normalize length", "Leave --normalize out"),
    ("--compat dsir --temperature 2", "Leave --temperature out"),
    ("--compat dsir --temperature auto", "Leave --temperature out"),
    ("--compat dsir --estimator blend", "Leave --estimator or --compat out"),
    ("--estimator best", "--estimator"),
    ("--estimator logistic --normalize sqrt", "Leave --normalize out"),
    ("--estimator logistic --smoothing 1", "Leave --smoothing out"),
    ("--estimator shrunk --target-smoothing 1", "--target-smoothing needs --estimator ratio"),
    ("--estimator shrunk --logistic-share 0.1", "--logistic-share needs --estimator blend"),
    ("--logistic-share 1.1", "'--logistic-share <f>': it is above 1"),
    ("--logistic-share nan", "'--logistic-share <f>': it is not a number"),
    ("--overlap 0.5", "--overlap needs --temperature auto"),
    ("--temperature 2 --effective-size 5", "--effective-size needs --temperature auto"),
    ("--temperature auto --overlap 1", "For an overlap of 1, use --top-k"),
    ("--temperature auto --overlap 0", "--overlap must be above 0"),
    ("--temperature auto --effective-size 0", "--effective-size must be at least 1"),
    ("--temperature auto --effective-size 9 --overlap 0.5", "only one of"),
    ("--temperature auto --top-k", "--top-k draws without noise"),
    ("--temperature warm", "--temperature"),
    ("--compat dsir --ngrams 6", "--ngrams must be from 1 to 5"),
    ("--temperature 0", "--temperature"),
    ("--temperature nan", "--temperature"),
    ("--temperature inf", "--temperature"),
    ("--threads 0", "--threads must be from 1"),
    ("--threads=-1", "'--threads <n>': it is negative"),
    ("--seed=-1", "--seed"),
    ("--seed 18446744073709551616", "--seed"),
    ("--normalize words", "--normalize"),
    ("--tokenizer letters", "--tokenizer"),
    ("--duplicates many", "--duplicates"),
    ("--on-error ignore", "--on-error"),
    ("--compress bz2", "--compress"),
    ("--progress sometimes", "--progress"),
    ("--rejects bad.jsonl", "--rejects needs --on-error skip"),
    ("--text-field=a..b", "--text-field"),
    ("--text-field=", "--text-field"),
    ("--output=", "--output"),
    ("--output a --manifest a", "--output and --manifest name the same file"),
    ("--output a --output-dir b", "Give only one of --output and --output-dir"),
    ("--output - --output-dir b", "Give only one of --output and --output-dir"),
    ("--output-dir=", "--output-dir"),
    ("--output-dir -", "--output-dir can't be standard output (-)"),
    ("--remainder=", "--remainder"),
    ("--remainder -", "--remainder can't be standard output (-)"),
    ("--shard-bytes 10", "--shard-bytes needs a directory: --output-dir or --remainder"),
    ("--output-dir b --shard-bytes 0", "--shard-bytes must be at least 1"),
    ("--output-dir b --shard-bytes many", "--shard-bytes"),
    ("--shuffle-seed 1", "--shuffle-seed needs --shuffle"),
    ("--shuffle --shuffle-seed=-1", "--shuffle-seed"),
    ("--max-line-bytes 0", "--max-line-bytes"),
    ("--max-window 10", "--max-window"),
    (
      "--report r.pdf",
      "--report r.pdf: dsel writes an HTML page. Use a name that ends in .html or .htm."
    ),
    ("--report r", "Use a name that ends in .html or .htm."),
    ("--report r.json", "Use a name that ends in .html or .htm."),
    (
      "--report-data r.html",
      "--report-data r.html: dsel writes JSON. Use a name that ends in .json."
    ),
    ("--target - --pool -", "Standard input (-) is named twice"),
    ("--no-such-option", "--no-such-option"),
  ]

  @Test(arguments: wrong)
  func `A wrong option is refused by name`(options: String, fragment: String) throws {
    let run = try Dsel.select(
      pool: ["missing.jsonl"], options.split(separator: " ").map(String.init), in: directory)
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.errors.contains(fragment), "\(run.errors)")
    #expect(run.errors.contains("\nUsage: dsel select [<options>]"), "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(directory.names == [])
  }

  @Test(arguments: ["--target", "--pool"])
  func `Target and pool must be named`(missing: String) throws {
    let other = missing == "--target" ? "--pool" : "--target"
    let run = try Dsel.run(["select", other, Fixtures.wiki], in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains("\(missing) is missing"))
  }

  @Test func `An unknown subcommand is refused`() throws {
    #expect(try Dsel.run(["choose"], in: directory).status == 64)
  }

  @Test(arguments: ["--target", "--pool"])
  func `A missing file is an error that names the file`(option: String) throws {
    let run = try Dsel.run(
      ["select", "--target", option == "--target" ? "missing.jsonl" : Fixtures.wiki]
        + ["--pool", option == "--pool" ? "missing.jsonl" : Fixtures.crawl, "-o", "out.jsonl"],
      in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("missing.jsonl: no such file"))
    #expect(directory.names == [])
  }

  @Test func `An empty target is an error that names the option`() throws {
    let run = try Dsel.select(target: Fixtures.malformed("empty.jsonl"), [], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("the target is empty"))
    #expect(run.errors.contains("--target"))
  }

  @Test func `A target without a token is an error`() throws {
    try directory.write("{\"text\": \" \"}\n{\"text\": \"\"}\n", to: "blank.jsonl")
    let run = try Dsel.select(target: "blank.jsonl", [], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("without tokens"))
  }

  @Test func `A name in an error message can't send commands to the terminal`() throws {
    let run = try Dsel.select(pool: ["a\u{1B}[31mb\rc.jsonl"], [], in: directory)
    #expect(run.status == 1)
    #expect(!run.errors.contains("\u{1B}"))
    #expect(!run.errors.contains("\r"))
  }
}
