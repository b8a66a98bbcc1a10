import Featurizing
import Foundation
import Reading
import TestSupport
import Testing
import Weighting

@testable import Pipeline

@Suite struct DocumentWorkersTests {
  private static let threadCounts = [1, 2, 7]
  private static let chunkSizes = [64, 4096, 512 << 10]
  private static let tables = UnicodeTables()
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: threadCounts, chunkSizes)
  func `Counts depend on neither threads nor chunks`(threadCount: Int, chunkSize: Int) throws {
    let shards = try (0..<3).map { try shard("\($0)", lines(300, seed: UInt64($0))) }
    let (expected, _) = try fit(shards, threadCount: 1, chunkSize: 1 << 20)
    let (counts, report) = try fit(shards, threadCount: threadCount, chunkSize: chunkSize)
    #expect(counts == expected)
    #expect(counts.documentCount == 900)
    #expect(report.shards.map(\.documentCount) == [300, 300, 300])
    #expect(report.shards.map(\.name) == shards.map(\.name))
  }

  @Test(arguments: threadCounts, chunkSizes)
  func `Skipped lines are counted by reason`(threadCount: Int, chunkSize: Int) throws {
    var bad = lines(300, seed: 1)
    for number in stride(from: 7, to: 300, by: 30) { bad[number] = "{" }
    for number in stride(from: 8, to: 300, by: 100) { bad[number] = #"{"a":1}"# }
    let (counts, report) = try fit(
      [shard("a", bad)], threadCount: threadCount, chunkSize: chunkSize, errorPolicy: .skip)
    #expect(report.skipped == [.notJSON: 10, .missingField: 3])
    #expect(counts.documentCount == 287 && report.documentCount == 287)
  }

  @Test(arguments: threadCounts, chunkSizes)
  func `The first invalid line in pool order is reported, with its physical number`(
    threadCount: Int, chunkSize: Int
  ) throws {
    for (first, others) in [(0, [1, 299]), (150, [151, 200, 299]), (299, []), (37, [38, 290])] {
      var bad = lines(300, seed: UInt64(first))
      // Blank lines are counted as lines, but not as documents.
      for number in stride(from: 3, to: 300, by: 10) { bad[number] = number % 20 == 3 ? "" : " \t" }
      for number in others { bad[number] = "[" }
      bad[first] = "{"
      let shards = try [
        shard("good", lines(50, seed: 9)), shard("bad", bad), shard("worse", ["nonsense"]),
      ]
      expectInvalidLine(
        shards, at: 1, line: first + 1, threadCount: threadCount, chunkSize: chunkSize)
    }
  }

  @Test(arguments: threadCounts, chunkSizes)
  func `A later shard that can't be read hides no invalid line`(
    threadCount: Int, chunkSize: Int
  ) throws {
    var bad = lines(300, seed: 3)
    bad[250] = "{"
    let first = try shard("first", bad)
    let path = try directory.write(Data([0x28, 0xB5, 0x2F, 0xFD, 0xFF, 0xFF]), to: "second")
    let gone = try shard("gone", ["{}"])
    try FileManager.default.removeItem(atPath: directory.path("gone"))
    for second in try [Shard(path: path), gone] {
      expectInvalidLine(
        [first, second], at: 0, line: 251, threadCount: threadCount, chunkSize: chunkSize)
    }
  }

  @Test(arguments: threadCounts, chunkSizes)
  func `A line that is too long is reported with its number`(
    threadCount: Int, chunkSize: Int
  ) throws {
    var long = lines(300, seed: 3)
    long[123] = #"{"text":"\#(String(repeating: "x", count: 20_000))"}"#
    long[200] = "{"
    let shards = try [shard("long", long)]
    do {
      _ = try fit(
        shards, threadCount: threadCount, chunkSize: chunkSize,
        limits: ReadingLimits(maximumLine: 10_000))
      Issue.record("no error")
    } catch {
      guard
        case PipelineError.input(.reading(.lineTooLong(_, let offset, 10_000), line: 124)) = error
      else {
        Issue.record("\(error)")
        return
      }
      #expect(offset == long[..<123].reduce(0) { $0 + $1.utf8.count + 1 })
    }
  }

  private func expectInvalidLine(
    _ shards: [Shard], at number: Int, line: Int, threadCount: Int, chunkSize: Int
  ) {
    // Several times, because threads run differently each time.
    for _ in 0..<3 {
      do {
        _ = try fit(shards, threadCount: threadCount, chunkSize: chunkSize)
        Issue.record("no error")
      } catch {
        guard case PipelineError.input(.invalidLine(let path, let found, _)) = error else {
          Issue.record("\(error)")
          continue
        }
        #expect(path == shards[number].name && found == line)
      }
    }
  }

  private func fit(
    _ shards: [Shard], threadCount: Int, chunkSize: Int, errorPolicy: ErrorPolicy = .fail,
    limits: ReadingLimits = ReadingLimits()
  ) throws -> (FeatureCounts, PassReport) {
    let workers = DocumentWorkers(
      threadCount: threadCount, textField: "text", limits: limits, errorPolicy: errorPolicy,
      chunkSize: chunkSize, progress: ProgressMeter(show: nil))
    let features = FeatureSettings(bucketCount: 500)
    let step = FitStep(
      workers: workers, features: features, tables: Self.tables, minimumLength: 100,
      keepsSample: false)
    let (outcome, report) = try step.run(shards)
    return (outcome.counts, report)
  }

  private func shard(_ name: String, _ lines: [String]) throws -> Shard {
    try Shard(path: directory.write(lines.joined(separator: "\n") + "\n", to: name))
  }

  private func lines(_ count: Int, seed: UInt64) -> [String] {
    var random = SplitMix64(state: seed)
    return (0..<count).map { _ in
      let words = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        String(UInt16.random(in: 0...999, using: &random), radix: 36)
      }
      return #"{"text":"\#(words.joined(separator: " "))"}"#
    }
  }
}
