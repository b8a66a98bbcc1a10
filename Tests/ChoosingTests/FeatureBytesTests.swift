import Choosing
import TestSupport
import Testing

@Suite struct FeatureBytesTests {
  private static func decode(_ bytes: [UInt8], rankCount: Int = 1000) -> [UInt32]? {
    var words: [UInt32] = [99]
    let isDecoded = FeatureBytes.decode(bytes, candidate: 7, rankCount: rankCount, into: &words)
    if !isDecoded { #expect(words == [99], "nothing is appended") }
    return isDecoded ? Array(words.dropFirst()) : nil
  }

  /// Rank 2 once: 2 · 2 = 4. Rank 3 five times: 2 · 1 + 1 = 3, then 5. Rank 303 once:
  /// 2 · 300 = 600 = 4 · 128 + 88, so 88 + 128 = 216 and 4.
  @Test func `Features are differences of ranks, in groups of seven bits`() {
    let words: [UInt32] = [7, 2, 1, 303, 2, 3, 5]
    let record = CandidateRecord(in: words.span, at: 0)
    let bytes = FeatureBytes.encode(record, in: words.span)
    #expect(bytes == [4, 3, 5, 216, 4])
    #expect(Self.decode(bytes) == [7, 2, 1, 2, 303, 3, 5])
  }

  @Test func `No features are no bytes`() {
    let words: [UInt32] = [7, 0, 0]
    #expect(FeatureBytes.encode(CandidateRecord(in: words.span, at: 0), in: words.span) == [])
    #expect(Self.decode([]) == words)
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `A record survives as bytes`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let candidates = NaiveCandidates(count: 10, rankCount: 1000, using: &random)
    let records = candidates.records(using: &random)
    var words: [UInt32] = []
    for number in 0..<10 {
      let bytes = FeatureBytes.encode(records[number], in: records.words.span)
      #expect(
        FeatureBytes.decode(bytes, candidate: number, rankCount: 1000, into: &words))
    }
    let decoded = CandidateRecords(words)
    for number in 0..<10 {
      let record = decoded[number]
      #expect(record.candidate == number)
      var counts = [Double](repeating: 0, count: 1000)
      record.add(to: &counts, from: words.span, sign: 1)
      let features = candidates.documents[number].features
      #expect(record.featureCount == features.count)
      for rank in 0..<1000 { #expect(counts[rank] == Double(features[rank] ?? 0)) }
    }
  }

  @Test func `The largest ranks and counts survive`() {
    let words: [UInt32] = [7, 1, 1, 0, (1 << 31) - 2, .max]
    let bytes = FeatureBytes.encode(CandidateRecord(in: words.span, at: 0), in: words.span)
    #expect(Self.decode(bytes, rankCount: 1 << 31) == words)
  }

  @Test(
    arguments: [
      ([3], "the count is missing"), ([4, 0x80], "a number stops"), ([3, 0x85], "a count stops"),
      ([4, 0], "a rank comes twice"), ([4, 1, 2], "a rank comes twice"),
      ([3, 0], "a count of 0"), ([3, 1], "a count of 1"),
      ([0xD0, 0x0F], "rank 1000 of 1000"), ([0xCE, 0x0F, 2], "rank 1000 of 1000"),
      ([3, 0x80, 0x80, 0x80, 0x80, 0x10], "a count of 2^32"),
      ([0xFE, 0xFF, 0xFF, 0xFF, 0x1F], "a rank above 2^31"),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], "a number above 2^63"),
      ([0x84, 0], "a number with a group of zeros"), ([3, 0x82, 0x80, 0], "groups of zeros"),
    ] as [([UInt8], String)])
  func `Other bytes are refused`(bytes: [UInt8], reason: String) {
    #expect(Self.decode(bytes) == nil, "\(reason)")
  }

  @Test func `The last rank is accepted`() {
    #expect(Self.decode([0xCE, 0x0F]) == [7, 1, 0, 999])
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `Bytes that decode are those of their features`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let bytes = (0..<Int.random(in: 1...6, using: &random)).map { _ in
      UInt8.random(in: 0...(Bool.random(using: &random) ? 9 : 255), using: &random)
    }
    guard let words = Self.decode(bytes) else { return }
    #expect(FeatureBytes.encode(CandidateRecord(in: words.span, at: 0), in: words.span) == bytes)
  }

  @Test func `Numbers survive as bytes`() {
    let numbers: [UInt64] = [0, 1, 127, 128, 16383, 16384, 1 << 32, (1 << 63) - 1]
    let bytes = FeatureBytes.encode(numbers)
    #expect(bytes.prefix(5) == [0, 1, 127, 0x80, 1])
    #expect(FeatureBytes.numbers(bytes) == numbers)
    #expect(FeatureBytes.numbers(bytes.dropLast()) == nil)
    #expect(FeatureBytes.numbers([0x80, 0]) == nil)
  }
}
