import Featurizing
import Foundation
import Reading
import TestSupport
import Testing
import Weighting

@testable import Pipeline

@Suite struct DocumentWorkersTests {
  /// How shards are stored and read.
  struct Layout: CustomTestStringConvertible {
    /// The command that compresses; empty for plain files.
    var container: String
    var chunkSize: Int

    var testDescription: String { "\(container) \(chunkSize)" }
  }

  private static let threadCounts = [1, 2, 7]
  private static let layouts = ["", "zstd", "gzip"].flatMap { container in
    [64, 4096, 512 << 10].map { Layout(container: container, chunkSize: $0) }
  }
  private static let tables = UnicodeTables()
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: threadCounts, layouts)
  func `Counts depend on neither threads nor chunks`(threadCount: Int, layout: Layout) throws {
    let shards = try (0..<3).map { try shard("\($0)", lines(300, seed: UInt64($0)), layout) }
    let (expected, _) = try fit(shards, threadCount: 1, chunkSize: 1 << 20)
    let (counts, report) = try fit(shards, threadCount: threadCount, chunkSize: layout.chunkSize)
    #expect(counts == expected)
    #expect(counts.documentCount == 900)
    #expect(report.shards.map(\.documentCount) == [300, 300, 300])
    #expect(report.shards.map(\.name) == shards.map(\.name))
  }

  @Test(arguments: threadCounts, layouts)
  func `Skipped lines are counted by reason`(threadCount: Int, layout: Layout) throws {
    var bad = lines(300, seed: 1)
    for number in stride(from: 7, to: 300, by: 30) { bad[number] = "{" }
    for number in stride(from: 8, to: 300, by: 100) { bad[number] = #"{"a":1}"# }
    let (counts, report) = try fit(
      [shard("a", bad, layout)], threadCount: threadCount, chunkSize: layout.chunkSize,
      errorPolicy: .skip)
    #expect(report.skipped == [.notJSON: 10, .missingField: 3])
    #expect(counts.documentCount == 287 && report.documentCount == 287)
  }

  @Test(arguments: threadCounts, layouts)
  func `The first invalid line in pool order is reported, with its physical number`(
    threadCount: Int, layout: Layout
  ) throws {
    for (first, others) in [(0, [1, 299]), (150, [151, 200, 299]), (299, []), (37, [38, 290])] {
      var bad = lines(300, seed: UInt64(first))
      // Blank lines are counted as lines, but not as documents.
      for number in stride(from: 3, to: 300, by: 10) { bad[number] = number % 20 == 3 ? "" : " \t" }
      for number in others { bad[number] = "[" }
      bad[first] = "{"
      let shards = try [
        shard("good", lines(50, seed: 9), layout), shard("bad", bad, layout),
        shard("worse", ["nonsense"], layout),
      ]
      expectInvalidLine(
        shards, at: 1, line: first + 1, threadCount: threadCount, chunkSize: layout.chunkSize)
    }
  }

  @Test(arguments: threadCounts, layouts)
  func `A later shard that can't be read hides no invalid line`(
    threadCount: Int, layout: Layout
  ) throws {
    var bad = lines(300, seed: 3)
    bad[250] = "{"
    let first = try shard("first", bad, layout)
    let path = try directory.write(Data([0x28, 0xB5, 0x2F, 0xFD, 0xFF, 0xFF]), to: "second")
    let gone = try shard("gone", ["{}"], layout)
    try FileManager.default.removeItem(atPath: directory.path("gone"))
    for second in try [Shard(path: path), gone] {
      expectInvalidLine(
        [first, second], at: 0, line: 251, threadCount: threadCount, chunkSize: layout.chunkSize)
    }
  }

  @Test(arguments: threadCounts, layouts.filter { !$0.container.isEmpty })
  func `Damage hides no invalid line before it, and no line after it hides the damage`(
    threadCount: Int, layout: Layout
  ) throws {
    var bad = lines(300, seed: 5)
    bad[240] = "{"
    let good = try stored(lines(300, seed: 4), layout)
    let cut = try stored(lines(300, seed: 6), layout).dropLast(9)
    let first = try Shard(path: directory.write(stored(bad, layout) + cut, to: "invalid"))
    let second = try Shard(path: directory.write(good + cut, to: "damaged"))
    let third = try shard("nonsense", ["nonsense"], layout)
    // Nothing of a chunk is known if it can't be read to its end.
    if layout.chunkSize < 5000 {
      expectInvalidLine(
        [first, third], at: 0, line: 241, threadCount: threadCount, chunkSize: layout.chunkSize)
    }
    for _ in 0..<3 {
      do {
        _ = try fit([second, third], threadCount: threadCount, chunkSize: layout.chunkSize)
        Issue.record("no error")
      } catch {
        guard case PipelineError.input(.reading(.damaged(let path, _), line: nil)) = error else {
          Issue.record("\(error)")
          continue
        }
        #expect(path == second.name)
      }
    }
  }

  /// Notes which chunks it has had.
  private struct ChunkNumbers: DocumentConsumer, ~Copyable {
    private var numbers: [Int] = []

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) {}
    mutating func endChunk(_ number: Int) { numbers.append(number) }
    consuming func finish() -> [Int] { numbers }
  }

  @Test(arguments: threadCounts, layouts)
  func `Each chunk of a shard is worked on once, and by each worker in their order`(
    threadCount: Int, layout: Layout
  ) throws {
    let long = #"{"text":"\#(String(repeating: "x", count: 2000))"}"#
    let shards = try [shard("one", lines(400, seed: 7) + [long] + lines(400, seed: 8), layout)]
    let workers = DocumentWorkers(
      threadCount: threadCount, textField: "text", limits: ReadingLimits(), errorPolicy: .fail,
      chunkSize: layout.chunkSize, progress: ProgressMeter(show: nil))
    let (numbers, report) = try workers.run(shards) { ChunkNumbers() }
    let all = numbers.joined().sorted()
    #expect(all == Array(0..<all.count))
    #expect(numbers.allSatisfy { $0 == $0.sorted() })
    #expect(report.documentCount == 801)
  }

  @Test(arguments: threadCounts, layouts)
  func `A line that is too long is reported with its number`(
    threadCount: Int, layout: Layout
  ) throws {
    var long = lines(300, seed: 3)
    long[123] = #"{"text":"\#(String(repeating: "x", count: 20_000))"}"#
    long[200] = "{"
    let shards = try [shard("long", long, layout)]
    do {
      _ = try fit(
        shards, threadCount: threadCount, chunkSize: layout.chunkSize,
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

  private func shard(_ name: String, _ lines: [String], _ layout: Layout) throws -> Shard {
    try Shard(path: directory.write(stored(lines, layout), to: name))
  }

  private func stored(_ lines: [String], _ layout: Layout) throws -> Data {
    let text = Data((lines.joined(separator: "\n") + "\n").utf8)
    switch layout.container {
    case "zstd": return try Containers.zstd(text, in: directory)
    case "gzip": return try Containers.gzip(text, in: directory)
    default: return text
    }
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
