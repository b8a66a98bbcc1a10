import Foundation
import TestSupport
import Testing

/// Documents of the target that are also in the pool.
///
/// Selecting them finds nothing new, so they are counted.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct TargetDocumentTests {
  private let directory: TemporaryDirectory
  private let wiki: [Data]

  init() throws {
    directory = try TemporaryDirectory()
    wiki = try Fixtures.read("wiki.jsonl").rawLines
    // Seven of the target's documents, one of them written differently and one of them repeated.
    let first = try #require(try JSON(wiki[0]).text.string)
    let again = try JSONSerialization.data(withJSONObject: ["again": 1, "text": first])
    let pool = try Fixtures.crawlText().rawLines
    let mixed = [again] + pool.prefix(400) + wiki[1..<7] + pool[400..<800] + [wiki[3]]
    try directory.write(mixed.joinedLines, to: "pool.jsonl")
  }

  private func select(_ options: [String]) throws -> (Dsel.Result, JSON) {
    let run = try Dsel.select(
      pool: ["pool.jsonl"], options + ["-o", "out", "--force"] + Stages.buckets, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return (run, try directory.json("out.manifest.json"))
  }

  /// Number of selected lines with a text of the target, found by parsing the lines here.
  private func expected(_ targets: [Data]) throws -> Int {
    let texts = Set(try targets.map { try JSON($0).text.string.map { Data($0.utf8) } })
    return try directory.read("out").jsonLines().count {
      texts.contains($0.text.string.map { Data($0.utf8) })
    }
  }

  @Test(arguments: [["--top-k", "--count", "50"], ["--count", "807", "--duplicates", "keep"]])
  func `Manifest and summary count them by their texts`(options: [String]) throws {
    let (run, manifest) = try select(options)
    let count = try expected(wiki)
    #expect(count == (options.contains("keep") ? 8 : 7))
    #expect(manifest.selected.target_documents.int == count)
    #expect(manifest.selected.target_documents_is_estimate.isNull)
    #expect(
      run.errors.contains(
        "\n\(count) of them are also documents of the target\n")
        || run.errors.contains("warning: "), "\(run.errors)")
    let compared = try Dsel.run(
      [
        "compare", "--target", Fixtures.wiki, "--selected", "out", "--pool", "pool.jsonl", "--json",
      ],
      in: directory)
    #expect(try JSON(compared.output).selected.target_documents.int == count)
    #expect(try JSON(compared.output).pool.target_documents.int == 8)
    let text = try Dsel.run(
      ["compare", "--target", Fixtures.wiki, "--selected", "out", "--pool", "pool.jsonl"],
      in: directory)
    #expect(
      text.lines.contains(
        "documents that the target has too: \(count) of the selection, 8 of the pool"))
  }

  @Test func `The count covers all targets, and a count of zero isn't mentioned`() throws {
    try directory.write(Array(wiki[..<4]).joinedLines, to: "one.jsonl")
    try directory.write(Array(wiki[4...]).joinedLines, to: "two.jsonl")
    try Stages.run(
      ["select", "--target", "one=one.jsonl", "two=two.jsonl", "--pool", "pool.jsonl", "--top-k"]
        + ["--count", "80", "-o", "out"] + Stages.buckets, in: directory)
    let manifest = try directory.json("out.manifest.json")
    #expect(try manifest.selected.target_documents.int == expected(wiki))
    #expect((manifest.selected.target_documents.int ?? 0) >= 7)
    let run = try Dsel.select(["--count", "50", "-o", "none"], in: directory)
    #expect(!run.errors.contains("also documents of the target"))
    #expect(try directory.json("none.manifest.json").selected.target_documents.int == 0)
  }
}
