import TestSupport
import Testing

@testable import Weighting

@Suite struct FieldSampleTests {
  /// Documents with 1 to 40 tokens, of which some are copies with other numbers.
  private static func documents(seed: UInt64) -> [FieldSample.Member] {
    var random = SplitMix64(state: seed)
    var members = (0..<300).map { number in
      let count = Int.random(in: 1...40, using: &random)
      return FieldSample.Member(
        priority: .init(hash: random.next(), isShort: count < 10),
        values: [Double(number), Double.random(in: -1..<1, using: &random)], tokenCount: count,
        features: Array(repeating: UInt32(number), count: count))
    }
    for _ in 0..<60 {
      var copy = members[Int.random(in: 0..<300, using: &random)]
      // Of both fields, so that the smallest numbers are often those of two copies.
      copy.values[0] += Double(Int.random(in: -1...1, using: &random))
      copy.values[1] += Double(Int.random(in: -1...1, using: &random))
      members.append(copy)
    }
    return members
  }

  @Test(arguments: 0..<4 as Range<UInt64>, [(1, 9999), (50, 9999), (200, 900), (5000, 9999)])
  func `The sample is the first of a plain sort, for any order and any parts`(
    seed: UInt64, limits: (documents: Int, features: Int)
  ) {
    let documents = Self.documents(seed: seed)
    var expected: [FieldSample.Member] = []
    var count = 0
    for var document in documents.sorted(by: { $0.priority < $1.priority })
    where expected.last?.priority != document.priority {
      let copies = documents.filter { $0.priority == document.priority }
      document.values = [0, 1].map { field in copies.map { $0.values[field] }.min() ?? .nan }
      guard expected.count < limits.documents, count + document.features.count <= limits.features
      else { break }
      count += document.features.count
      expected.append(document)
    }
    var random = SplitMix64(state: seed)
    var first: FieldSample?
    for partCount in [1, 2, 7] {
      var parts = (0..<partCount).map { _ in
        FieldSample(
          fields: ["a", "b"], capacity: limits.documents, featureCapacity: limits.features)
      }
      for document in documents.shuffled(using: &random) {
        parts[Int.random(in: 0..<partCount, using: &random)].add(document)
      }
      var whole = parts[0]
      for part in parts.dropFirst() { whole.merge(part) }
      whole.trim()
      #expect(whole.members == expected)
      if let first { #expect(whole == first) }
      first = whole
    }
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `A field's numbers don't depend on the other fields`(seed: UInt64) {
    let documents = Self.documents(seed: seed)
    func values(_ fields: [Int], of field: Int) -> [Double] {
      var sample = FieldSample(
        fields: fields.map { ["a", "b"][$0] }, capacity: 100, featureCapacity: 9999)
      for var document in documents {
        document.values = fields.map { document.values[$0] }
        sample.add(document)
      }
      sample.trim()
      return sample.members.map { $0.values[fields.firstIndex(of: field)!] }
    }
    for field in 0...1 {
      let alone = values([field], of: field)
      #expect(alone.count == 100)
      #expect(values([0, 1], of: field) == alone)
      #expect(values([1, 0], of: field) == alone)
    }
  }

  @Test func `Copies with either zero are the same sample`() {
    let zeros = [0.0, -0.0].map {
      FieldSample.Member(priority: .init(bits: 7), values: [$0], tokenCount: 1, features: [3])
    }
    for members in [zeros, zeros.reversed(), [zeros[1]]] {
      var sample = FieldSample(fields: ["a"])
      for member in members { sample.add(member) }
      sample.trim()
      #expect(sample.members.map { $0.values.map(\.bitPattern) } == [[0]])
    }
  }

  @Test func `A scale is the mean and the deviation of numbers`() {
    // (2 + 4 + 4 + 4 + 5 + 5 + 7 + 9) / 8 = 5, and the squares of the differences,
    // 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16, add up to 32 = 8 × 2².
    let scale = Scale(of: [2, 4, 4, 4, 5, 5, 7, 9])
    #expect(scale == Scale(mean: 5, deviation: 2))
    #expect(Scale(of: [3]) == Scale(mean: 3, deviation: 0))
    #expect(!Scale(of: [1e200, -1e200]).deviation.isFinite)
  }

  @Test func `Fields add their deviations to a log weight, in its own`() {
    let scales = FieldScales(
      terms: [.init(field: "a", coefficient: 0.5), .init(field: "b", coefficient: -2)],
      scales: [Scale(mean: 10, deviation: 4), Scale(mean: 0, deviation: 0.25)], documentCount: 9)
    // 3 × (0.5 × (18 − 10) / 4 − 2 × 0.5 / 0.25) = 3 × (1 − 4)
    #expect(scales.sum(of: [18, 0.5], deviation: 3) == -9)
    #expect(scales.sum(of: [10, 0], deviation: 3) == 0)
  }
}
