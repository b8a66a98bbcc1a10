import TestSupport
import Testing

@testable import Weighting

@Suite struct DocumentSampleTests {
  private struct Document {
    var priority: UInt64
    var features: [UInt16]
  }

  private static func documents(seed: UInt64) -> [Document] {
    var random = SplitMix64(state: seed)
    let texts = (0..<900).map { number in
      Document(
        priority: random.next() >> (seed % 2 == 0 ? 0 : 55),
        features: Array(repeating: UInt16(number), count: Int.random(in: 1...40, using: &random)))
    }
    // Equal texts have equal priorities. With few priorities, unequal texts may have equal ones
    // too. The features must then be equal.
    let distinct = Dictionary(texts.map { ($0.priority, $0) }, uniquingKeysWith: { one, _ in one })
    return texts.map { distinct[$0.priority] ?? $0 }
  }

  @Test(
    arguments: 0..<4 as Range<UInt64>, [(1, 1 << 20), (50, 1 << 20), (400, 900), (5000, 1 << 20)])
  func `The sample is the shortest prefix of a plain sort, for any order and any parts`(
    seed: UInt64, limits: (documents: Int, features: Int)
  ) {
    let documents = Self.documents(seed: seed)
    var seen: Set<UInt64> = []
    var expected: [[UInt16]] = []
    var count = 0
    for document in documents.sorted(by: { $0.priority < $1.priority })
    where seen.insert(document.priority).inserted {
      guard expected.count < limits.documents, count + document.features.count <= limits.features
      else { break }
      count += document.features.count
      expected.append(document.features)
    }
    var random = SplitMix64(state: seed)
    var first: DocumentSample?
    for partCount in [1, 2, 7] {
      var parts = (0..<partCount).map { _ in
        DocumentSample(capacity: limits.documents, featureCapacity: limits.features)
      }
      for document in documents.shuffled(using: &random) {
        let part = Int.random(in: 0..<partCount, using: &random)
        let priority = DocumentSample.Priority(bits: document.priority)
        if priority <= parts[part].threshold {
          parts[part].add(document.features.span, priority: priority)
        }
      }
      var whole = parts[0]
      for part in parts.dropFirst() { whole.merge(part) }
      whole.trim()
      var found: [[UInt16]] = []
      whole.forEachDocument { _, features in found.append(features.indices.map { features[$0] }) }
      #expect(found == expected)
      // All samples must be equal, also in the documents that are known to be outside.
      if let first { #expect(whole == first) }
      first = whole
    }
  }
}
