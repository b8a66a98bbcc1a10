import CXXHash
import Foundation
import TestSupport
import Testing

@testable import Featurizing

/// `wordpunct` against the tokens of the DSIR reference package (nltk 3.8.1) for its 63 documents.
///
/// See Fixtures/golden/dsir-reference.
@Suite struct ReferenceTokenTests {
  private struct Document: Decodable {
    var id: String
    var text: String
  }

  private struct Expected: Decodable {
    var tokens: [String]
  }

  @Test func `wordpunct gives the reference's tokens for each of its documents`() throws {
    let expected = try JSONDecoder().decode(
      [String: Expected].self, from: Fixtures.read("golden/dsir-reference/tokens.json"))
    let lines = try Fixtures.read("golden/dsir-reference/documents.jsonl")
      .split(separator: UInt8(ascii: "\n"))
    #expect(lines.count == 63)
    for line in lines {
      let document = try JSONDecoder().decode(Document.self, from: Data(line))
      let tokens = try #require(expected[document.id]).tokens
      let hashes = tokens.map { token in
        let bytes = Array(token.utf8)
        return unsafe XXH3_64bits(bytes, bytes.count)
      }
      #expect(
        BucketTests.tokenHashes(Array(document.text.utf8), .wordpunct) == hashes,
        "\(document.id): \(tokens)")
    }
  }
}
