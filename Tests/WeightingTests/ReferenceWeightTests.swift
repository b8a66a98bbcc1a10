import Foundation
import TestSupport
import Testing

@testable import Weighting

/// Models, weights and divergences, against the DSIR reference package's, from its own counts.
///
/// See Fixtures/golden/dsir-reference.
@Suite struct ReferenceWeightTests {
  /// The constant that the reference adds to probabilities before taking their logarithm.
  private static let weightFloor = 1e-8
  private static let divergenceFloor = 1e-10
  private static let poolIDs = (0..<40).map { String(format: "p%02d", $0) }
  private static let targetIDs = (0..<10).map { String(format: "t%02d", $0) }

  struct Configuration: Sendable, CustomTestStringConvertible {
    var bucketCount: Int
    var order: Int
    var testDescription: String { "b\(bucketCount)_n\(order)" }
  }

  private static let configurations = [1_000, 10_000].flatMap { bucketCount in
    (1...3).map { Configuration(bucketCount: bucketCount, order: $0) }
  }

  @Test(arguments: configurations)
  func `Models and log-ratios match the reference's`(configuration: Configuration) throws {
    let documents = try Documents(configuration)
    let expected = try golden("models")[configuration.testDescription]
    for (ids, total, counts) in [
      (Self.poolIDs, expected.pool_total, expected.pool_counts),
      (Self.targetIDs, expected.target_total, expected.target_counts),
    ] {
      let found = documents.counts(of: ids)
      #expect(Int(found.featureCount) == total.int)
      #expect(found.counts == Documents.dense(counts, configuration.bucketCount))
    }
    let logRatios = expected.log_diff.elements.compactMap(\.number)
    guard configuration.bucketCount == 1_000 || configuration.order == 2 else {
      return try #require(logRatios.isEmpty)
    }
    try #require(logRatios.count == configuration.bucketCount)
    let table = documents.table(targetPseudocount: 0)
    for (bucket, expected) in logRatios.enumerated() {
      var found = 0.0
      table.addLogRatios(of: [UInt32(bucket)].span, to: &found)
      // Two logarithms below 19, each rounded, and their difference: 3 × 19 × 2⁻⁵³ < 1e-14.
      #expect(abs(found - expected) < 1e-13, "bucket \(bucket)")
    }
  }

  @Test(arguments: configurations)
  func `All weights match the reference's`(configuration: Configuration) throws {
    try expectWeights(
      golden("weights").log_importance_weight[configuration.testDescription],
      of: Documents(configuration), targetPseudocount: 0)
  }

  @Test(arguments: ["0.0", "0.1", "1.0"])
  func `Weights with a smoothed target match the reference's`(pseudocount: String) throws {
    let all = try golden("weights")["git_main_4802a1c_target_laplace_smoothing_b10000_n2"]
    try expectWeights(
      all[pseudocount], of: Documents(Configuration(bucketCount: 10_000, order: 2)),
      targetPseudocount: #require(Double(pseudocount)))
  }

  @Test(arguments: [
    Configuration(bucketCount: 10_000, order: 2), Configuration(bucketCount: 1_000, order: 1),
  ])
  func `Divergences match the reference's`(configuration: Configuration) throws {
    let documents = try Documents(configuration)
    func model(_ ids: [String]) -> BucketDistribution {
      BucketDistribution(documents.counts(of: ids), pseudocount: 0, floor: Self.divergenceFloor)
    }
    let expected = try golden("kl")[configuration.testDescription]
    let target = model(Self.targetIDs)
    let before = target.divergence(from: model(Self.poolIDs))
    #expect(isClose(before, expected.kl_target_pool))
    // The runs of ten documents, which have the same names in resample.json and kl.json.
    let runs = try golden("resample").elements.filter {
      $0.config.string == configuration.testDescription && $0.num_to_sample.int == 10
    }
    try #require(runs.count == 4)
    for run in runs {
      let name = run.numpy_legacy_seed.int.map { "sample\($0)" } ?? "topk"
      let after = target.divergence(
        from: model(run.selected_in_output_order.elements.compactMap(\.string)))
      #expect(isClose(after, expected[name].kl_target_selected), "\(name)")
      #expect(isClose(before - after, expected[name].kl_reduction), "\(name)")
    }
  }

  private func expectWeights(
    _ expected: JSON, of documents: Documents, targetPseudocount: Double
  ) throws {
    let table = documents.table(targetPseudocount: targetPseudocount)
    try #require(documents.ids.count == 63)
    for (id, features) in documents.ids {
      var found = 0.0
      table.addLogRatios(of: features.span, to: &found)
      #expect(isClose(found, expected[id]), "\(id)")
    }
  }

  private func isClose(_ found: Double, _ expected: JSON) -> Bool {
    expected.number.map { abs(found - $0) < 1e-9 } ?? false
  }

  private func golden(_ name: String) throws -> JSON {
    try JSON(Fixtures.read("golden/dsir-reference/\(name).json"))
  }

  /// The reference's counts of every document.
  private struct Documents {
    let bucketCount: Int
    /// The buckets of each document, by its name, in ascending order.
    private(set) var ids: [String: [UInt32]] = [:]

    /// A type of its own, because ``JSON`` is slow for this many numbers.
    private struct Entry: Decodable {
      var counts: [[Int]]
    }

    init(_ configuration: Configuration) throws {
      bucketCount = configuration.bucketCount
      let file = "golden/dsir-reference/counts_b\(configuration.bucketCount).json"
      let documents = try JSONDecoder().decode(
        [String: [String: Entry]].self, from: Fixtures.read(file))
      for (id, orders) in documents {
        let entry = try #require(orders["n\(configuration.order)"])
        ids[id] = entry.counts.flatMap { pair in
          [UInt32](repeating: UInt32(pair[0]), count: pair[1])
        }
      }
    }

    /// One count per bucket, made from a list of pairs.
    static func dense(_ pairs: JSON, _ bucketCount: Int) -> [UInt64] {
      var counts = [UInt64](repeating: 0, count: bucketCount)
      for pair in pairs.elements { counts[pair[0].int ?? 0] = UInt64(pair[1].int ?? 0) }
      return counts
    }

    func counts(of names: [String]) -> FeatureCounts {
      names.reduce(into: FeatureCounts(bucketCount: bucketCount)) { counts, name in
        let ids = ids[name] ?? []
        counts.add(ids.span)
      }
    }

    func table(targetPseudocount: Double) -> LogRatioTable {
      LogRatioTable(
        target: BucketDistribution(
          counts(of: ReferenceWeightTests.targetIDs), pseudocount: targetPseudocount,
          floor: ReferenceWeightTests.weightFloor),
        pool: BucketDistribution(
          counts(of: ReferenceWeightTests.poolIDs), pseudocount: 0,
          floor: ReferenceWeightTests.weightFloor))
    }
  }
}
