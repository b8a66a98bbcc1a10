import Foundation
import TestSupport
import Testing

/// The selection from the small fixture, against an independent implementation of the method.
///
/// The implementation is in Python: `Fixtures/golden/method/oracle.py`.
@Suite struct OracleTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// One entry of selection.json.
  struct Expected: Sendable, CustomTestStringConvertible {
    var json: JSON
    var testDescription: String { options.joined(separator: " ") }

    var options: [String] { modelOptions + drawOptions + sizeOptions }
    var estimator: String { json.settings.estimator.string ?? "" }
    var temperature: Double { json.settings.temperature.number ?? 0 }

    var modelOptions: [String] {
      let settings = json.settings
      return [
        "--estimator", estimator, "--tokenizer", settings.tokenizer.string ?? "",
        "--ngrams", "\(settings.n.int ?? 0)", "--buckets", "\(settings.buckets.int ?? 0)",
      ]
    }

    var drawOptions: [String] {
      let settings = json.settings
      let share = settings.logistic_share.number.map { ["--logistic-share", "\($0)"] } ?? []
      // The option is refused if it has no effect.
      let normalize =
        estimator == "logistic" ? [] : ["--normalize", settings.normalize.string ?? ""]
      return normalize + [
        "--temperature", "\(temperature)",
        "--min-tokens", "\(settings.min_tokens.int ?? 0)", "--seed", "\(settings.seed.int ?? 0)",
      ] + share + (settings.top_k.bool == true ? ["--top-k"] : [])
    }

    var sizeOptions: [String] {
      let settings = json.settings
      let names = [("count", "count"), ("token_budget", "tokens"), ("byte_budget", "bytes")]
      for (name, option) in names {
        if let value = settings[name].int { return ["--\(option)", "\(value)"] }
      }
      return settings.fraction.number.map { ["--fraction", "\($0)"] } ?? []
    }

    /// True if the weights include log odds.
    ///
    /// dsel stops their training early, and the oracle stops at the optimum. They differ by at most
    /// `Tolerance.logOdds`.
    var hasLogOdds: Bool { estimator == "logistic" || estimator == "blend" }

    /// The largest error of a log weight, which doesn't depend on the temperature.
    var weightTolerance: Tolerance {
      switch estimator {
      // The oracle's sums are exactly rounded and dsel's are plain, so the last digits may differ.
      case "ratio": Tolerance(relative: 1e-9)
      // Beyond that, a log-ratio may be rounded to its other neighbour in single precision.
      case "shrunk": Tolerance(relative: 1e-6)
      default: Tolerance(absolute: Tolerance.logOdds)
      }
    }

    /// The largest error of a key in the main part. The noise is the same on both sides.
    ///
    /// A threshold is an order statistic of the keys: it moves no further than any of them.
    var keyTolerance: Tolerance {
      hasLogOdds ? Tolerance(absolute: Tolerance.logOdds / temperature) : weightTolerance
    }

    /// The largest error of a key in the second part, which has a quarter of the temperature.
    var secondKeyTolerance: Tolerance {
      Tolerance(absolute: Tolerance.logOdds / (0.25 * temperature))
    }

    /// The largest error of a divergence of the selected documents.
    ///
    /// With log odds, 3 in 100 documents may differ. Moving all log odds at random by up to 0.1
    /// changed no divergence of these runs by more than 1.7 %.
    var divergenceTolerance: Tolerance { Tolerance(relative: hasLogOdds ? 0.02 : 1e-9) }
  }

  struct Tolerance {
    static let logOdds = 0.1

    var relative = 0.0
    var absolute = 0.0

    func allows(_ value: Double, for expected: Double) -> Bool {
      abs(value - expected) <= absolute + relative * abs(expected)
    }
  }

  static func expected(_ name: String) throws -> [Expected] {
    let entries = try JSON(Fixtures.read("golden/method/selection.json"))[name].elements
    try #require(!entries.isEmpty)
    return entries.map { Expected(json: $0) }
  }

  /// The first run of each estimator, which has the estimator's own defaults.
  static func defaults() throws -> [Expected] {
    var seen: Set<String> = []
    return try expected("runs").filter { seen.insert($0.estimator).inserted }
  }

  @Test(arguments: try expected("runs"))
  func `The selection and its record match the oracle's`(expected: Expected) throws {
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
    let json = expected.json
    try expectClose(
      manifest.kl_target_pool, json.kl_target_pool, Tolerance(relative: 1e-9), "kl_target_pool")

    // The error of the difference of two divergences is that of the selection's divergence.
    let selectedKL = try #require(json.kl_target_selected.number)
    try expectClose(
      manifest.kl_reduction, json.kl_reduction,
      expected.hasLogOdds ? Tolerance(absolute: 0.02 * selectedKL) : Tolerance(relative: 1e-9),
      "kl_reduction")

    // (Σw)² / Σw², where each w = exp(v) is off by a factor of at most exp(0.1 / temperature):
    // the fourth power of that at worst.
    let size = Tolerance(relative: exp(4 * Tolerance.logOdds / expected.temperature) - 1)
    try expectClose(
      manifest.effective_sample_size, json.effective_sample_size,
      expected.hasLogOdds ? size : expected.weightTolerance, "effective_sample_size")

    // dsel reads the overlap's threshold from a histogram. With log odds documents near it may
    // change sides: 0.02 is what moving them at random by up to 0.1 came to.
    try expectClose(
      manifest.overlap_with_top_k, json.overlap_with_top_k,
      Tolerance(absolute: expected.hasLogOdds ? 0.03 : 0.01), "overlap_with_top_k")

    // A correlation is the cosine of the angle between values and lengths. An error of at most 0.1
    // turns the values by at most asin(0.1 / σ) of their deviation σ, which is 1.1 for log
    // odds alone and 36 for a blend. That is the worst case; at random it came to 0.002.
    try expectClose(
      manifest.weight_length_correlation, json.weight_length_correlation,
      Tolerance(absolute: expected.hasLogOdds ? 0.01 : 1e-6), "weight_length_correlation")
  }

  @Test(arguments: try expected("budgets"))
  func `Each option for the size gives the oracle's selection`(expected: Expected) throws {
    _ = try select(expected)
  }

  @Test(arguments: try defaults())
  func `The defaults of an estimator match the oracle's`(expected: Expected) throws {
    let isDefault = expected.estimator == "blend"
    let estimator = isDefault ? [] : ["--estimator", expected.estimator]
    let byWeight = ["--objective", "weight"]
    let implied = try Dsel.select(estimator + expected.sizeOptions + byWeight, in: directory)
    let explicit = try Dsel.select(expected.options + byWeight, in: directory)
    try #require(implied.status == 0 && explicit.status == 0, "\(implied.errors)")
    #expect(implied.lines.count == expected.json.selected.elements.count)
    #expect(implied.output == explicit.output)
  }

  @Test(arguments: try expected("runs"))
  func `Log weights and keys match the oracle's`(expected: Expected) throws {
    var (options, documents) = (
      expected.modelOptions + expected.drawOptions, expected.json.documents.elements
    )
    let count: Int
    if expected.hasLogOdds {
      // Only the eligible documents, because the regression is trained with those.
      count = try #require(expected.json.eligible_documents.int)
      documents.removeAll { $0.eligible.bool != true }
    } else {
      count = 1360
      let minimum = try #require(options.firstIndex(of: "--min-tokens"))
      options[minimum + 1] = "0"
    }
    let run = try Dsel.select(options + ["--count", "\(count)", "--annotate"], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    let lines = try run.output.jsonLines()
    try #require(lines.count == count)
    try #require(documents.count > 50)
    let threshold = try #require(expected.json.threshold_key_of_all.number)
    for (line, document) in zip(lines, documents) {
      let id = try #require(document.id.string)
      try #require(line.id.string == id)
      try expectClose(
        line.dsel.log_weight, document.log_weight, expected.weightTolerance, "log_weight of \(id)")
      guard document.second_key.number != nil else {
        try expectClose(line.dsel.key, document.key, expected.keyTolerance, "key of \(id)")
        continue
      }
      // The main part ends at the threshold, and the second part starts below it. If a key is too
      // close to the threshold to be certain, either part is correct.
      let key = try #require(document.key.number)
      let reach = 2 * expected.keyTolerance.absolute
      if key >= threshold + reach {
        try expectClose(line.dsel.key, document.key, expected.keyTolerance, "key of \(id)")
      } else if key < threshold - reach {
        try expectClose(
          line.dsel.key, document.second_key, expected.secondKeyTolerance, "second key of \(id)")
      }
    }
  }

  /// Runs with the settings of `expected`, and checks the parts common to all entries.
  ///
  /// - Returns: the manifest.
  private func select(_ expected: Expected) throws -> JSON {
    let run = try Dsel.select(
      expected.options + ["--objective", "weight", "--annotate", "--output", "out.jsonl"],
      in: directory)
    try #require(run.status == 0, "\(run.errors)")
    let lines = try directory.read("out.jsonl").jsonLines()
    let manifest = try directory.json("out.jsonl.manifest.json")
    #expect(manifest.selected.documents.int == lines.count)
    try expectSelected(lines, expected)

    let secondPart = expected.json.by_logistic.elements
    #expect((manifest.selected.by_logistic.int ?? 0) == secondPart.count)
    try expectSecondKeys(lines, expected)

    try expectClose(
      manifest.selected.threshold_key, expected.json.threshold_key, expected.keyTolerance,
      "threshold_key")
    try expectClose(
      manifest.kl_target_selected, expected.json.kl_target_selected, expected.divergenceTolerance,
      "kl_target_selected")
    try expectClose(
      manifest.kl_target_random, expected.json.kl_target_random, Tolerance(relative: 1e-9),
      "kl_target_random")
    for name in ["documents", "tokens"] {
      let value = manifest.random_arm[name]
      #expect(value.int != nil && value == expected.json.random_arm[name], "random_arm.\(name)")
    }
    return manifest
  }

  /// Compares the selected documents.
  ///
  /// Without log odds they are equal, in the same order. With log odds, 97 in 100 are equal: moving
  /// all log odds at random by up to 0.1 replaced 3 of 100 at most, and none if fewer than 60 are
  /// selected.
  private func expectSelected(_ lines: [JSON], _ expected: Expected) throws {
    let (ids, expectedIDs) = (lines.map(\.id), expected.json.selected.elements)
    guard expected.hasLogOdds else {
      #expect(ids == expectedIDs)
      return
    }
    func isShared(_ id: JSON) -> Bool { ids.contains(id) && expectedIDs.contains(id) }
    let shared = ids.filter(isShared)
    #expect(shared == expectedIDs.filter(isShared), "in pool order")
    let needed = Int((0.97 * Double(expectedIDs.count)).rounded(.up))
    #expect(shared.count >= needed, "\(shared.count) of \(expectedIDs.count)")
    #expect(expectedIDs.count - needed >= abs(ids.count - expectedIDs.count))
  }

  /// Checks that the lines of the second part have its keys.
  ///
  /// One of them may have gone to the main part, or may not be selected at all.
  private func expectSecondKeys(_ lines: [JSON], _ expected: Expected) throws {
    let secondPart = expected.json.by_logistic.elements
    let matching = try secondPart.filter { document in
      let key = try #require(document.key.number)
      let line = lines.first { $0.id == document.id }
      return line?.dsel.key.number.map { expected.secondKeyTolerance.allows($0, for: key) } ?? false
    }
    #expect(matching.count >= secondPart.count - 1, "\(matching.count) of \(secondPart.count)")
  }

  private func expectClose(
    _ value: JSON, _ expected: JSON, _ tolerance: Tolerance, _ name: String
  ) throws {
    let (value, expected) = (try #require(value.number), try #require(expected.number))
    #expect(tolerance.allows(value, for: expected), "\(name): \(value), not \(expected)")
  }
}
