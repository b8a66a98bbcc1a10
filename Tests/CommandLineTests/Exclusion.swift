import Foundation
import TestSupport
import Testing

/// The fixtures of what is excluded.
enum Exclusion {
  static func path(_ name: String) -> String { Fixtures.path("golden/exclusion/\(name)") }

  /// The pool, and the documents that were added to it.
  static let pool = [Fixtures.crawl, path("pool.jsonl")]
  static let options = ["--exclude", path("evaluation.jsonl")]

  struct Found: Equatable {
    var line: Int?
    var ngram: String?
    var file: String?
    var evaluationLine: Int?
  }

  struct Line {
    var file: String
    var offset: Int
    var text: String
  }

  /// The lines of the pool, in its order.
  static func lines() throws -> [Line] {
    let texts = [try Fixtures.crawlText(), try Fixtures.read("golden/exclusion/pool.jsonl")]
    var lines: [Line] = []
    for (file, text) in zip(pool, texts) {
      var offset = 0
      for line in text.rawLines {
        lines.append(
          Line(file: file, offset: offset, text: String(decoding: line, as: UTF8.self)))
        offset += line.count + 1
      }
    }
    return lines
  }

  /// Writes the pool as one file of two kinds of documents.
  static func writePool(in directory: TemporaryDirectory) throws -> String {
    let lines = try kindLines()
    try directory.write(lines.map { $0 + "\n" }.joined(), to: "pool.jsonl")
    return "pool.jsonl"
  }

  private static func kindLines() throws -> [String] {
    try lines().enumerated().map { number, line in
      "{\"kind\":\"\(number % 3 == 0 ? "a" : "b")\"," + line.text.dropFirst()
    }
  }

  /// The lines of that file that share an n-gram of 13 tokens with an evaluation document, as the
  /// independent search says; and the lines as they stand in the pool.
  static func matching(tokenizer: String) throws -> Set<String> {
    let runs = try JSON(Fixtures.read("golden/exclusion/exclusion.json")).runs.elements
    let run = try #require(
      runs.first {
        $0.settings.tokenizer.string == tokenizer && $0.settings.ngram.int == 13
          && $0.settings.files.elements.map { $0.string } == ["evaluation.jsonl"]
      })
    let (ofKinds, plain) = (try kindLines(), try lines())
    let numbers = run.excluded.elements.compactMap { $0.line.int }
    return Set(numbers.map { ofKinds[$0 - 1] } + numbers.map { plain[$0 - 1].text })
  }

  /// A list of excluded documents, without their places.
  static func listed(_ name: String, in directory: TemporaryDirectory) throws -> [JSON] {
    try directory.read(name).lines.map {
      try JSON(Data($0.utf8)).without("file").without("offset")
    }
  }
}
