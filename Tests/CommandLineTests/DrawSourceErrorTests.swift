import Foundation
import TestSupport
import Testing

/// Weights, candidates and pools that `resample` and `merge` refuse.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct DrawSourceErrorTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    for name in ["a", "b"] {
      let lines = (0..<40).map { "{\"text\": \"the document \($0) of \(name)\", \"q\": \($0)}\n" }
      try directory.write(lines.joined(), to: "\(name).jsonl")
    }
  }

  private func expectFailure(_ arguments: [String], _ fragment: String) throws {
    let before = directory.names
    let run = try Dsel.run(arguments, in: directory)
    #expect(run.status == 1, "\(arguments.joined(separator: " ")): \(run.status) \(run.errors)")
    #expect(run.errors.contains(fragment), "\(run.errors)")
    #expect(directory.names == before)
  }

  private func keep(_ name: String, as output: String, _ options: [String] = []) throws {
    try Stages.run(
      ["weigh", "\(name).jsonl", "-o", output, "--min-tokens", "0", "--candidates"]
        + (options.first == "10" ? options : ["20"] + options) + Stages.modelOptions(),
      in: directory)
  }

  @Test func `Candidates with other options are refused by the option's name`() throws {
    try keep("a", as: "kept-a")
    for (name, options) in [
      ("--candidates", ["10"]), ("--seed", ["--seed", "2"]), ("--top-k", ["--top-k"]),
      ("--temperature", ["--temperature", "2"]), ("--objective", ["--logistic-share", "0.1"]),
      ("--normalize", ["--normalize", "length"]), ("--smoothing", ["--smoothing", "2"]),
      ("--text-field", ["--text-field", "text.x"]),
    ] {
      if name == "--text-field" { try directory.write("{\"text\":{\"x\":\"y\"}}\n", to: "b.jsonl") }
      try keep("b", as: "kept-b", options + ["--force"])
      try expectFailure(
        ["merge", "kept-a", "kept-b", "-o", "m"],
        "kept-b: its candidates were kept with another \(name)")
    }
    try keep("a", as: "again")
    try expectFailure(
      ["merge", "kept-a", "again", "-o", "m"],
      "again: an earlier file also has the candidates of a.jsonl")
    try expectFailure(
      ["merge", "kept-a", Stages.models().path("wiki.model"), "-o", "m"],
      "wiki.model: this is another kind of file than kept-a")
  }

  @Test func `A choice that is smaller than wanted is reported`() throws {
    try Stages.run(
      ["weigh", "a.jsonl", "-o", "kept", "--min-tokens", "0", "--candidates", "100"]
        + ["--objective", "weight"] + Stages.modelOptions(), in: directory)
    let choose = ["resample", "--allow-missing", "--candidates", "kept", "--picks"]
    for (count, isShort) in [("40", false), ("100", true)] {
      let run = try Dsel.run(choose + [count, "--count", count], in: directory)
      #expect(run.status == 0, "\(run.errors)")
      let warning = "warning: the choice is smaller than wanted: 60 documents short.\n"
      #expect(run.errors.contains(warning) == isShort, "\(run.errors)")
    }
  }

  @Test func `Draws that the candidates can't supply are refused`() throws {
    try keep("a", as: "kept")
    // The model belongs to another pool.
    let resample = ["resample", "--allow-missing", "-o", "out", "--candidates", "kept", "--pool"]
    try expectFailure(resample + ["b.jsonl"], "b.jsonl: kept has no candidates from this file")
    try expectFailure(
      resample + ["a.jsonl", "--count", "21"],
      "--count is 21, but kept has candidates for draws of up to 20 documents. Lower")
    // This changes one letter of every document.
    let changed = try String(decoding: directory.read("a.jsonl"), as: UTF8.self)
      .replacing("the doc", with: "The doc")
    try directory.write(changed, to: "a.jsonl")
    try expectFailure(
      resample + ["a.jsonl"],
      "a.jsonl: the text of a candidate is not the text that was weighed: the file has changed")
    try directory.write(Data(changed.utf8).prefix(9), to: "a.jsonl")
    try expectFailure(resample + ["a.jsonl"], "a.jsonl: ")
  }

  @Test func `A file that isn't a whole file of candidates is refused`() throws {
    try keep("a", as: "kept", ["--objective", "weight"])
    let text = String(decoding: try directory.read("kept"), as: UTF8.self)
    let lines = text.split(separator: "\n")
    for (name, content, fragment) in [
      ("newer", text.replacing("_version\":1,", with: "_version\":8,"), "format version is 8"),
      ("cut", String(text.dropLast(30)), "not a file of candidates that is whole: not valid JSON"),
      (
        "fewer", lines.dropLast().joined(separator: "\n"),
        "the member \"candidates\" has an impossible"
      ),
      ("more", text + lines[1], "the member \"candidates\" has an impossible"),
      (
        "shard", text.replacing("{\"shard\":0", with: "{\"shard\":1"), "\"shard\" has an impossible"
      ),
      (
        "seed", text.replacing("\"seed\":\"0\"", with: "\"seed\":\"x\""),
        "\"seed\" has an impossible"
      ),
      ("share", text.replacing("_share\":0.04", with: "_share\":1.5"), "\"logistic_share\" has an"),
      ("warm", text.replacing("\"temperature\":1", with: "\"temperature\":0"), "\"temperature\""),
      ("key", text.replacing("\"second_key\"", with: "\"second\""), "\"key\" is missing"),
      ("hash", text.replacing("\"text_hash\":\"", with: "\"text_hash\":\"z"), "\"text_hash\""),
      ("far", text.replacing("\"offset\":", with: "\"offset\":9000000000000000"), "\"offset\""),
      (
        "count",
        text.replacing("\"documents\":40,\"e", with: "\"documents\":9223372036854775807,\"e"),
        "\"documents\" exceeds 72,057,594,037,927,936"
      ),
      ("none", "{\"text\": \"dsel-candidates\"}\n", "is not"),
    ] {
      #expect(content != text, "\(name)")
      try directory.write(content, to: name)
      if name != "none" { try expectFailure(["merge", name, "-o", "out"], "\(name): ") }
      try expectFailure(
        ["resample", "a.jsonl", "-o", "out", "--candidates", name],
        name == "none" ? "none: not a file of candidates" : fragment)
    }
  }

  @Test func `Weights of another pool or another target are refused`() throws {
    let models = try Stages.models()
    try Stages.weigh(["a.jsonl"], in: directory)
    let named = ["--target-model", "x=\(models.path("wiki.model"))"]
    try Stages.run(
      ["weigh", "a.jsonl", "-o", "named", "--pool-model", models.path("pool.model")] + named,
      in: directory)
    let resample = ["resample", "-o", "out", "--min-tokens", "0", "--weights"]
    try expectFailure(
      resample + ["weights.jsonl", "--pool", "b.jsonl"],
      "the weights belong to a.jsonl, which is none of the pool's files: b.jsonl. Name all files")
    try expectFailure(
      resample + ["named", "--pool", "a.jsonl"],
      "named: the file has weights for several named targets"
    )
    try expectFailure(
      resample + ["named", "--target", "y", "--pool", "a.jsonl"],
      "named: the file has no weights for a target \"y\"")
    try expectFailure(
      resample + ["weights.jsonl", "--target", "y", "--pool", "a.jsonl"],
      "weights.jsonl: the file has no weights for a target \"y\"")
    try directory.write("", to: "none")
    try expectFailure(resample + ["none", "--pool", "a.jsonl"], "the weights are empty")
    let text = String(decoding: try directory.read("weights.jsonl"), as: UTF8.self)
    for (name, content, fragment) in [
      ("hash", text.replacing("\"text_hash\":\"", with: "\"text_hash\":\"z"), "\"text_hash\""),
      ("offset", text.replacing("\"offset\":", with: "\"offset\":-"), "\"offset\" is -"),
      ("half", text.replacing("\"bytes\":", with: "\"bytes\":0.5,\"b\":"), "\"bytes\" is 0.5"),
      ("file", text.replacing("\"file\":", with: "\"path\":"), "\"file\" is missing"),
      ("weight", text.replacing("\"log_weight\":", with: "\"lw\":"), "\"log_weight\" is missing"),
      ("odds", text.replacing("\"log_odds\":-", with: "\"log_odds\":1e99"), "\"log_odds\" is 1e9"),
    ] {
      #expect(content != text, "\(name)")
      try directory.write(content, to: name)
      if name != "odds" {
        try expectFailure(resample + [name, "--pool", "a.jsonl"], "\(name):")
        try expectFailure(resample + [name, "--pool", "a.jsonl"], fragment)
      }
    }
    // The text and the place of the original weights.
    try directory.write(directory.read("b.jsonl"), to: "a.jsonl")
    try expectFailure(
      resample + ["weights.jsonl", "--pool", "a.jsonl"],
      "a.jsonl: the text at --text-field text is not the text that was weighed")
  }

  @Test func `Too many strata are refused, and so are requested strata that don't exist`() throws {
    let lines = (0..<10_001).map { "{\"text\": \"t\($0)\", \"q\": 1, \"d\": \($0)}\n" }
    try directory.write(lines.joined(), to: "many.jsonl")
    let resample = ["resample", "-o", "out", "--field", "q", "--stratify"]
    try expectFailure(
      resample + ["d", "many.jsonl"], "--stratify: the field has more than 10,000 values")
    try expectFailure(
      resample + ["none", "--mixture", "x=1", "a.jsonl"],
      "--stratify: no document has the field \"none\"")
    try expectFailure(
      resample + ["q", "--mixture", "x=1", "a.jsonl"],
      "--mixture names \"x\", but no document that can be selected has that value in \"q\". The values are: \"0\", \"1\""
    )
  }
}
