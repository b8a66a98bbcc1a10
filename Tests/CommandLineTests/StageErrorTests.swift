import Foundation
import TestSupport
import Testing

/// Errors of the commands that read and write models, weights and candidates.
///
/// Wrong command lines fail with status 64, before any file is opened. Unusable files fail with
/// status 1, by name. Neither leaves any file.
@Suite struct StageErrorTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// `W` stands for the required options of `weigh`, `R` for those of `resample` by weights.
  static let wrong: [(command: String, fragment: String)] = [
    ("fit", "Documents are missing"),
    ("fit a - -", "Standard input (-) is named twice"),
    ("fit a --work-dir=", "--work-dir"),
    ("fit - --work-dir w", "--work-dir keeps one result per file"),
    ("fit a --work-dir w --on-error skip --rejects r", "--rejects can't be used with --work-dir"),
    ("fit a --rejects r", "--rejects needs --on-error skip"),
    ("fit a --buckets 1", "--buckets must be from 2"),
    ("fit a --ngrams 9", "--ngrams must be from 1 to 5"),
    ("fit a --compat dsir --tokenizer words", "--compat dsir needs --tokenizer wordpunct"),
    ("fit a --output=", "--output"),
    ("fit a --compress bz2", "--compress"),
    ("merge", "Missing expected argument"),
    ("merge a -", "merge reads files twice"),
    ("weigh a --pool-model p", "--target-model is missing"),
    ("weigh a --target-model t", "--pool-model"),
    ("weigh W", "--pool is missing. Name the files to weigh"),
    ("weigh a W --target-model u", "Several target models need a name each"),
    ("weigh a --pool-model p --target-model x=t --target-model x=u", "need a name each"),
    ("weigh a W --estimator logistic --normalize sqrt", "Leave --normalize out"),
    ("weigh a W --seed 1", "--seed needs --candidates"),
    ("weigh a W --top-k", "--top-k needs --candidates"),
    ("weigh a W --temperature 2", "--temperature needs --candidates"),
    ("weigh a W --logistic-share 0.1", "--logistic-share needs --candidates"),
    ("weigh a W --min-tokens 5", "--min-tokens needs --candidates"),
    ("weigh a W --candidates 0", "--candidates must be at least 1"),
    ("weigh a W --candidates 5 --temperature 0", "--temperature must be at least 1e-6"),
    ("weigh a W --candidates 5 --logistic-share 2", "'--logistic-share <f>': it is above 1"),
    (
      "weigh a W --candidates 5 --estimator ratio --logistic-share 0.1",
      "--logistic-share needs --estimator blend"
    ),
    ("weigh a W --replay 0.1", "--replay needs --candidates"),
    ("weigh a W --candidates 5 --replay 1.1", "'--replay <f>': it is above 1"),
    ("resample a --field q --share x=0.5", "--share needs --candidates for several targets"),
    ("resample a --candidates c --share x=0.5,x=0.1", "--share names a target twice"),
    ("resample a --candidates c --share x=0.7,y=0.4", "The shares of the targets add up to 1.1"),
    ("weigh a W --work-dir w -o o", "--work-dir writes one file per input"),
    ("weigh documents/a W --format dolma -o o", "--format dolma writes one file per input"),
    ("weigh - W --format dolma", "--format dolma writes next to the documents' files"),
    (
      "weigh documents/a W --format dolma --candidates 5",
      "can't be used with --work-dir, --candidates"
    ),
    ("weigh a W --format csv", "--format"),
    ("weigh a W --id-field a..b", "--id-field"),
    ("resample", "The weights are missing"),
    ("resample a --field q --count 1 --report r.pdf", "--report r.pdf: dsel writes an HTML page."),
    ("compare --target a --selected b --report r.txt", "--report r.txt: dsel writes an HTML page."),
    ("report a -o r.json", "--output r.json: dsel writes an HTML page."),
    ("explain --manifest m --id 1 --target t", "--target: with --manifest, the options"),
    ("show --manifest m --fit-sample 0.5", "--fit-sample is an option of 'dsel select'"),
    ("resample a", "The weights are missing"),
    ("resample --field q", "--pool is missing"),
    ("resample a R --field q", "only one of --weights, --candidates and --field"),
    ("resample a --candidates c --field q", "only one of --weights, --candidates and --field"),
    ("resample a --field q --target t", "--target needs --weights"),
    ("resample a R --output-dir o --by-shard", "--by-shard needs --candidates"),
    ("resample a --candidates c --by-shard", "--by-shard needs --output-dir"),
    (
      "resample a --candidates c --output-dir o --by-shard --shuffle",
      "--shuffle can't be used with --by-shard"
    ),
    (
      "resample a --candidates c --output-dir o --by-shard --shard-bytes 1k",
      "--shard-bytes can't be used with --by-shard"
    ),
    ("resample a R --negate", "--field-scale and --negate need --field"),
    ("resample a R --field-scale 2", "--field-scale and --negate need --field"),
    (
      "resample a --field q --field r --field-scale 2",
      "There are 2 fields, but --field-scale has 1"
    ),
    (
      "resample a --field q --field-scale nan",
      "--field-scale 'nan': the scale 'nan' is not a number"
    ),
    ("resample a --field q..r", "--field"),
    ("resample - --weights - --count 5", "Standard input (-) is named twice"),
    ("resample a --field q --epochs 0", "--epochs must be from 1 to 10000"),
    ("resample a --field q --epochs 10001", "--epochs must be from 1 to 10000"),
    ("resample a --field q --epochs 2 --top-k", "--top-k draws the same documents in each epoch"),
    ("resample a --field q --without-repeats", "--without-repeats needs at least 2 --epochs"),
    ("resample a --field q --logistic-share 0.1", "--logistic-share needs --weights"),
    ("resample a R --stratify d", "--stratify needs --field"),
    ("resample a R --remainder r", "--remainder can't be used with --weights"),
    ("resample a --field q --temperature 0", "--temperature must be at least 1e-6"),
    ("resample a --field q --temperature auto --tokens 5", "--temperature auto needs"),
    ("resample a --field q --replay 1.1", "'--replay <f>': it is above 1"),
    ("resample a --field q --mixture a=1", "--mixture needs --stratify"),
    ("resample a --field q --fill", "--fill needs --stratify"),
    ("resample a --field q --mixture-temperature 2", "--mixture-temperature needs --stratify"),
    ("resample a --field q --stratify d --mixture a", "--mixture 'a' is not a share"),
    ("resample a --field q --stratify d --mixture a=2", "--mixture 'a=2' is not a share"),
    ("resample a --field q --stratify d --mixture a=0.6,b=0.6", "add up to 1.2"),
    ("resample a --field q --stratify d --mixture a=0.6,b=0.5", "add up to 1.1"),
    ("resample a --field q --stratify d --mixture a=0.1,a=0.2", "--mixture names 'a' twice"),
    ("resample a --field q --stratify d --mixture-temperature 0", "must be at least 0.1"),
    ("resample a --field q --stratify d --fill --tokens 9", "give the size as --count"),
    ("resample a --candidates c --seed 1", "--seed can't be used with --candidates"),
    ("resample a --candidates c --top-k", "--top-k can't be used with --candidates"),
    ("resample a --candidates c --temperature 2", "--temperature can't be used with --candidates"),
    ("resample a --candidates c --min-tokens 2", "--min-tokens can't be used with --candidates"),
    ("resample a --candidates c --duplicates keep", "--duplicates can't be used with --candidates"),
    ("resample a --candidates c --epochs 2", "--epochs can't be used with --candidates"),
    ("resample a --candidates c --fraction 0.1", "Candidates need a size in the unit"),
    ("select --pool a --target t --target x=u", "Several targets need a name each"),
    (
      "select --pool a --target x=t --share y=0.5", "--share names 'y', but no target has that name"
    ),
    ("select --pool a --target x=t y=u --share x=0.5 --share x=0.5", "names a target twice"),
    ("select --pool a --target x=t y=u --share x=0.5 --share y=0.6", "add up to 1.1"),
    ("select --pool a --target x=t y=u --share x=0.5 --share y=0.4", "add up to 0.9"),
    ("select --pool a --target x=t --share x=2", "--share"),
  ]

  @Test(arguments: wrong)
  func `A wrong command line is refused by name`(command: String, fragment: String) throws {
    let long = command.replacing(" W", with: " --target-model t --pool-model p")
      .replacing(" R", with: " --weights w --count 5")
    let run = try Dsel.run(long.split(separator: " ").map(String.init), in: directory)
    #expect(run.status == 64, "\(run.errors)")
    // The usage of the command wraps lines.
    #expect(run.errors.contains(fragment), "\(run.errors)")
    let name = command.prefix { $0 != " " }
    #expect(
      run.errors.contains("\nUsage: dsel \(name) ") || run.errors.contains("'dsel \(name) --help'"),
      "\(run.errors)")
    #expect(!run.errors.contains("Usage: dsel <subcommand>"))
    #expect(run.output.isEmpty && directory.names == [])
  }

  /// Runs a command that must fail with this message and leave no file of its own.
  private func expectFailure(_ arguments: [String], _ fragment: String) throws {
    let before = directory.names
    let run = try Dsel.run(arguments, in: directory)
    #expect(run.status == 1, "\(arguments.joined(separator: " ")): \(run.status) \(run.errors)")
    #expect(run.errors.contains(fragment), "\(run.errors)")
    #expect(run.errors.hasSuffix(".\n"), "what to do ends with a period: \(run.errors)")
    #expect(directory.names == before)
  }

  private static let pool = (0..<30).map { number in
    Data("{\"text\": \"the document of number \(number)\", \"d\": \"a\", \"q\": \(number)}".utf8)
  }

  /// Writes `pool.jsonl`, and fits `pool.model` to it.
  private func fit() throws {
    try directory.write(Self.pool.joinedLines, to: "pool.jsonl")
    try Stages.run(["fit", "pool.jsonl", "-o", "pool.model"] + Self.fitOptions, in: directory)
  }

  private static let fitOptions = ["--buckets", "64", "--min-tokens", "2"]
  private static let models = ["--target-model", "wiki.model", "--pool-model", "pool.model"]

  @Test func `Models with other settings are refused by the option's name`() throws {
    try fit()
    for (name, options) in [
      ("--buckets", ["--buckets", "65"]), ("--ngrams", ["--ngrams", "3"]),
      ("--tokenizer", ["--tokenizer", "wordpunct"]), ("--min-tokens", ["--min-tokens", "3"]),
      ("--compat", ["--compat", "dsir"]), ("--no-sample", ["--no-sample"]),
    ] {
      let fit = Self.fitOptions.filter { !options.contains($0) }
      let defaults = stride(from: 0, to: Self.fitOptions.count, by: 2)
        .filter { !options.contains(Self.fitOptions[$0]) }
        .flatMap { Self.fitOptions[$0...$0 + 1] }
      #expect(!fit.isEmpty)
      try directory.write("{\"text\": \"a target of its own\"}\n", to: "t.jsonl")
      try Stages.run(["fit", "t.jsonl", "-o", "wiki.model"] + defaults + options, in: directory)
      try expectFailure(
        ["merge", "pool.model", "wiki.model", "-o", "m"], "wiki.model: ")
      if name != "--no-sample" {
        try expectFailure(
          ["weigh", "pool.jsonl", "-o", "w"] + Self.models, name)
      } else {
        try expectFailure(
          ["weigh", "pool.jsonl", "-o", "w"] + Self.models, "wiki.model: the model has no sample")
      }
      try FileManager.default.removeItem(atPath: directory.path("wiki.model"))
    }
    try Stages.run(["fit", "pool.jsonl", "-o", "d", "--compat", "dsir"], in: directory)
    let both = ["weigh", "pool.jsonl", "-o", "w", "--target-model", "d", "--pool-model", "d"]
    try expectFailure(both, "d: the model was fitted with --compat dsir")
    try expectFailure(
      ["weigh", "pool.jsonl", "-o", "w", "--target-model", "pool.model", "--pool-model"]
        + ["pool.model", "--compat", "dsir"],
      "pool.model: the model was fitted without --compat dsir")
  }

  @Test func `A file that isn't a whole model is refused`() throws {
    try fit()
    let text = String(decoding: try directory.read("pool.model"), as: UTF8.self)
    try directory.write(text, to: "model.jsonl")
    let packed = try Containers.zstd(Data(text.utf8), in: directory)
    var flipped = packed
    flipped[packed.count / 2] ^= 0x10
    for (name, content, fragment) in [
      ("newer", text.replacing("_version\": 1,", with: "_version\": 3,"), "format version is 3"),
      ("unicode", text.replacing("14.0.0", with: "99.0.0"), "tables of Unicode 99.0.0"),
      ("cut", String(text.dropLast(40)), "not a model that is whole: not valid JSON at byte"),
      ("more", text + "{}", "not a model that is whole: not valid JSON at byte"),
      ("twice", text.replacing("\"tokens\": ", with: "\"documents\": 3,\n\"tokens\": "), "twice"),
      ("kind", text.replacing("dsel-model", with: "dsel-modem"), "not a model. Name a file from"),
      ("none", "{\"text\": \"a document\"}\n", "not a model. Name a file from"),
      ("array", "[1]", "not a model. Name a file from"), ("empty", "", "not a model that is whole"),
      ("negative", text.replacing("\"documents\": 3", with: "\"documents\": -3"), "whole number"),
      (
        "sum", text.replacing("\"features\": ", with: "\"features\": 1", maxReplacements: 1),
        "\"features\" has an impossible value"
      ),
      (
        "huge",
        text.replacing("\"tokens\": ", with: "\"tokens\": 99999999999999999999"), "whole number"
      ),
      ("large", text.replacing("\"tokens\": ", with: "\"tokens\": 9000000000000000"), "\"tokens\""),
    ] {
      try directory.write(content, to: name)
      try expectFailure(["merge", name, "-o", "out"], "\(name): ")
      try expectFailure(["merge", name, "-o", "out"], fragment)
      try expectFailure(
        ["weigh", "pool.jsonl", "-o", "w", "--target-model", name, "--pool-model", "pool.model"],
        fragment)
    }
    try directory.write(packed.dropLast(5), to: "short.zst")
    try expectFailure(
      ["merge", "short.zst", "-o", "out"], "short.zst: the file stops inside a zstd")
    try directory.write(flipped, to: "flipped.zst")
    try expectFailure(
      ["merge", "flipped.zst", "-o", "out"], "flipped.zst: the zstd data is corrupt")
    try expectFailure(["merge", "missing", "-o", "out"], "missing: no such file")
    try directory.write(Data(), to: "out.model")
    try expectFailure(["merge", "pool.model", "-o", "out.model"], "the file exists. Add --force")
    try expectFailure(
      ["merge", "pool.model", "-o", "pool.model", "--force"], "the output is also an input")
  }

  @Test func `A file fitted in both models is refused unless repeats are allowed`() throws {
    try fit()
    try directory.write(Self.pool.joinedLines, to: "copy.jsonl")
    try Stages.run(["fit", "copy.jsonl", "-o", "copy.model"] + Self.fitOptions, in: directory)
    try expectFailure(
      ["merge", "pool.model", "copy.model", "-o", "m"],
      "copy.model: this model was fitted to copy.jsonl, and pool.model to pool.jsonl, which has the "
        + "same bytes: its documents would count twice. Leave one of these two files out")
    try expectFailure(
      ["merge", "pool.model", "pool.model", "-o", "m"],
      "pool.model: this model and pool.model were both fitted to pool.jsonl, which would count twice."
    )
    try Stages.run(
      ["merge", "pool.model", "copy.model", "-o", "m", "--allow-repeats"], in: directory)
    let (one, two) = try (directory.json("pool.model"), directory.json("m"))
    #expect(two["counts"].elements.map(\.int) == one["counts"].elements.map { ($0.int ?? 0) * 2 })
    #expect(two.documents.int == 60 && two.inputs.elements.count == 2)
    #expect(two.sample == one.sample, "a sample has each text once")
    // Sums beyond the largest count.
    let large = try String(decoding: directory.read("pool.model"), as: UTF8.self).replacing(
      "\"tokens\": \(one.tokens.int ?? 0),", with: "\"tokens\": 72057594037927936,")
    try directory.write(large, to: "large")
    try expectFailure(
      ["merge", "large", "large", "-o", "n", "--allow-repeats"],
      "exceeds 72,057,594,037,927,936")
  }

  @Test func `A model without n-grams can't be used for weights`() throws {
    try fit()
    try directory.write("{\"text\": \" \"}\n", to: "blank.jsonl")
    try Stages.run(["fit", "blank.jsonl", "-o", "blank.model"] + Self.fitOptions, in: directory)
    try expectFailure(
      ["weigh", "pool.jsonl", "-o", "w", "--target-model", "blank.model"]
        + ["--pool-model", "pool.model"], "blank.model: the model has no n-grams")
    var text = String(decoding: try directory.read("pool.model"), as: UTF8.self)
    let counts = try #require(
      text.range(of: #"(?<="counts": \[)[^\]]*"#, options: .regularExpression))
    text.replaceSubrange(counts, with: Array(repeating: "0", count: 64).joined(separator: ","))
    text = text.replacing(/"features": \d+,/, with: "\"features\": 0,")
    try directory.write(text, to: "zero")
    try expectFailure(
      ["weigh", "pool.jsonl", "-o", "w", "--target-model", "zero", "--pool-model", "pool.model"],
      "zero: the model has no n-grams")
    try expectFailure(
      ["weigh", "pool.jsonl", "--format", "dolma", "--target-model", "pool.model"]
        + ["--pool-model", "pool.model"], "pool.jsonl: --format dolma needs files in a directory")
  }
}
