import Foundation
import Reading
import TestSupport
import Testing

@testable import Featurizing
@testable import Weighting

/// Model files: written, read again, and refused if they contradict themselves.
@Suite struct FittedModelTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static func random(seed: UInt64, bucketCount: Int = 200, hasSample: Bool = true)
    -> FittedModel
  {
    var random = SplitMix64(state: seed)
    let counts = (0..<bucketCount).map { _ in random.next() >> UInt64(20 + random.next() % 44) }
    var sample = DocumentSample()
    for _ in 0..<40 {
      let features = (0..<Int(random.next() % 30 + 1)).map { _ in
        UInt16(random.next() % UInt64(min(200, bucketCount)))
      }
      sample.add(features.span, priority: DocumentSample.Priority(bits: random.next()))
    }
    sample.trim()
    var eligible = EligibleDocuments()
    (eligible.documentCount, eligible.tokenCount, eligible.byteCount) = (35, 9_000, 1 << 40)
    return FittedModel(
      settings: FeatureSettings(
        tokenizer: seed % 2 == 0 ? .words : .wordpunct, maximumOrder: Int(seed % 5) + 1,
        bucketCount: bucketCount, hashing: .xxh3),
      counts: FeatureCounts(counts: counts, documentCount: 40, tokenCount: 10_000),
      minimumLength: Int(seed * 50), eligible: eligible,
      inputs: ["b \"é\"\n😀", "a"].map {
        FittedModel.Input(path: $0, byteCount: 7, documentCount: 20, contentHash: random.next())
      }, sample: hasSample ? sample : nil)
  }

  private func text(_ model: FittedModel) -> Data {
    var text = Data()
    model.forEachLine { text += $0 + [UInt8(ascii: "\n")] }
    return text
  }

  private func read(_ text: Data) throws -> FittedModel {
    let path = try directory.write(text, to: "model")
    var stream = try JSONStream(
      Shard(path: path), limits: ReadingLimits(maximumLine: 1 << 20, maximumWindow: 1 << 20))
    return try FittedModel(&stream)
  }

  @Test(arguments: 0..<8 as Range<UInt64>, [2, 63, 64, 65, 5_000])
  func `A model is read as it was written`(seed: UInt64, bucketCount: Int) throws {
    for hasSample in [true, false] {
      let model = Self.random(seed: seed, bucketCount: bucketCount, hasSample: hasSample)
      let text = text(model)
      let found = try read(text)
      #expect(found == model)
      #expect(self.text(found) == text)
    }
  }

  @Test(arguments: [
    "jq -S .", "jq -c .", "python3 -c 'import json,sys;print(json.load(sys.stdin))'",
  ])
  func `Other programs can read and write models`(program: String) throws {
    // A missing program isn't a fault of dsel.
    let name = program.prefix { $0 != " " }
    guard try Program.shell("command -v \(name)", in: directory).status == 0 else { return }
    let model = Self.random(seed: 3)
    let path = try directory.write(text(model), to: "written")
    let run = try Program.shell(
      program.replacing(
        "print(json.load(sys.stdin))", with: "json.dump(json.load(sys.stdin),sys.stdout)")
        + " < \"$1\"", [path], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    #expect(run.output != text(model))
    #expect(try read(run.output) == model)
  }

  /// The file was written by version 1 of the format, and must stay readable.
  @Test func `A file of version 1 is still read`() throws {
    let path = Fixtures.path("models/version-1.model")
    let text = try Data(contentsOf: URL(fileURLWithPath: path))
    let model = try read(text)
    #expect(model.settings.bucketCount == 16 && model.settings.maximumOrder == 2)
    #expect(model.settings.tokenizer == .words && model.settings.hashing == .xxh3)
    // Counted by hand: "the cat sat on the mat" and "a dog", of 6 + 5 and 2 + 1 n-grams.
    #expect(model.counts.documentCount == 2 && model.counts.tokenCount == 8)
    #expect(model.counts.featureCount == 14)
    #expect(model.minimumLength == 5)
    #expect(model.eligible.documentCount == 1 && model.eligible.tokenCount == 6)
    #expect(model.inputs.map(\.path) == ["two.jsonl"])
    var lengths: [Int] = []
    var areShort: [Bool] = []
    model.sample?.forEachDocument { priority, features in
      lengths.append(features.count)
      areShort.append(priority.isShort)
    }
    // The sample has only single tokens.
    #expect(lengths == [6, 2] && areShort == [false, true])
  }

  /// The text with one member changed, or removed if there is no value.
  ///
  /// The parts of a path are keys and indices.
  private func changed(_ text: Data, _ path: String, to value: Any?) throws -> Data {
    func change(_ node: Any, _ keys: ArraySlice<Substring>) throws -> Any? {
      guard let key = keys.first else { return value }
      if var list = node as? [Any], let index = Int(key) {
        let new = try change(list[index], keys.dropFirst())
        if let new { list[index] = new } else { list.remove(at: index) }
        return list
      }
      var object = try #require(node as? [String: Any])
      object[String(key)] = try change(object[String(key)] ?? NSNull(), keys.dropFirst())
      return object
    }
    let object = try JSONSerialization.jsonObject(with: text)
    let new = try #require(try change(object, path.split(separator: ".")[...]))
    return try JSONSerialization.data(withJSONObject: new)
  }

  static let missing: [(String, JSONStreamError)] = [
    ("format", .otherFormat), ("format_version", .missing("format_version")),
    ("settings", .missing("settings")), ("settings.tokenizer", .missing("settings.tokenizer")),
    ("settings.unicode_version", .missing("settings.unicode_version")),
    ("settings.hashing", .missing("settings.hashing")),
    ("settings.ngrams", .invalid("settings.ngrams")),
    ("settings.buckets", .invalid("settings.buckets")), ("documents", .missing("documents")),
    ("tokens", .missing("tokens")), ("features", .missing("features")),
    ("counts", .missing("counts")), ("inputs", .missing("inputs")),
    ("inputs.0.path", .missing("inputs[].path")), ("inputs.0.bytes", .missing("inputs[].bytes")),
    ("inputs.0.documents", .missing("inputs[].documents")),
    ("inputs.0.xxh3", .invalid("inputs[].xxh3")), ("eligible", .missing("eligible")),
    ("eligible.min_tokens", .missing("eligible.min_tokens")),
    ("eligible.documents", .missing("eligible.documents")),
    ("eligible.tokens", .missing("eligible.tokens")),
    ("eligible.bytes", .missing("eligible.bytes")),
    ("sample.threshold", .missing("sample.threshold")),
    ("sample.documents", .missing("sample.documents")),
    ("sample.documents.0.priority", .invalid("sample.documents")),
    ("sample.documents.0.features", .invalid("sample.documents")),
  ]

  @Test(arguments: missing)
  func `A model without one of its members is refused`(
    member: String, error: JSONStreamError
  ) throws {
    let text = try changed(text(Self.random(seed: 1)), member, to: nil)
    #expect(throws: error) { try read(text) }
  }

  @Test func `A model may lack a sample, and have members of later versions`() throws {
    let model = Self.random(seed: 1)
    var bare = model
    bare.sample = nil
    #expect(try read(changed(text(model), "sample", to: nil)) == bare)
    #expect(try read(changed(text(model), "new", to: ["a": [1, "x", NSNull()]])) == model)
    #expect(try read(changed(text(model), "settings.new", to: -1.5)) == model)
  }

  /// A member, its new value, and the name in the error; nil if any error will do.
  private static var invalid: [(String, Any, String?)] {
    [
      ("format_version", -1, nil), ("format_version", 0, "format_version"),
      ("format_version", "1", nil), ("format_version", 3, nil), ("fit_sample", 0, "fit_sample"),
      ("fit_sample", 1.5, "fit_sample"), ("settings.tokenizer", "letters", "settings.tokenizer"),
      ("settings.hashing", "md5", "settings.hashing"), ("settings.ngrams", 0, "settings.ngrams"),
      ("settings.ngrams", 6, "settings.ngrams"), ("settings.buckets", 1, "settings.buckets"),
      ("settings.buckets", 201, "counts"), ("settings.buckets", 1 << 25, "settings.buckets"),
      ("documents", -1, nil), ("documents", 1.5, nil), ("documents", [1], nil),
      ("documents", 34, "eligible.documents"), ("tokens", 1 << 57, "tokens"),
      ("tokens", 8_999, "eligible.tokens"), ("features", 1, "features"),
      ("features", "1", nil), ("counts", [1, 2], "counts"), ("counts", 7, nil),
      ("counts.0", -1, nil), ("counts.0", 0.5, nil), ("counts.0", 1 << 57, "counts"),
      ("counts.0", NSNull(), nil),
      (
        "counts.0", UInt64.max,
        "counts"
      ),
      ("eligible", [], nil), ("eligible.bytes", 1 << 57, "eligible.bytes"),
      ("inputs.0.xxh3", "00", "inputs[].xxh3"), ("inputs.0.bytes", -1, nil),
      ("sample", [], nil), ("sample.threshold", "xyz", "sample.threshold"),
      ("sample.threshold", "0000000000000000", "sample.documents"),
      ("sample.documents", [], "sample.documents"),
      ("sample.documents.0.priority", "00000000000000001", "sample.documents[].priority"),
      ("sample.documents.0.features", "AAA", "sample.documents[].features"),
      ("sample.documents.0.features", "AA==", "sample.documents[].features"),
      ("sample.documents.0.features", "", "sample.documents"),
      // A feature of 65,535 with only 200 buckets.
      ("sample.documents.0.features", "//8=", "sample.documents[].features"),
    ]
  }

  @Test(arguments: invalid.indices)
  func `A member with an impossible value is refused`(index: Int) throws {
    let (member, value, name) = Self.invalid[index]
    let text = try changed(text(Self.random(seed: 1)), member, to: value)
    do {
      _ = try read(text)
      Issue.record("\(member) = \(value) was read")
    } catch let error as JSONStreamError {
      switch error {
      case .unusable(.invalid(let found)) where name != nil,
        .unusable(.tooLarge(let found, _)) where name != nil:
        #expect(found == name, "\(member) = \(value)")
      default: #expect(name == nil, "\(member) = \(value): \(error)")
      }
    }
  }

  @Test func `Counts whose sum exceeds the largest count are refused`() throws {
    var text = String(decoding: text(Self.random(seed: 1, bucketCount: 2)), as: UTF8.self)
    let counts = try #require(text.range(of: "\"counts\": [\n"))
    let end = try #require(text.range(of: "\n]", range: counts.upperBound..<text.endIndex))
    // 2⁵⁶ and one more; 2⁶⁴ - 1; and three counts for two buckets.
    let tooLarge = JSONStreamError.tooLarge("counts", limit: 1 << 56)
    for (wrong, error) in [
      ("72057594037927936,1", tooLarge), ("18446744073709551615,1", tooLarge),
      ("1,1,1", .invalid("counts")),
    ] {
      text.replaceSubrange(counts.upperBound..<end.lowerBound, with: wrong)
      #expect(throws: error) { try read(Data(text.utf8)) }
      text = String(decoding: self.text(Self.random(seed: 1, bucketCount: 2)), as: UTF8.self)
    }
  }

  @Test func `A sample may be in any order, but not repeated or too large`() throws {
    let model = Self.random(seed: 1)
    let whole = try #require(
      JSONSerialization.jsonObject(with: text(model)) as? [String: Any])
    let documents = try #require((whole["sample"] as? [String: Any])?["documents"] as? [Any])
    #expect(
      try read(changed(text(model), "sample.documents", to: Array(documents.reversed()))) == model)
    let large = (0...DocumentSample.capacity).map {
      ["priority": String(format: "%016x", $0), "features": "AAA="]
    }
    for list in [documents + [documents[0]], large] {
      let text = try changed(text(model), "sample.documents", to: list)
      #expect(throws: JSONStreamError.invalid("sample.documents")) { try read(text) }
    }
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func `Models merge to the same file in any order and grouping`(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    var models = (0..<5).map { _ in Self.random(seed: 2, bucketCount: 50) }
    for index in models.indices {
      let other = Self.random(seed: 2 + 10 * UInt64(index + 1), bucketCount: 50)
      (models[index].counts, models[index].sample) = (other.counts, other.sample)
      models[index].inputs = other.inputs
    }
    var whole = models[0]
    for model in models.dropFirst() { try whole.merge(model) }
    while models.count > 1 {
      models.shuffle(using: &random)
      let last = models.removeLast()
      try models[0].merge(last)
    }
    #expect(text(models[0]) == text(whole))
    #expect(whole.counts.documentCount == 200 && whole.eligible.tokenCount == 45_000)
  }
}
