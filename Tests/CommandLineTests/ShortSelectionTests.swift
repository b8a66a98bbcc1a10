import Foundation
import TestSupport
import Testing

/// What a manifest and the warnings say of a selection that is smaller than wanted.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct ShortSelectionTests {
  private let directory: TemporaryDirectory

  /// 40 documents of two kinds with different texts, and 10 copies of the first.
  init() throws {
    directory = try TemporaryDirectory()
    let texts = (0..<40).map { "word\($0) and \($0 < 20 ? "apples" : "pears") number \($0 * 7)" }
    let lines = (texts + Array(repeating: texts[0], count: 10)).enumerated().map { place, text in
      "{\"text\": \"\(text)\", \"kind\": \"\(text.contains("apples") ? "a" : "p")\"}\n"
    }
    try directory.write(lines.joined(), to: "pool.jsonl")
    try directory.write(lines[..<10].joined(), to: "apples.jsonl")
    try directory.write(lines[20..<30].joined(), to: "pears.jsonl")
  }

  private func select(_ options: String) throws -> (manifest: JSON, errors: String) {
    let run = try Dsel.run(
      ["select", "--pool", "pool.jsonl", "--min-tokens", "0", "-o", "out.jsonl", "--force"]
        + options.split(separator: " ").map(String.init), in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return (try directory.json("out.jsonl.manifest.json"), run.errors)
  }

  static let wholeDraws = [
    "--target apples.jsonl --count 60", "--target apples.jsonl --count 60 --objective weight",
    "--target apples.jsonl --count 60 --replay 0.1",
    "--target a=apples.jsonl p=pears.jsonl --count 60",
    "--target a=apples.jsonl p=pears.jsonl --count 60 --replay 0.2 --objective weight",
    "--target a=apples.jsonl p=pears.jsonl --count 60 --stratify kind",
  ]

  @Test("All documents were selected, whatever parts a draw has", arguments: wholeDraws)
  func everything(options: String) throws {
    let (manifest, errors) = try select(options)
    #expect(manifest.selected.documents == .number(40))
    #expect(manifest.selected.all_eligible == .boolean(true))
    #expect(
      errors.contains(
        "all 40 eligible documents were selected, 20 documents short. 10 copies of them were left "
          + "out."), "\(errors)")
  }

  @Test func `Other targets may have more documents of enough weight`() throws {
    // No document can have this weight for both targets, of which one is not short of documents.
    let (manifest, errors) = try select(
      "--target a=apples.jsonl p=pears.jsonl --share a=0.9 --count 30 --min-weight 0 "
        + "--objective weight")
    #expect(manifest.selected.all_eligible == .boolean(false))
    #expect(!errors.contains("all "))
    #expect(errors.contains("target a: "), "\(errors)")
    #expect(errors.contains("lower --min-weight"), "\(errors)")
  }

  @Test func `A part without a name is called by what it is`() throws {
    for (objective, name) in [("set", "the set"), ("weight", "the part drawn by weight")] {
      let (_, errors) = try select(
        "--target apples.jsonl --count 60 --replay 0.5 --logistic-share 0 --objective \(objective)"
          .replacingOccurrences(of: objective == "set" ? "--logistic-share 0 " : "~", with: ""))
      #expect(errors.contains("\(name): "), "\(errors)")
      #expect(!errors.contains("warning: :"))
    }
  }

  @Test func `Filling is advised only where other strata may give documents`() throws {
    let advice = "Add --fill"
    let alone = try select(
      "--target apples.jsonl --stratify kind --mixture p=1 --count 35 --objective weight")
    #expect(alone.errors.contains("stratum \"p\"") && !alone.errors.contains(advice))
    let both = try select(
      "--target apples.jsonl --stratify kind --mixture p=0.9,a=0.1 --count 35 --objective weight")
    #expect(both.errors.contains(advice))
  }

  @Test func `At most ten parts are named one by one`() throws {
    let lines = (0..<13).map { kind in
      (0..<2).map { "{\"text\": \"one two \(kind) \($0)\", \"kind\": \"k\(kind)\"}\n" }.joined()
    }
    try directory.write(lines.joined(), to: "pool.jsonl")
    let (_, errors) = try select(
      "--target apples.jsonl --stratify kind --count 65 --objective weight --logistic-share 0")
    let named = errors.split(separator: "\n").count { $0.contains("stratum \"k") }
    #expect(named == 10, "\(errors)")
    #expect(errors.contains("3 more parts of the draw are short: 'parts' of the manifest has all."))
  }
}
