import Foundation
import Reading
import TestSupport
import Testing

@testable import Pipeline

/// Documents found by the numbers of their lines.
@Suite struct DocumentLinesTests {
  private let directory: TemporaryDirectory
  private let shard: Shard

  init() throws {
    directory = try TemporaryDirectory()
    let lines = [#"{"text":"one"}"#, "", #"{"text":"three"}"#, "{", "  "]
    shard = try Shard(path: directory.write(lines.joined(separator: "\n"), to: "shard"))
  }

  @Test(arguments: [(1, "one"), (3, "three")])
  func `A document is found by its line`(line: Int, text: String) throws {
    #expect(try document(line) == "\(line) \(text)")
  }

  @Test func `A line that is blank, invalid or missing is an error`() throws {
    for line in [2, 5] {
      #expect { try document(line) } throws: {
        guard case PipelineError.input(.blankLine(_, line: line)) = $0 else { return false }
        return true
      }
    }
    #expect { try document(4) } throws: {
      guard case PipelineError.input(.invalidLine(_, line: 4, _)) = $0 else { return false }
      return true
    }
    #expect { try document(6) } throws: {
      guard case PipelineError.input(.noSuchLine(_, line: 6, lineCount: 5)) = $0 else {
        return false
      }
      return true
    }
  }

  @Test func `Documents come with their lines until the caller stops`() throws {
    var reading = ReadingSettings()
    reading.errorPolicy = .skip
    var found: [Int] = []
    let report = try DocumentLines(reading: reading).forEach([shard, shard]) { place, _ in
      found.append(place.line)
      return found.count < 3
    }
    #expect(found == [1, 3, 1])
    #expect(report.shards.map(\.documentCount) == [2, 1])
    #expect(report.shards.map(\.skipped) == [[.notJSON: 1], [:]])
  }

  private func document(_ line: Int) throws -> String {
    try DocumentLines(reading: ReadingSettings()).document(at: line, of: shard) { place, text in
      "\(place.line) " + String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
    }
  }
}
