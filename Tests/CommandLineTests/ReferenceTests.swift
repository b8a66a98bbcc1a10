import TestSupport
import Testing

/// `dsel select --compat dsir` on the files that were used to run the DSIR reference package.
///
/// See Fixtures/golden/dsir-reference.
@Suite struct ReferenceTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [1_000, 10_000], 1...3)
  func `Log weights of the pool match the reference's`(bucketCount: Int, order: Int) throws {
    let expected = try golden("weights").log_importance_weight["b\(bucketCount)_n\(order)"]
    try expectWeights(
      ["--buckets", "\(bucketCount)", "--ngrams", "\(order)"], expected)
  }

  @Test(arguments: ["0.0", "0.1", "1.0"])
  func `With --target-smoothing they match those of the option in git`(pseudocount: String) throws {
    let all = try golden("weights")["git_main_4802a1c_target_laplace_smoothing_b10000_n2"]
    try expectWeights(["--target-smoothing", pseudocount], all[pseudocount])
  }

  /// The runs for one target that selected the largest weights of a model.
  struct TopK: Sendable, CustomTestStringConvertible {
    var json: JSON

    var testDescription: String { options.joined(separator: " ") }

    var options: [String] {
      let numbers = (json.config.string ?? "").split { !$0.isNumber }.map(String.init)
      return [
        "--buckets", numbers[0], "--ngrams", numbers[1],
        "--min-tokens", "\(json.min_example_length.int ?? -1)",
        "--count", "\(json.num_to_sample.int ?? -1)",
      ]
    }

    static func all() throws -> [TopK] {
      let runs = try JSON(Fixtures.read("golden/dsir-reference/resample.json")).elements.filter {
        $0.mode.string == "topk" && $0.config.string != "synthetic_weights"
          && $0.separate_targets.isNull
      }
      try #require(runs.count == 3)
      return runs.map { TopK(json: $0) }
    }
  }

  @Test(arguments: try TopK.all())
  func `The selection and its divergences match the reference's`(run: TopK) throws {
    let (lines, manifest) = try select(run.options + ["--top-k"])
    #expect(.array(lines.map(\.id)) == run.json.selected_in_output_order)
    #expect(manifest.eligible_documents.int == run.json.eligible.elements.count)
    let expected = try golden("kl")[run.json.config.string ?? ""]
    guard run.json.num_to_sample.int == 10 else { return }
    for (found, expected) in [
      (manifest.kl_target_pool, expected.kl_target_pool),
      (manifest.kl_target_selected, expected.topk.kl_target_selected),
      (manifest.kl_reduction_from_pool, expected.topk.kl_reduction),
    ] {
      #expect(abs(try #require(found.number) - #require(expected.number)) < 1e-9)
    }
  }

  @Test(arguments: 1...5)
  func `Lengths of documents match the reference's`(order: Int) throws {
    // ⌊(features + n (n − 1) / 2) / n⌋, from numbers of tokens 0, 1, 2, …
    let expected = [[0, 1, 2], [0, 1, 2], [1, 1, 2], [1, 1, 2, 3], [2, 2, 2, 3, 4]][order - 1]
    let lines = expected.indices.map { count in
      "{\"id\":\(count),\"text\":\"\((0..<count).map { "w\($0)" }.joined(separator: " "))\"}\n"
    }
    try directory.write(lines.joined(), to: "pool.jsonl")
    for minimum in 0...4 {
      let options = ["--ngrams", "\(order)", "--min-tokens", "\(minimum)", "--count", "9"]
      let (lines, _) = try select(options, pool: "pool.jsonl")
      #expect(
        lines.compactMap(\.id.int) == expected.indices.filter { expected[$0] >= minimum },
        "at least \(minimum)")
    }
  }

  @Test func `The manifest records the reproduced implementation and its settings`() throws {
    let (_, manifest) = try select(["--count", "1"], pool: Fixtures.crawl)
    let settings = manifest.settings
    #expect(settings.compat.string == "dsir")
    #expect(settings.tokenizer.string == "wordpunct")
    #expect(settings.hashing.string == "sha256")
    #expect(settings.ngrams.int == 2)
    #expect(settings.buckets.int == 10_000)
    #expect(settings.smoothing.number == 0)
    #expect(settings.target_smoothing.number == 0)
    #expect(settings.floor.number == 1e-8)
    #expect(settings.min_tokens.int == 100)
    #expect(settings.normalize.string == "none")

    // The options that it implies may be given, and the target may be smoothed.
    let options = "--tokenizer wordpunct --smoothing 0 --target-smoothing 0.5 --temperature 1"
    let smoothed = try select(
      options.split(separator: " ").map(String.init) + ["--normalize", "none", "--count", "1"],
      pool: Fixtures.crawl)
    #expect(smoothed.manifest.settings.smoothing.number == 0)
    #expect(smoothed.manifest.settings.target_smoothing.number == 0.5)
  }

  @Test func `A selection without a token has no divergence`() throws {
    try directory.write("{\"text\":\"nothing alike\"}\n{\"text\":\"\"}\n", to: "pool.jsonl")
    let (lines, manifest) = try select(
      ["--top-k", "--count", "1", "--min-tokens", "0"], pool: "pool.jsonl")
    #expect(lines.map(\.text.string) == [""])
    #expect(manifest.kl_target_pool.number != nil)
    #expect(manifest.kl_target_selected.isNull && manifest.kl_reduction.isNull)
  }

  @Test(arguments: 1...3)
  func `Threads make no difference`(order: Int) throws {
    let options = ["--annotate", "--count", "100", "--ngrams", "\(order)"]
    let expected = try select(options + ["--threads", "1"], pool: Fixtures.crawl)
    for threadCount in [2, 5] {
      let found = try select(options + ["--threads", "\(threadCount)"], pool: Fixtures.crawl)
      #expect(found.lines == expected.lines)
      #expect(found.manifest.without("timings") == expected.manifest.without("timings"))
    }
  }

  private func expectWeights(_ options: [String], _ expected: JSON) throws {
    let (lines, _) = try select(
      options + ["--annotate", "--min-tokens", "0", "--count", "40", "--duplicates", "keep"])
    try #require(lines.count == 40)
    for line in lines {
      let id = try #require(line.id.string)
      let (found, expected) = (line.dsel.log_weight.number, expected[id].number)
      #expect(abs(try #require(found) - #require(expected)) < 1e-9, "\(id)")
    }
  }

  /// Runs with `--compat dsir`, on the reference's documents unless another pool is named.
  private func select(
    _ options: [String], pool: String? = nil
  ) throws -> (lines: [JSON], manifest: JSON) {
    let reference = "golden/dsir-reference"
    let run = try Dsel.select(
      pool: [pool ?? Fixtures.path("\(reference)/pool.jsonl")],
      target: Fixtures.path("\(reference)/target.jsonl"),
      options + ["--compat", "dsir", "--output", "out.jsonl", "--force"], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return (
      try directory.read("out.jsonl").jsonLines(), try directory.json("out.jsonl.manifest.json")
    )
  }

  private func golden(_ name: String) throws -> JSON {
    try JSON(Fixtures.read("golden/dsir-reference/\(name).json"))
  }
}
