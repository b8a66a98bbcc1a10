import Foundation
import Platform
import Reading
import Resampling
import TestSupport
import Testing

@testable import Pipeline

/// Candidates are read where their records were kept, in plain files only where they are, and else
/// in the whole pool.
@Suite struct PlacedTextsTests {
  private struct Found: Sendable {
    var texts: [Int: String] = [:]
    var chunkCount = 0
  }

  private final class Shared: Sendable {
    private let found = Lock(Found())

    func add(_ change: (inout sending Found) -> Void) { found.withLock { change(&$0) } }
    var value: Found { found.withLock { $0 } }
  }

  private struct Collector: CandidateReader, ~Copyable {
    let found: Shared

    mutating func add(_ text: Span<UInt8>, of candidate: Candidate, number: Int) throws {
      let text = String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
      found.add { found in
        #expect(found.texts[number] == nil, "candidate \(number) came twice")
        found.texts[number] = text
      }
    }

    mutating func endChunk() throws { found.add { $0.chunkCount += 1 } }
  }

  private let directory: TemporaryDirectory
  private let shards: [Shard]
  private let candidates: [Candidate]
  private let texts: [String]
  private let lines: [String]

  init() throws { try self.init(isPlain: [false, false, false]) }

  private init(isPlain: [Bool]) throws {
    directory = try TemporaryDirectory()
    var (shards, candidates, texts, lines): ([Shard], [Candidate], [String], [String]) =
      ([], [], [], [])
    for shard in 0..<3 {
      var text = ""
      for index in 0..<700 {
        let word = String(repeating: "wörd ", count: index == 650 ? 200_000 : index % 200)
        let line = #"{"text":"\#(shard) \#(index) \u0077ord \#(word)"}"#
        // Two of three are candidates.
        if index % 3 > 0 {
          let unescaped = "\(shard) \(index) word \(word)"
          let bytes = Array(unescaped.utf8)
          texts.append(unescaped)
          lines.append(line)
          candidates.append(
            Candidate(
              key: 1, textHash: TextHash.of(bytes.span),
              position: Position(shard: shard, place: text.utf8.count),
              lineByteCount: line.utf8.count, textByteCount: bytes.count, tokenCount: 2))
        }
        text += line + "\n"
      }
      let data = Data(text.utf8)
      let path = try directory.write(
        isPlain[shard] ? data : Containers.zstd(data, in: directory), to: "\(shard).jsonl.zst")
      shards.append(try Shard(path: path))
    }
    (self.shards, self.candidates, self.texts, self.lines) = (shards, candidates, texts, lines)
  }

  /// Keeps the records of some candidates, as a pass does.
  private func kept(
    keepsShard: [Bool] = [true, true, true], _ isKept: (Int) -> Bool
  ) -> KeptRecords {
    let kept = KeptRecords(
      directory: directory.url.path, keepsShard: keepsShard, freeByteCount: { _ in 1 << 40 })
    var writer = KeptRecordWriter(kept)
    var last = 0
    for (number, candidate) in candidates.enumerated() where isKept(number) {
      if candidate.position.shard != last || number % 40 == 0 { writer.endChunk() }
      last = candidate.position.shard
      guard kept.keeps(shard: last) else { continue }
      writer.add(Array(lines[number].utf8).span, at: candidate.position)
    }
    writer.endChunk()
    return kept
  }

  private func read(
    _ kept: KeptRecords?, isPlain: [Bool] = [], areRows: Bool = false, threadCount: Int
  ) throws -> (Found, PassReport) {
    let workers = DocumentWorkers(
      threadCount: threadCount, textField: "text", limits: ReadingLimits(), errorPolicy: .fail,
      chunkSize: 4096, progress: ProgressMeter(show: nil))
    let found = Shared()
    let report = try PoolTexts(shards: shards, workers: workers, kept: kept, isPlain: isPlain)
      .read(areRows ? rows : candidates, .choose) { Collector(found: found) }
    return (found.value, report)
  }

  /// The candidates, as they would be if they were rows of tables.
  private var rows: [Candidate] {
    candidates.map { candidate in
      Candidate(
        key: 1, textHash: candidate.textHash, position: candidate.position, lineByteCount: 0,
        textByteCount: candidate.textByteCount, tokenCount: 2)
    }
  }

  private func check(_ found: Found) {
    #expect(found.texts.count == texts.count)
    for (number, text) in texts.enumerated() where found.texts[number] != text {
      Issue.record("candidate \(number) has another text, or none")
    }
    #expect(found.chunkCount > 0)
  }

  private func isChanged(_ error: any Error, _ path: String) -> Bool {
    guard case PipelineError.input(.reading(.changed(let changed), line: nil)) = error else {
      return false
    }
    return changed == path
  }

  @Test(arguments: [1, 2, 7])
  func `The pool isn't read if all were kept`(threadCount: Int) throws {
    let kept = kept { _ in true }
    let (found, report) = try read(kept, threadCount: threadCount)
    check(found)
    #expect(report.shards.isEmpty)
    // A long record ends a chunk of its own: the memory of a reader is bounded.
    #expect(found.chunkCount >= 3 * 2)
  }

  @Test(arguments: [1, 2, 7])
  func `What wasn't kept is read in the pool, and kept then`(threadCount: Int) throws {
    for isKept: (Int) -> Bool in [{ $0 % 5 > 0 }, { $0 == 3 }, { $0 > 500 }, { _ in false }] {
      let kept = kept(isKept)
      let (found, report) = try read(kept, threadCount: threadCount)
      check(found)
      #expect(report.shards.count == 3)
      let (again, second) = try read(kept, threadCount: threadCount)
      check(again)
      #expect(second.shards.isEmpty)
    }
    let second = kept(keepsShard: [false, true, false]) { _ in true }
    let (found, report) = try read(second, threadCount: threadCount)
    check(found)
    #expect(report.shards.count == 3)
    let (plain, _) = try read(nil, threadCount: threadCount)
    check(plain)
  }

  @Test(arguments: [1, 2, 7])
  func `Plain files are read where the candidates are`(threadCount: Int) throws {
    let plain = try PlacedTextsTests(isPlain: [true, true, true])
    let (found, report) = try plain.read(
      nil, isPlain: [true, true, true], threadCount: threadCount)
    plain.check(found)
    #expect(report.shards.isEmpty)
    let mixed = try PlacedTextsTests(isPlain: [true, false, true])
    for isKept in [true, false] {
      let kept = mixed.kept(keepsShard: [false, true, false]) { _ in isKept }
      let (found, report) = try mixed.read(
        kept, isPlain: [true, false, true], threadCount: threadCount)
      mixed.check(found)
      #expect(report.shards.isEmpty == isKept)
    }
    let (ofRows, whole) = try plain.read(
      nil, isPlain: [true, true, true], areRows: true, threadCount: threadCount)
    plain.check(ofRows)
    #expect(whole.shards.count == 3, "rows aren't read one by one")
    let path = plain.directory.url.appending(path: "2.jsonl.zst").path
    try Data("{}\n".utf8).write(to: URL(filePath: path))
    #expect {
      _ = try plain.read(nil, isPlain: [true, true, true], threadCount: threadCount)
    } throws: {
      isChanged($0, path)
    }
  }

  @Test func `A pool that has changed is noticed`() throws {
    let kept = kept { _ in true }
    let path = directory.url.appending(path: "1.jsonl.zst").path
    try Data("{}\n".utf8).write(to: URL(filePath: path))
    #expect {
      _ = try read(kept, threadCount: 2)
    } throws: {
      isChanged($0, path)
    }
  }

  @Test func `A record with another text is noticed`() throws {
    let kept = KeptRecords(
      directory: directory.url.path, keepsShard: [true, true, true],
      freeByteCount: { _ in 1 << 40 })
    var writer = KeptRecordWriter(kept)
    let other = lines[9].replacing("ord", with: "ard")
    writer.add(Array(other.utf8).span, at: candidates[9].position)
    writer.endChunk()
    let path = directory.url.appending(path: "0.jsonl.zst").path
    #expect {
      _ = try read(kept, threadCount: 2)
    } throws: {
      isChanged($0, path)
    }
  }
}
