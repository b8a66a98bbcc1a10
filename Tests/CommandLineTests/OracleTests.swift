import Foundation
import TestSupport
import Testing

/// What is selected from the small fixture, against an independent Python implementation of the
/// method (`Fixtures/golden/method/oracle.py`).
@Suite struct OracleTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// One entry of selection.json.
  struct Expected: Sendable, CustomTestStringConvertible {
    var json: JSON
    var testDescription: String { options.joined(separator: " ") }

    var options: [String] { modelOptions + drawOptions + sizeOptions }

    var modelOptions: [String] {
      let settings = json.settings
      return [
        "--tokenizer", settings.tokenizer.string ?? "", "--ngrams", "\(settings.n.int ?? 0)",
        "--buckets", "\(settings.buckets.int ?? 0)",
      ]
    }

    var drawOptions: [String] {
      let settings = json.settings
      return [
        "--normalize", settings.normalize.string ?? "",
        "--temperature", "\(settings.temperature.number ?? 0)",
        "--min-tokens", "\(settings.min_tokens.int ?? 0)", "--seed", "\(settings.seed.int ?? 0)",
      ] + (settings.top_k.bool == true ? ["--top-k"] : [])
    }

    private var sizeOptions: [String] {
      let settings = json.settings
      let names = [("count", "count"), ("token_budget", "tokens"), ("byte_budget", "bytes")]
      for (name, option) in names {
        if let value = settings[name].int { return ["--\(option)", "\(value)"] }
      }
      return settings.fraction.number.map { ["--fraction", "\($0)"] } ?? []
    }
  }

  static func expected(_ name: String) throws -> [Expected] {
    let entries = try JSON(Fixtures.read("golden/method/selection.json"))[name].elements
    try #require(!entries.isEmpty)
    return entries.map { Expected(json: $0) }
  }

  @Test(arguments: try expected("runs"))
  func `The selection and its record are the oracle's`(expected: Expected) throws {
    let manifest = try select(expected)
    for (name, value) in [
      ("target_documents", manifest.target.documents), ("target_tokens", manifest.target.tokens),
      ("target_features", manifest.target.features), ("pool_documents", manifest.pool.documents),
      ("pool_tokens", manifest.pool.tokens), ("pool_features", manifest.pool.features),
      ("eligible_documents", manifest.eligible_documents),
      ("too_short_documents", manifest.under_min_tokens),
    ] {
      #expect(value.int != nil && value == expected.json[name], "\(name)")
    }
    for name in ["effective_sample_size", "kl_target_pool", "kl_reduction"] {
      try expectClose(manifest[name], expected.json[name], name)
    }
  }

  @Test(arguments: try expected("budgets"))
  func `Each way to say how much selects what the oracle selects`(expected: Expected) throws {
    _ = try select(expected)
  }

  @Test(arguments: try expected("runs"))
  func `Log weights and keys are the oracle's`(expected: Expected) throws {
    var options = expected.modelOptions + expected.drawOptions
    let minimum = try #require(options.firstIndex(of: "--min-tokens"))
    options[minimum + 1] = "0"
    let run = try Dsel.select(options + ["--count", "1360", "--annotate"], in: folder)
    try #require(run.status == 0, "\(run.errors)")
    let lines = try run.output.jsonLines()
    try #require(lines.count == 1360)
    let documents = expected.json.documents.elements
    try #require(!documents.isEmpty)
    for (line, document) in zip(lines, documents) {
      let id = try #require(document.id.string)
      try #require(line.id.string == id)
      try expectClose(line.dsel.log_weight, document.log_weight, "log_weight of \(id)")
      try expectClose(line.dsel.key, document.key, "key of \(id)")
    }
  }

  /// Runs with the settings of `expected`, compares what every entry has, and returns the manifest.
  private func select(_ expected: Expected) throws -> JSON {
    let run = try Dsel.select(expected.options + ["--output", "out.jsonl"], in: folder)
    try #require(run.status == 0, "\(run.errors)")
    let ids = try folder.read("out.jsonl").jsonLines().map(\.id)
    #expect(ids == expected.json.selected.elements)
    let manifest = try folder.json("out.jsonl.manifest.json")
    #expect(manifest.selected.documents.int == ids.count)
    try expectClose(manifest.selected.threshold_key, expected.json.threshold_key, "threshold_key")
    try expectClose(
      manifest.kl_target_selected, expected.json.kl_target_selected, "kl_target_selected")
    return manifest
  }

  /// The oracle's sums are exactly rounded and dsel's are plain, so the last digits may differ.
  private func expectClose(_ value: JSON, _ expected: JSON, _ name: String) throws {
    let (value, expected) = (try #require(value.number), try #require(expected.number))
    #expect(abs(value - expected) <= 1e-9 * abs(expected), "\(name): \(value), not \(expected)")
  }
}
