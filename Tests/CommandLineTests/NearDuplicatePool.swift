import Foundation
import TestSupport
import Testing

/// A pool with documents that are changed copies of others, and all pairs of similar documents in
/// it, as an independent search found them: see Fixtures/golden/near-duplicates.
struct NearDuplicatePool {
  /// The names sort in pool order.
  static let files = ["a.jsonl", "b.jsonl"]

  /// The text of each line, and its number by place.
  let lines: [String]
  private let numbers: [String: Int]
  /// The similarity of each pair, from both sides.
  private let pairs: [[Int: Double]]

  /// Writes the pool's files.
  init(in directory: TemporaryDirectory, tokenizer: String = "words") throws {
    let texts = [
      try Fixtures.crawlText(), try Fixtures.read("golden/near-duplicates/edits.jsonl"),
    ]
    var lines: [String] = []
    var numbers: [String: Int] = [:]
    for (file, text) in zip(Self.files, texts) {
      try directory.write(text, to: file)
      var offset = 0
      for line in text.rawLines {
        numbers["\(file)/\(offset)"] = lines.count
        lines.append(String(decoding: line, as: UTF8.self))
        offset += line.count + 1
      }
    }
    var pairs: [[Int: Double]] = lines.map { _ in [:] }
    let golden = try JSON(Fixtures.read("golden/near-duplicates/pairs.json"))
    for pair in golden.tokenizer[tokenizer].elements {
      let values = pair.elements.compactMap(\.int)
      let (one, other) = (values[0] - 1, values[1] - 1)
      pairs[one][other] = Double(values[2]) / Double(values[3])
      pairs[other][one] = pairs[one][other]
    }
    (self.lines, self.numbers, self.pairs) = (lines, numbers, pairs)
  }

  /// The number of the line at a place.
  func number(_ file: String?, _ offset: Int?) throws -> Int {
    try #require(numbers["\(file ?? "")/\(offset ?? -1)"])
  }

  func similarity(_ one: Int, _ other: Int) -> Double { pairs[one][other] ?? 0 }

  /// Goes through lines in this order, and takes each that isn't similar to one before it.
  ///
  /// - Returns: the lines that are taken, up to `count`; and those that are left out before the
  ///   last of them.
  func taken(
    _ order: [Int], similarity: Double, upTo count: Int = .max
  ) -> (taken: [Int], leftOut: [Int]) {
    var (taken, leftOut): ([Int], [Int]) = ([], [])
    var isTaken = [Bool](repeating: false, count: lines.count)
    for line in order where taken.count < count {
      if pairs[line].contains(where: { isTaken[$0.key] && $0.value >= similarity }) {
        leftOut.append(line)
      } else {
        taken.append(line)
        isTaken[line] = true
      }
    }
    return (taken, leftOut)
  }

  /// A document that was left out, and one that it is similar to.
  struct Listed: Equatable {
    var line: Int
    var similar: Int
    var similarity: Double
  }

  /// A list of near-duplicates.
  func listed(_ bytes: Data) throws -> [Listed] {
    try bytes.jsonLines().map { line in
      Listed(
        line: try number(line.file.string, line.offset.int),
        similar: try number(line.similar_file.string, line.similar_offset.int),
        similarity: try #require(line.similarity.number))
    }
  }
}
