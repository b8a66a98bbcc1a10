import Foundation
import TestSupport
import Testing

@testable import Featurizing

/// SHA-256 hashing against the hashes and counts of the DSIR reference package.
///
/// See Fixtures/golden/dsir-reference.
@Suite struct ReferenceFeatureTests {
  @Test func `Strings have the reference's hashes, and its buckets for seven moduli`() throws {
    let entries = try JSON(Fixtures.read("golden/dsir-reference/hash.json")).elements
    try #require(entries.count == 20)
    for entry in entries {
      let text = try #require(entry.text.string)
      let bytes = Array(text.utf8)
      // SAFETY: SHA-256 reads the bytes during the call only; an empty array has an address, too.
      let digest = unsafe SHA256.digest(of: bytes, count: bytes.count)
      let words = digest.indices.map { digest[$0] }
      #expect(words == NaiveSHA256.digest(bytes), "\(text.prefix(20))")
      let digits = words.map { word in
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
      }
      #expect(digits.joined() == entry.sha256.string, "\(text.prefix(20))")
      for bucketCount in [1_000, 1_024, 10_000, 65_536, 100_000, 1_000_003] {
        let bucket = DigestModulus(bucketCount: bucketCount).bucket(of: digest)
        #expect(Int(bucket) == entry["\(bucketCount)"].int, "\(text.prefix(20)), \(bucketCount)")
      }
      // The modulus 2³² is above dsel's largest number of buckets; the last word is the remainder.
      #expect(Int(words[7]) == entry["4294967296"].int)
    }
  }

  /// The counts of a document in the reference.
  private struct Expected: Decodable {
    var total: Int
    var length: Int
    /// Buckets with their counts.
    var counts: [[Int]]
  }

  @Test(arguments: [1_000, 10_000], 1...3)
  func `Each document has the reference's counts and length`(
    bucketCount: Int, order: Int
  ) throws {
    let expected = try JSONDecoder().decode(
      [String: [String: Expected]].self,
      from: Fixtures.read("golden/dsir-reference/counts_b\(bucketCount).json"))
    let documents = try Fixtures.read("golden/dsir-reference/documents.jsonl").jsonLines()
    try #require(documents.count == 63)
    let settings = FeatureSettings(
      tokenizer: .wordpunct, maximumOrder: order, bucketCount: bucketCount, hashing: .sha256)
    var featurizer = Featurizer(settings, tables: UnicodeTables())
    for document in documents {
      let (id, text) = (try #require(document.id.string), try #require(document.text.string))
      var counts: [Int: Int] = [:]
      for bucket in features(text, &featurizer).joined() { counts[Int(bucket), default: 0] += 1 }
      let expected = try #require(expected[id]?["n\(order)"])
      let pairs = expected.counts.map { ($0[0], $0[1]) }
      #expect(counts == Dictionary(uniqueKeysWithValues: pairs), "\(id)")
      #expect(counts.values.reduce(0, +) == expected.total, "\(id)")
      #expect(
        settings.documentLength(tokenCount: featurizer.tokenCount) == expected.length, "\(id)")
    }
  }
}
