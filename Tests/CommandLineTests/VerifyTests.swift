import Files
import Foundation
import TestSupport
import Testing

/// What manifests say about how a selection was made, and `dsel verify`, which holds files to it.
@Suite struct VerifyTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try directory.write(Fixtures.read("wiki.jsonl"), to: "wiki.jsonl")
    try directory.write(Fixtures.read("crawl.jsonl.zst"), to: "crawl.jsonl.zst")
  }

  private func run(_ arguments: [String]) throws -> Dsel.Result {
    try Dsel.run(arguments, in: directory)
  }

  /// Selects 20 documents with all outputs that a run may have.
  private func select(_ options: [String] = []) throws -> JSON {
    let arguments =
      [
        "select", "--target", "wiki.jsonl", "--pool", "crawl.jsonl.zst", "--count", "20", "-q",
        "--remainder", "rest.jsonl.gz", "--exclude", "wiki.jsonl", "--excluded", "excluded.jsonl",
        "--near-duplicates", "0.9", "--rejected-duplicates", "twins.jsonl", "-o", "it's.jsonl.zst",
      ] + options
    let run = try run(arguments)
    try #require(run.status == 0, "\(run.errors)")
    return try directory.json("it's.jsonl.zst.manifest.json")
  }

  /// XXH3-64 of the decompressed files, as Python's `xxhash` gives them.
  private static let hashes = (wiki: "cf51a125dd1e2a8e", crawl: "3552e59746080089")

  /// Where every document is selected, the output has the input's bytes.
  @Test(arguments: ["out.jsonl", "out.jsonl.zst", "out.jsonl.gz", "shards"])
  func `Hashes of outputs and inputs are of the decompressed bytes`(output: String) throws {
    let place = output == "shards" ? ["--output-dir", output] : ["-o", output]
    let run = try run(
      [
        "select", "-q", "--target", "crawl.jsonl.zst", "--pool", "wiki.jsonl", "--count", "60",
        "--min-tokens", "0",
      ] + place)
    try #require(run.status == 0, "\(run.errors)")
    let manifest = try directory.json(
      output == "shards" ? "shards/manifest.json" : "\(output).manifest.json")
    let (target, pool) = (manifest.target.inputs[0], manifest.pool.inputs[0])
    #expect(target.text_xxh3.string == Self.hashes.crawl)
    #expect(target.xxh3.string != Self.hashes.crawl)
    #expect(pool.text_xxh3.string == Self.hashes.wiki && pool.xxh3.string == Self.hashes.wiki)
    #expect(manifest.outputs.elements.map { $0.role.string } == ["selected"])
    #expect(manifest.outputs[0].path.string == output && manifest.outputs[0].lines.int == 60)
    if output == "shards" {
      #expect(manifest.outputs[0].text_xxh3.string == nil)
      #expect(manifest.shards.elements.map { $0.text_xxh3.string } == [Self.hashes.wiki])
    } else {
      #expect(manifest.outputs[0].text_xxh3.string == Self.hashes.wiki)
    }
  }

  @Test func `All outputs are listed`() throws {
    let roles = try select().outputs.elements.map { $0.role.string }
    #expect(roles == ["selected", "remainder", "excluded", "near_duplicates"])
    let run = try Dsel.run(
      [
        "select", "-q", "--target", "wiki.jsonl", "--pool", "crawl.jsonl.zst", "--count", "9",
        "--manifest", "m.json", "--on-error", "skip", "--rejects", "bad.jsonl",
      ], in: directory)
    #expect(run.status == 0, "\(run.errors)")
    let outputs = try directory.json("m.json").outputs.elements
    #expect(outputs.map { $0.role.string } == ["selected", "rejects", "reject_reasons"])
    #expect(outputs.map { $0.path.string } == [nil, "bad.jsonl", "bad.jsonl.reasons.jsonl"])
  }

  @Test func `Only timings differ between equal runs, and they have the command`() throws {
    var manifests: [[String: Any]] = []
    for threads in ["1", "2"] {
      _ = try select(["--force", "--threads", threads])
      let bytes = try directory.read("it's.jsonl.zst.manifest.json")
      let object = try JSONSerialization.jsonObject(with: bytes) as? [String: Any]
      manifests.append(try #require(object))
    }
    let timings = try manifests.map { try #require($0["timings"] as? [String: Any]) }
    let commands = try timings.map { try #require($0["command"] as? [String: Any]) }
    let arguments = try #require(commands[1]["arguments"] as? [String])
    #expect(arguments.first == "select" && arguments.suffix(2) == ["--threads", "2"])
    let place = try #require(commands[0]["directory"] as? String)
    #expect(
      URL(fileURLWithPath: place).resolvingSymlinksInPath().path
        == directory.url.resolvingSymlinksInPath().path)
    let started = try #require(commands[0]["started"] as? String)
    let time = try #require(ISO8601DateFormatter().date(from: started))
    #expect(abs(time.timeIntervalSinceNow) < 3600)
    #expect(Kernels.available[0].name == commands[0]["kernels"] as? String)
    for index in manifests.indices { manifests[index]["timings"] = nil }
    #expect(manifests[0] as NSDictionary == manifests[1] as NSDictionary)
  }

  @Test func `Files that are the same are told, with the command that repeats the run`() throws {
    _ = try select()
    let verified = try run(["verify", "it's.jsonl.zst.manifest.json"])
    #expect(verified.status == 0, "\(verified.errors)")
    #expect(
      verified.lines.dropFirst().prefix(2) == [
        "same       target           wiki.jsonl", "same       pool             crawl.jsonl.zst",
      ])
    #expect(verified.lines.last == "7 files: 7 the same")
    // The command is in the line before, and gives the same bytes.
    let command = try #require(verified.lines.first { $0.contains("&& dsel select ") })
    let before = try directory.read("it's.jsonl.zst")
    let again = try Program.shell(
      "PATH=$(dirname \"$0\"):$PATH; \(command) --force", in: directory)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try directory.read("it's.jsonl.zst") == before)
  }

  @Test func `Changed and missing files are told, and end in status 1`() throws {
    _ = try select()
    try directory.write(Fixtures.read("wiki.jsonl").dropLast(), to: "wiki.jsonl")
    try FileManager.default.removeItem(at: directory.url.appendingPathComponent("twins.jsonl"))
    let damaged = try directory.read("it's.jsonl.zst").dropLast(10)
    try directory.write(Data(damaged), to: "it's.jsonl.zst")
    // The same text in another container.
    try directory.write(Fixtures.crawlText(), to: "crawl.jsonl.zst")
    let verified = try run(["verify", "it's.jsonl.zst.manifest.json", "--json"])
    #expect(verified.status == 1 && verified.errors == "", "\(verified.errors)")
    let found = try JSON(verified.output)
    let files = found.manifests[0].files.elements
    let states = files.map { "\($0.role.string ?? "") \($0.state.string ?? "")" }
    #expect(
      states == [
        "target changed", "pool same_text", "excluded_by changed", "selected changed",
        "remainder same", "excluded same", "near_duplicates missing",
      ])
    #expect(found.same.int == 3 && found.changed.int == 3 && found.missing.int == 1)
  }

  @Test func `Shards, several targets, pipes and draws by weights are verified`() throws {
    let script = """
      set -e
      PATH=$(dirname "$0"):$PATH
      zstd -dcq crawl.jsonl.zst > crawl.jsonl
      split -l 700 crawl.jsonl part.
      dsel select -q --target a=wiki.jsonl b=crawl.jsonl --pool part.* --count 90 \\
        --output-dir shards --shard-bytes 20k --remainder rest/
      dsel verify shards/manifest.json > one
      cat crawl.jsonl | dsel select -q --target wiki.jsonl --pool - --count 9 -o piped
      dsel verify piped.manifest.json > two
      dsel fit -q wiki.jsonl -o t
      dsel fit -q crawl.jsonl -o p
      dsel weigh -q --target-model t --pool-model p crawl.jsonl -o w
      dsel resample -q --weights w --pool crawl.jsonl --count 10 -o drawn
      dsel verify drawn.manifest.json > three
      """
    let made = try Program.shell(script, in: directory)
    try #require(made.status == 0, "\(made.errors)")
    let one = try directory.read("one").lines
    #expect(
      one.filter { $0.hasPrefix("same       selected   shards/shard_0000") }.count > 2, "\(one)")
    #expect(one.contains { $0.hasPrefix("same       remainder  rest/shard_0000") }, "\(one)")
    #expect(one.count { $0.contains("  target  ") } == 2, "\(one)")
    let two = try directory.read("two").lines
    #expect(two.contains("unknown    pool      standard input"), "\(two)")
    #expect(two.last == "3 files: 2 the same, 1 unknown")
    let three = try directory.read("three").lines
    #expect(three.contains("same size  pool      crawl.jsonl"), "\(three)")
    #expect(three.last == "3 files: 3 the same")
  }

  @Test func `Relative paths belong to the run's directory, or to that of --directory`() throws {
    _ = try select()
    let elsewhere = try TemporaryDirectory()
    let manifest = directory.url.appendingPathComponent("it's.jsonl.zst.manifest.json").path
    #expect(try Dsel.run(["verify", manifest], in: elsewhere).status == 0)
    let missing = try Dsel.run(["verify", manifest, "--directory", "."], in: elsewhere)
    #expect(missing.status == 1 && missing.lines.last == "7 files: 0 the same, 7 missing")
    #expect(missing.lines.first == "files in ., as \(manifest) has them:")
    let nowhere = try Dsel.run(["verify", manifest, "--directory", "nowhere"], in: elsewhere)
    #expect(nowhere.status == 64 && nowhere.errors.contains("there is no directory 'nowhere'"))
  }

  @Test(arguments: ["wiki.jsonl", "text", "absent", "."])
  func `Another file is an error that says what to name`(file: String) throws {
    try directory.write(Data("[]".utf8), to: "text")
    let run = try run(["verify", file])
    #expect(run.status == 1 && run.output.isEmpty)
    let expected =
      switch file {
      case "absent": "absent: no such file"
      case ".": ".: "
      default: "\(file): this is neither a manifest, nor a model or candidates. Name a file that"
      }
    #expect(run.errors.hasPrefix(expected), "\(run.errors)")
  }

  @Test func `Weights, candidates, models and what a set completes are verified`() throws {
    try directory.write(Fixtures.read("wiki.jsonl"), to: "base.jsonl")
    for command in [
      "fit wiki.jsonl -o t.model", "fit crawl.jsonl.zst -o p.model.zst",
      "fit base.jsonl -o b.model",
      "weigh --target-model t.model --pool-model p.model.zst crawl.jsonl.zst -o w.jsonl",
      "weigh --target-model t.model --pool-model p.model.zst crawl.jsonl.zst --candidates 9 -o c",
      "select --target wiki.jsonl --pool crawl.jsonl.zst --base b.model --count 9 -o s",
    ] {
      let run = try run(command.split(separator: " ").map(String.init) + ["-q"])
      try #require(run.status == 0, "\(run.errors)")
    }
    let files = ["w.jsonl.manifest.json", "c", "t.model", "p.model.zst", "s.manifest.json"]
    let before = try run(["verify"] + files)
    #expect(before.status == 0 && before.lines.last == "10 files: 10 the same", "\(before.lines)")
    for line in [
      "same       target model  t.model", "same       pool model    p.model.zst",
      "same       input         crawl.jsonl.zst", "same       base      b.model",
      "files in the working directory, as p.model.zst has them:",
    ] {
      #expect(before.lines.contains(line), "\(line): \(before.lines)")
    }
    // Other models, and other text, under the same names.
    _ = try run("fit crawl.jsonl.zst -o b.model -q --force".split(separator: " ").map(String.init))
    try directory.write(Data("{}".utf8), to: "wiki.jsonl")
    let after = try run(["verify"] + files)
    #expect(after.status == 1, "\(after.lines)")
    #expect(after.lines.last == "10 files: 7 the same, 3 changed", "\(after.lines)")
    #expect(after.lines.contains("changed    base      b.model"))
    try directory.write(Fixtures.read("wiki.jsonl"), to: "wiki.jsonl")
    let explained = try run(["explain", "--manifest", "s.manifest.json", "--line", "3"])
    #expect(explained.errors.contains("b.model: the file is not what it was"))
  }

  /// A manifest of a version before `outputs` and `command`.
  @Test func `Manifests of older versions are verified as far as they go`() throws {
    _ = try select()
    let name = "it's.jsonl.zst.manifest.json"
    var object = try #require(
      try JSONSerialization.jsonObject(with: directory.read(name)) as? [String: Any])
    object["outputs"] = nil
    var timings = try #require(object["timings"] as? [String: Any])
    timings["command"] = nil
    object["timings"] = timings
    try directory.write(JSONSerialization.data(withJSONObject: object), to: "old.json")
    let verified = try run(["verify", "old.json"])
    #expect(verified.status == 0)
    #expect(verified.lines.last == "3 files: 3 the same")
    #expect(!verified.lines.contains { $0.contains("dsel select") })
  }
}
