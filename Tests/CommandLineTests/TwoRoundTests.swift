import Foundation
import TestSupport
import Testing

/// Candidates in two rounds: keys first, and the n-grams of those that are left after merging.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct TwoRoundTests {
  private let directory: TemporaryDirectory
  private let shards: [String]
  private let wiki: String

  /// The command of the second round, but for its file of keys and its pool.
  private var complete: [String] { ["weigh", "--target-model", wiki] }

  init() throws {
    directory = try TemporaryDirectory()
    wiki = try Stages.models().path("wiki.model")
    shards = try Self.writeShards(in: directory)
  }

  /// Fewer documents than the least number of candidates would all be kept, so there are more.
  private static func writeShards(in directory: TemporaryDirectory) throws -> [String] {
    let lines = try Fixtures.crawlText().rawLines
    var parts = Array(repeating: [Data](), count: 5)
    for turn in 0..<9 {
      for (place, line) in lines.enumerated() { parts[place % 5].append(Self.line(line, turn)) }
    }
    // Exact duplicates, of which the first by shard is the candidate.
    for number in [1, 3] { parts[number] += parts[number - 1].prefix(30) }
    return try parts.enumerated().map { number, part in
      let name = "shard\(number).jsonl"
      // The last line is no candidate.
      try directory.write((part + [Data("{\"text\":\"\"}".utf8)]).joinedLines, to: name)
      return name
    }
  }

  /// The line with a word more in its text.
  private static func line(_ line: Data, _ turn: Int) -> Data {
    let text = String(decoding: line, as: UTF8.self)
    let begin = text.firstRange(of: /"text": ?"/)
    guard let begin else { return line }
    return Data(text.replacingCharacters(in: begin, with: text[begin] + "turn\(turn) ").utf8)
  }

  private func weigh(_ pool: [String], _ options: [String], to output: String) throws {
    try Stages.run(
      ["weigh", "--candidates", "300", "-o", output, "--force"] + Stages.modelOptions() + options
        + pool, in: directory)
  }

  /// Merges files in a random order and grouping.
  private func merge(
    _ files: [String], to output: String, using random: inout SplitMix64
  ) throws {
    var (parts, number) = (files, 0)
    while parts.count > 1 {
      parts.shuffle(using: &random)
      let size = Int.random(in: 2...min(3, parts.count), using: &random)
      number += 1
      let merged = parts.count == size ? output : "\(output).\(number).zst"
      try Stages.run(
        ["merge", "--force"] + parts.prefix(size) + ["-o", merged], in: directory)
      parts = Array(parts.dropFirst(size)) + [merged]
    }
  }

  /// Writes the keys of each shard, and merges them to `keys.zst`.
  private func writeKeys(using random: inout SplitMix64) throws {
    for shard in shards.shuffled(using: &random) {
      try weigh([shard], ["--keys-only"], to: "\(shard).keys.zst")
    }
    try merge(shards.map { "\($0).keys.zst" }, to: "keys.zst", using: &random)
  }

  @Test(arguments: 0..<2 as Range<UInt64>)
  func `Two rounds give the bytes of one, and the set of select`(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    try writeKeys(using: &random)
    try weigh(shards, ["--keys-only"], to: "one-run.keys.zst")
    #expect(try directory.read("keys.zst") == directory.read("one-run.keys.zst"))

    for shard in shards.shuffled(using: &random) {
      try Stages.run(
        complete + [shard, "--candidates-from", "keys.zst", "-o", "\(shard).whole.zst"],
        in: directory)
    }
    try merge(shards.map { "\($0).whole.zst" }, to: "whole.zst", using: &random)
    try weigh(shards, [], to: "one-round.zst")
    #expect(try directory.read("whole.zst") == directory.read("one-round.zst"))
    // Shards may also be read together, in any order.
    try Stages.run(
      complete + shards.shuffled(using: &random)
        + ["--candidates-from", "keys.zst", "-o", "together.zst", "--threads", "3"], in: directory)
    #expect(try directory.read("together.zst") == directory.read("one-round.zst"))

    // Each shard kept nearly all of its documents at first.
    let (before, after) = try (lineCount("keys"), lineCount("whole"))
    #expect(before > after + 1000, "\(before) \(after)")
    let draw = ["--count", "300", "--purity", "0.5"]
    let selected = try Dsel.run(
      ["select", "--target", Fixtures.wiki, "--pool"] + shards + Stages.buckets + draw,
      in: directory)
    try #require(selected.output.rawLines.count == 300, "\(selected.errors)")
    // The models of the small pool give other weights than those of this one.
    try Stages.run(["fit"] + shards + ["-o", "pool.model"] + Stages.buckets, in: directory)
    let models = ["--target-model", wiki, "--pool-model", "pool.model"]
    try Stages.run(
      ["weigh"] + models + shards + ["--candidates", "300", "--keys-only", "-o", "again.keys.zst"],
      in: directory)
    try Stages.run(
      complete + shards + ["--candidates-from", "again.keys.zst", "-o", "again.zst"], in: directory)
    #expect(
      try Stages.run(
        ["resample", "--candidates", "again.zst", "--pool"] + shards + draw, in: directory)
        == selected.output)
  }

  /// The number of candidates in the files of all shards.
  private func lineCount(_ kind: String) throws -> Int {
    try shards.reduce(0) { sum, shard in
      let lines = try Containers.decompress("\(shard).\(kind).zst", in: directory).rawLines
      return sum + lines.count - 1
    }
  }

  // MARK: Errors

  /// The message of a command that fails.
  private func error(_ arguments: [String], status: Int32 = 1) throws -> String {
    let run = try Dsel.run(arguments, in: directory)
    #expect(run.status == status, "\(arguments)")
    return run.errors
  }

  @Test func `A set can't be chosen by keys alone`() throws {
    try weigh([shards[0]], ["--keys-only"], to: "keys")
    let expected =
      "keys: its candidates have keys only, and a set is chosen by their n-grams. Merge the keys of "
      + "all shards with 'dsel merge', run 'dsel weigh --candidates-from' with the merged file for "
      + "each shard, and choose from the results.\n"
    #expect(
      try error(["resample", "--allow-missing", "--candidates", "keys", "--pool", shards[0]])
        == expected)
    #expect(try error(["resample", "--candidates", "keys", "--picks", "picks"]) == expected)
  }

  @Test func `Keys don't merge with whole candidates`() throws {
    try weigh([shards[0]], ["--keys-only"], to: "keys")
    try weigh([shards[1]], [], to: "whole")
    let advice =
      "Merge keys with keys. Then give the candidates that are left their n-grams with 'dsel weigh "
      + "--candidates-from', and merge these files.\n"
    let fact = "candidates of keys have keys only, and those of whole have n-grams, too. "
    #expect(try error(["merge", "keys", "whole", "-o", "all"]) == "whole: " + fact + advice)
    #expect(try error(["merge", "whole", "keys", "-o", "all"]) == "keys: " + fact + advice)
  }

  @Test func `The second round needs merged keys, and the models and files that they came from`()
    throws
  {
    try weigh([shards[0]], ["--keys-only"], to: "keys")
    try weigh([shards[0]], [], to: "whole")
    let from = ["--candidates-from", "keys", "-o", "out"]
    #expect(
      try error(complete + [shards[0], "--candidates-from", "whole", "-o", "out"])
        == "whole: this file has no candidates that lack n-grams. Name the merged file of keys, from "
        + "'dsel weigh --candidates … --keys-only' and 'dsel merge'.\n")
    let poolModel = try Stages.models().path("pool.model")
    #expect(
      try error(["weigh", "--target-model", poolModel, shards[0]] + from)
        == "\(poolModel): the candidates of keys were weighed with another --target-model. Name "
        + "that one.\n")
    #expect(
      try error(complete + [shards[1]] + from)
        == "\(shards[1]): keys has no candidates from this file. Weigh it with --candidates and "
        + "--keys-only, merge the result with the candidates of the others, and name the merged "
        + "file.\n")
    #expect(
      try error(complete + [shards[0], "--text-field", "body"] + from)
        .hasPrefix("--text-field is body, but the candidates of keys were weighed with text."))
    #expect(!directory.exists("out"))
  }

  @Test func `A shard that has changed is refused`() throws {
    try weigh([shards[0]], ["--keys-only"], to: "keys")
    let command = complete + [shards[0], "--candidates-from", "keys", "-o", "out"]
    let expected =
      "\(shards[0]): this is not the file that the keys in keys were made from, or it has changed. "
      + "Name that file. If it has changed, make its keys again with --keys-only, and merge them "
      + "with those of the others.\n"
    let bytes = try directory.read(shards[0])
    // A longer file, another text, and another line that is no candidate.
    try directory.write(bytes + Data("\n".utf8), to: shards[0])
    #expect(try error(command) == expected)
    let text = String(decoding: bytes, as: UTF8.self)
    try directory.write(
      text.replacingOccurrences(of: "turn3 ", with: "turn4 "), to: shards[0])
    #expect(try error(command) == expected)
    try directory.write(
      text.replacingOccurrences(of: "{\"text\":\"\"}", with: "{\"none\":\"\"}"), to: shards[0])
    #expect(try error(command) == expected)
    #expect(!directory.exists("out"))
    // It may have moved.
    try FileManager.default.createDirectory(
      atPath: directory.path("elsewhere"), withIntermediateDirectories: true)
    try directory.write(bytes, to: "elsewhere/\(shards[0])")
    try Stages.run(
      complete + ["elsewhere/\(shards[0])", "--candidates-from", "keys", "-o", "out"],
      in: directory)
    // All but the shard's path in the header.
    try weigh(["elsewhere/\(shards[0])"], [], to: "other")
    #expect(
      try directory.read("out").rawLines.dropFirst()
        == directory.read("other").rawLines.dropFirst())
  }

  @Test(arguments: ["[]", "[1,1]", "[0]", "[99999]"])
  func `Impossible numbers of eligible documents are an error`(counts: String) throws {
    try weigh([shards[0]], ["--keys-only"], to: "keys")
    let text = String(decoding: try directory.read("keys"), as: UTF8.self)
    try directory.write(
      text.replacing(/"shard_eligible_documents":\[[0-9]+\]/) { _ in
        "\"shard_eligible_documents\":\(counts)"
      }, to: "odd")
    let said = try error(complete + [shards[0], "--candidates-from", "odd", "-o", "out"])
    #expect(said.contains("\"shard_eligible_documents\" has an impossible"), "\(said)")
  }

  @Test(arguments: [
    (["--keys-only"], "--keys-only needs --candidates"),
    (["--candidates", "9", "--keys-only", "--top-k"], "--keys-only is for sets"),
    (["--candidates", "9", "--keys-only", "--objective", "weight"], "--keys-only is for sets"),
    (["--candidates-from", ""], "--candidates-from is empty"),
  ])
  func `Keys are for sets`(options: [String], expected: String) throws {
    let command = ["weigh", shards[0], "--target-model", wiki, "--pool-model", "p", "-o", "out"]
    #expect(try error(command + options, status: 64).contains(expected))
  }

  @Test(arguments: [
    ["--pool-model", "p"], ["--candidates", "9"], ["--keys-only"], ["--objective", "set"],
    ["--seed", "1"], ["--top-k"], ["--temperature", "2"], ["--logistic-share", "0.1"],
    ["--min-tokens", "5"], ["--compat", "dsir"], ["--estimator", "blend"], ["--smoothing", "1"],
    ["--normalize", "none"], ["--format", "dolma"], ["--id-field", "id"],
    ["--on-error", "skip", "--rejects", "x"], ["--allow-repeats"], ["--work-dir", "x"],
    ["--manifest", "x"],
  ])
  func `What was decided before can't be decided again`(options: [String]) throws {
    let option = options.first { $0 == "--rejects" } ?? options[0]
    let said = try error(
      complete + [shards[0], "--candidates-from", "keys"] + options, status: 64)
    #expect(said.contains("\(option) can't be used with --candidates-from"), "\(said)")
  }

  @Test func `Weights need the pool's model`() throws {
    #expect(
      try error(complete + [shards[0], "-o", "out"], status: 64)
        .contains("--pool-model is missing. Name the model of the whole pool, from 'dsel fit'."))
  }

  @Test func `A work directory keeps keys and whole candidates apart`() throws {
    let command = ["weigh", shards[0], "--candidates", "300", "--work-dir", "work", "--json"]
    func reused(_ options: [String]) throws -> Int? {
      let arguments = try command + Stages.modelOptions() + options
      return try JSON(Stages.run(arguments, in: directory)).reused_inputs.int
    }
    #expect(try reused([]) == 0 && reused([]) == 1)
    #expect(try reused(["--keys-only"]) == 0 && reused(["--keys-only"]) == 1)
    let name = try #require(
      FileManager.default.contentsOfDirectory(atPath: directory.path("work"))
        .first { $0.hasSuffix(".zst") })
    try weigh([shards[0]], ["--keys-only"], to: "keys.zst")
    #expect(try directory.read("work/\(name)") == directory.read("keys.zst"))
  }

  @Test func `Reports say that there are only keys`() throws {
    try weigh([shards[0]], ["--keys-only"], to: "keys")
    let manifest = try directory.json("keys.manifest.json")
    #expect(manifest.candidates.keys_only.bool == true)
    let merged = try Dsel.run(["merge", "keys", "-o", "all", "--json"], in: directory)
    #expect(try JSON(merged.output).keys_only.bool == true)
    let words = try Dsel.run(["merge", "keys", "-o", "all", "--force"], in: directory).errors
    #expect(words.contains("keys of candidates of 1 file: "), "\(words)")
  }
}
