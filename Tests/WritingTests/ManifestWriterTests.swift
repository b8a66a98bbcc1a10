import Files
import Foundation
import Testing

@testable import Writing

/// JSON made from records: keys are in snake case, except for keys that are data.
@Suite struct ManifestWriterTests {
  private struct Inner: Encodable {
    var skippedLines: [ExactString: Int]
    var xxh3 = "00"
  }

  private struct Record: Encodable {
    var dselVersion = "1"
    var overlapWithTopK = 0.5
    var p5 = 5
    var inner: Inner
    var targetModelXxh3: String?
    var innerRecords: [Inner] = []
  }

  @Test func `Names of properties become keys in snake case`() throws {
    let record = Record(
      inner: Inner(skippedLines: [:]), targetModelXxh3: "ff",
      innerRecords: [Inner(skippedLines: [:])]
    )
    let line = String(decoding: ManifestWriter.encodeLine(record), as: UTF8.self)
    #expect(
      line == #"{"dsel_version":"1","inner":{"skipped_lines":{},"xxh3":"00"},"#
        + #""inner_records":[{"skipped_lines":{},"xxh3":"00"}],"overlap_with_top_k":0.5,"p5":5,"#
        + #""target_model_xxh3":"ff"}"#)
  }

  @Test func `Keys that are data keep their letters, and are sorted by their bytes`() throws {
    // An é of one scalar and one of two scalars, which Swift's dictionaries treat as one key.
    let counts: [ExactString: Int] = [
      "caf\u{E9}": 1, "cafe\u{301}": 2, "camelCase": 3, "snake_case": 4, "A\"B": 5,
    ]
    let bytes = ManifestWriter.encodeLine(Inner(skippedLines: counts))
    // In bytes: after "caf", e is 65 and é is C3 A9; m, of "cam", comes after f.
    #expect(
      bytes
        == Array(
          (#"{"skipped_lines":{"A\"B":5,"cafe"# + "\u{301}" + #"":2,"caf"# + "\u{E9}"
            + #"":1,"camelCase":3,"snake_case":4},"xxh3":"00"}"#).utf8))
  }
}
