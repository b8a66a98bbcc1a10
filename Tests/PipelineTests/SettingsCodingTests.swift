import Featurizing
import Files
import Foundation
import Testing
import Weighting
import Writing

@testable import Pipeline

/// Settings of all commands as JSON, which programs that drive dsel may keep and send.
@Suite struct SettingsCodingTests {
  /// The settings, encoded, decoded and encoded again.
  private func roundTrip<Settings: Codable>(_ settings: Settings) throws -> (Data, Data, Settings) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let first = try encoder.encode(settings)
    let decoded = try JSONDecoder().decode(Settings.self, from: first)
    return (first, try encoder.encode(decoded), decoded)
  }

  @Test func `Settings of select survive, with names that look alike`() throws {
    var settings = SelectSettings(
      targets: [
        TargetSettings(name: "a", paths: ["a.jsonl"], share: 0.25),
        TargetSettings(name: "b", paths: ["b.jsonl", "c.jsonl"]),
      ], pool: ["p0", "p1"])
    settings.reading.textField = "meta.text"
    settings.reading.errorPolicy = .skip
    settings.features = FeatureSettings(
      tokenizer: .wordpunct, maximumOrder: 3, bucketCount: 77, hashing: .sha256)
    settings.estimator.kind = .ratio
    settings.estimator.compatibility = .dsir
    settings.size = .tokens(12_345)
    settings.draw.temperature = .overlap(0.5)
    var strata = StratifySettings(field: "domain")
    // Two ways to write é.
    strata.mixture = ["caf\u{E9}": 0.5, "cafe\u{301}": 0.25]
    settings.stratify = strata
    settings.outputs.output = .directory(path: "out")
    settings.outputs.shuffleSeed = .max
    let (first, second, decoded) = try roundTrip(settings)
    #expect(first == second)
    #expect(decoded.targets == settings.targets && decoded.size == .tokens(12_345))
    #expect(decoded.features == settings.features && decoded.estimator == settings.estimator)
    #expect(decoded.draw == settings.draw && decoded.stratify == strata)
    #expect(decoded.stratify?.mixture?.count == 2)
    #expect(decoded.outputs.output == .directory(path: "out"))
    #expect(decoded.reading.errorPolicy == .skip && decoded.reading.textField == "meta.text")
    #expect(!decoded.reading.formats.isEmpty)
  }

  @Test func `Settings of the other commands survive`() throws {
    let named = NamedModel(name: "law", path: "law.model")
    var candidates = WeighSettings.CandidateSettings(count: 9)
    candidates.seed = 3
    var weigh = WeighSettings(
      .candidates(targets: [named], candidates), poolModel: "pool.model", pool: ["p"])
    weigh.output = .file(path: "out")
    let (first, second, decoded) = try roundTrip(weigh)
    #expect(first == second)
    #expect(decoded.targetModels == [named] && decoded.candidates?.seed == 3)
    #expect(decoded.output == .file(path: "out"))

    let resample = ResampleSettings(
      source: .fields([FieldWeight(field: "q", scale: -2)], size: .fraction(0.1), remainder: nil),
      pool: ["p"])
    #expect(try roundTrip(resample).2.source == resample.source)
    let fit = try roundTrip(FitSettings(inputs: ["a", "b"])).2
    #expect(fit.inputs == ["a", "b"] && fit.output == .standardOutput)
    #expect(try roundTrip(MergeSettings(inputs: ["m"])).2.inputs == ["m"])
    let compare = try roundTrip(CompareSettings(targets: ["t"], selected: ["s"])).2
    #expect(compare.targets == ["t"] && compare.selected == ["s"] && compare.pool.isEmpty)
    let explain = ExplainSettings(
      .fitted(targets: ["t"], pool: ["p"]), documents: ["d"], texts: ["t"])
    let (one, two, _) = try roundTrip(explain)
    #expect(one == two)
  }
}
