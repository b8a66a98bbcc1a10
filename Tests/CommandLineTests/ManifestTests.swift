import Foundation
import TestSupport
import Testing

/// The record of a run: its inputs and its settings.
@Suite struct ManifestTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A thousand lines, and their XXH3-64 as Python's `xxhash` gives it.
  private static let lines = (0..<1000).map { number in
    "{\"id\": \(number), \"text\": \"document number \(number)\"}\n"
  }.joined()
  private static let linesHash = "bc24c6ebca8ebf11"

  @Test func `Inputs are recorded with their size, documents and XXH3`() throws {
    try directory.write(Self.lines, to: "lines.jsonl")
    try directory.write("{\"text\": \"a small pool of one document\"}\n", to: "one.jsonl")
    try directory.write("", to: "none.jsonl")
    let manifest = try manifest(["lines.jsonl", "one.jsonl", "none.jsonl"])
    let inputs = manifest.pool.inputs.elements
    #expect(inputs.map(\.path.string) == ["lines.jsonl", "one.jsonl", "none.jsonl"])
    #expect(inputs.map(\.bytes.int) == [42_780, 41, 0])
    #expect(inputs.map(\.documents.int) == [1000, 1, 0])
    #expect(inputs.map(\.xxh3.string) == [Self.linesHash, "da148269b049ff38", "2d06800538d394c2"])
    #expect(manifest.pool.documents.int == 1001)
    #expect(manifest.target.inputs[0].path.string == Fixtures.wiki)
    #expect(manifest.target.inputs[0].documents.int == 60)
  }

  @Test func `Input from a pipe is recorded with the size and hash of its bytes`() throws {
    let piped = try manifest(["-"], input: Data(Self.lines.utf8)).pool.inputs[0]
    #expect(piped.bytes.int == 42_780)
    #expect(piped.documents.int == 1000)
    #expect(piped.xxh3.string == Self.linesHash)
    #expect(piped.container.string == "plain")
  }

  @Test func `A compressed input is recorded as it is stored`() throws {
    let stored = try Containers.gzip(Data(Self.lines.utf8), in: directory)
    try directory.write(stored, to: "lines.jsonl.gz")
    for (pool, input) in [("lines.jsonl.gz", nil), ("-", stored)] {
      let recorded = try manifest([pool], input: input).pool.inputs[0]
      #expect(recorded.bytes.int == stored.count)
      #expect(recorded.text_bytes.int == 42_780)
      #expect(recorded.documents.int == 1000)
      #expect(recorded.xxh3.string != Self.linesHash)
    }
  }

  @Test func `Every setting is recorded, including defaults`() throws {
    let defaults = try manifest([Fixtures.crawl])
    #expect(defaults.seed.int == 0)
    let settings = defaults.settings
    #expect(settings.text_field.string == "text")
    #expect(settings.tokenizer.string == "words")
    #expect(settings.ngrams.int == 2)
    #expect(settings.estimator.string == "blend")
    #expect(settings.objective.name.string == "set")
    #expect(settings.objective.purity.number == 0.4)
    #expect(settings.objective.noise.number == 0.02)
    #expect(settings.logistic_share.number == 0)
    #expect(settings.buckets.int == 1_048_576)
    #expect(settings.compat.isNull)
    #expect(settings.hashing.string == "xxh3")
    #expect(settings.smoothing.number == 1)
    #expect(settings.target_smoothing.number == 1)
    #expect(settings.floor.number == 0)
    #expect(settings.size.fraction.number == 0.1)
    #expect(settings.top_k.bool == false)
    #expect(settings.temperature.number == 1)
    #expect(settings.normalize.string == "sqrt")
    #expect(settings.min_tokens.int == 100)
    #expect(settings.duplicates.string == "drop")
    #expect(settings.on_error.string == "fail")
    #expect(settings.unicode_version.string?.isEmpty == false)

    let options =
      "--seed 5 --tokenizer wordpunct --ngrams 3 --buckets 4096 --smoothing 0.5 --tokens 5k "
      + "--estimator ratio"
    let chosen = try manifest(
      [Fixtures.crawl], options.split(separator: " ").map(String.init))
    #expect(chosen.seed.int == 5)
    #expect(chosen.settings.estimator.string == "ratio")
    #expect(chosen.settings.objective.name.string == "weight")
    #expect(chosen.settings.objective.purity.isNull)
    #expect(chosen.settings.logistic_share.number == 0)
    #expect(chosen.settings.normalize.string == "none")
    #expect(chosen.settings.tokenizer.string == "wordpunct")
    #expect(chosen.settings.ngrams.int == 3)
    #expect(chosen.settings.buckets.int == 4096)
    #expect(chosen.settings.smoothing.number == 0.5)
    #expect(chosen.settings.target_smoothing.number == 0.5)
    #expect(chosen.settings.size.tokens.int == 5000)
    #expect(chosen.settings.size.fraction.isNull)
  }

  @Test func `The figures for the selection match the output`() throws {
    let manifest = try manifest(
      [Fixtures.crawl], ["--count", "100", "--objective", "weight"])
    let lines = try directory.read("out.jsonl")
    #expect(manifest.selected.documents.int == 100)
    #expect(manifest.selected.bytes.int == lines.count)
    #expect(manifest.selected.dropped_copies.int == 0)
    let after = try #require(manifest.kl_target_selected.number)
    for (before, reduction) in [
      (manifest.kl_target_random, manifest.kl_reduction),
      (manifest.kl_target_pool, manifest.kl_reduction_from_pool),
    ] {
      #expect(
        abs(try #require(reduction.number) - (try #require(before.number) - after)) < 1e-12)
    }
    // ⌊0.04 × 100⌋.
    #expect(manifest.selected.by_logistic.int == 4)
    #expect((manifest.timings.total_seconds.number ?? 0) > 0)
  }

  private func manifest(
    _ pool: [String], _ options: [String] = [], input: Data? = nil
  ) throws -> JSON {
    let options = options + ["--output", "out.jsonl", "--force"]
    let run = try Dsel.select(pool: pool, options, input: input, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return try directory.json("out.jsonl.manifest.json")
  }
}
