import Foundation
import Reading
import Resampling
import TestSupport
import Testing

@testable import Pipeline

/// Records that were kept are those of the pool.
@Suite struct KeptRecordsTests {
  private let directory: TemporaryDirectory
  private let shards: [Shard]
  /// Those of all lines, in pool order.
  private let places: [RecordPlace]
  private let lines: [String]

  init() throws {
    directory = try TemporaryDirectory()
    var (shards, places, lines): ([Shard], [RecordPlace], [String]) = ([], [], [])
    for number in 0..<2 {
      var offset = 0
      var text = Data()
      for index in 0..<300 {
        // Some need unescaping in place, and one is longer than what is written at once.
        let count = index == 40 ? 700_000 : index % 9
        let word = String(repeating: "é", count: count)
        let line = "{\"id\":\(index),\"text\":\"\(number) \\n\(word)\"}"
        places.append(
          RecordPlace(
            position: Position(shard: number, place: offset), byteCount: line.utf8.count))
        lines.append(line)
        text += Data((line + "\n").utf8)
        offset += line.utf8.count + 1
      }
      let path = try directory.write(
        Containers.zstd(text, in: directory), to: "\(number).jsonl.zst")
      shards.append(try Shard(path: path))
    }
    (self.shards, self.places, self.lines) = (shards, places, lines)
  }

  private func kept(
    mostBytes: Int = 1 << 30, free: Int = 1 << 40, keepsShard: [Bool] = [true, true]
  ) -> KeptRecords {
    KeptRecords(
      directory: directory.url.path, keepsShard: keepsShard, mostBytes: mostBytes,
      freeByteCount: { _ in free })
  }

  /// Keeps the lines with these numbers as two workers do that take chunks in turns.
  private func keep(_ numbers: [Int], in kept: KeptRecords, chunk: Int = 20) {
    var first = KeptRecordWriter(kept)
    var second = KeptRecordWriter(kept)
    // The second worker is slower: its chunks come in the wrong order.
    for turn in [1, 0] {
      for number in numbers where number / chunk % 2 == turn {
        guard kept.keeps(places[number]) else { continue }
        let bytes = Array(lines[number].utf8)
        if turn == 0 {
          first.add(bytes.span, at: places[number].position)
        } else {
          second.add(bytes.span, at: places[number].position)
        }
        let isLast = !numbers.contains { $0 > number && $0 / chunk == number / chunk }
        if isLast, turn == 0 { first.endChunk() }
        if isLast, turn == 1 { second.endChunk() }
      }
    }
  }

  /// The lines and texts with these numbers.
  private func read(_ numbers: [Int], _ kept: KeptRecords?) throws -> [String] {
    var found: [String] = []
    var records = PlacedRecords(
      shards: shards, limits: ReadingLimits(), progress: ProgressMeter(show: nil))
    records.kept = kept
    try records.forEach(numbers.map { places[$0] }, at: \.self) { _, record in
      try record.withLine { found.append(String(decoding: array(of: $0), as: UTF8.self)) }
      try record.withText { found.append(String(decoding: array(of: $0), as: UTF8.self)) }
    }
    return found
  }

  private func array(of bytes: Span<UInt8>) -> [UInt8] { bytes.indices.map { bytes[$0] } }

  @Test(arguments: [UInt64](1...6))
  func `Chosen records are those of the pool, kept or not`(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    let kept = kept(keepsShard: [true, seed != 2])
    let candidates = lines.indices.filter { _ in Int.random(in: 0..<3, using: &random) > 0 }
    keep(candidates, in: kept)
    #expect(kept.byteCount > 0)
    // From seed 4 on, some weren't candidates.
    let chosen = (seed < 4 ? candidates : Array(lines.indices)).filter { _ in
      Int.random(in: 0..<3, using: &random) == 0
    }
    let expected = try read(chosen, nil)
    #expect(expected.count == 2 * chosen.count)
    #expect(try read(chosen, kept) == expected)
  }

  @Test func `A record may be wanted twice`() throws {
    let kept = kept()
    keep(Array(lines.indices), in: kept)
    var expected: [String] = []
    for number in [3, 3, 40, 40, 41] { expected += try read([number], nil) }
    #expect(try read([3, 3, 40, 40, 41], kept) == expected)
  }

  @Test func `Nothing of the pool is read where all is kept`() throws {
    let kept = kept()
    keep(Array(lines.indices), in: kept)
    let request = DocumentRequest(textField: TextField(Defaults.textField))
    var reader = try KeptRecordReader(
      kept, kept.extents(ofShard: 0), of: shards[0], request, ReadingLimits())
    for place in places.prefix(300) {
      try reader.read(at: place.position.place, byteCount: place.byteCount)
    }
    #expect(reader.storedByteCount == 0)
    try reader.finish()
  }

  @Test(
    arguments: [(0, 1 << 40), (5000, 1 << 40), (1 << 30, 1 << 20), (1 << 30, (256 << 20) + 9000)])
  func `Without room, the pool is read again`(mostBytes: Int, free: Int) throws {
    let kept = kept(mostBytes: mostBytes, free: free)
    keep(Array(lines.indices), in: kept)
    #expect(kept.byteCount == 0)
    #expect(try read([0, 40, 599], kept) == read([0, 40, 599], nil))
  }

  @Test func `A pool that changed since is refused`() throws {
    let kept = kept()
    keep(Array(lines.indices), in: kept)
    let path = directory.path("0.jsonl.zst")
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data([0]))
    try handle.close()
    for kept in [kept, nil] {
      do {
        _ = try read([1], kept)
        Issue.record("no error")
      } catch PipelineError.input(.reading(let error, line: nil)) {
        #expect(error == .changed(path: path))
      }
    }
    // The other shard is what it was.
    #expect(try read([301], kept) == read([301], nil))
  }

  @Test func `When all passes are repeated, what they kept is forgotten`() throws {
    let kept = kept()
    keep([1, 2, 3], in: kept)
    kept.forget()
    #expect(kept.byteCount == 0)
    keep([5, 320], in: kept)
    #expect(try read([2, 5, 320], kept) == read([2, 5, 320], nil))
  }

  @Test func `A pass that keeps fewer records tries again`() throws {
    let kept = kept(mostBytes: 5000)
    #expect(kept.room() == 5000 && self.kept(free: 1 << 30).room() == ((1 << 30) - (256 << 20)) / 5)
    #expect(self.kept(free: 1000).room() == 0)
    keep(Array(lines.indices), in: kept)
    #expect(kept.byteCount == 0)
    keep([1], in: kept)
    #expect(kept.byteCount == 0, "the same pass went on")
    kept.beginPass()
    keep([1, 2], in: kept)
    #expect(kept.byteCount > 0)
    #expect(try read([1, 2, 40], kept) == read([1, 2, 40], nil))
  }

  @Test(arguments: [UInt64](1...6))
  func `Several passes may keep the same records, or others between them`(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    let kept = kept()
    var candidates: Set<Int> = []
    for _ in 0..<3 {
      let some = lines.indices.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
      kept.beginPass()
      keep(some, in: kept, chunk: Int.random(in: 1...40, using: &random))
      candidates.formUnion(some)
    }
    // From seed 4 on, some were in no pass. Each is wanted once or twice.
    let chosen = (seed < 4 ? candidates.sorted() : Array(lines.indices)).flatMap { number in
      Array(repeating: number, count: Int.random(in: 0...2, using: &random))
    }
    var expected: [String] = []
    for (place, number) in chosen.enumerated() {
      if place > 0, chosen[place - 1] == number {
        expected += expected.suffix(2)
      } else {
        expected += try read([number], nil)
      }
    }
    #expect(try read(chosen, kept) == expected)
    guard seed < 4 else { return }
    let request = DocumentRequest(textField: TextField(Defaults.textField))
    var reader = try KeptRecordReader(
      kept, kept.extents(ofShard: 0), of: shards[0], request, ReadingLimits())
    for number in chosen where number < 300 {
      try reader.read(at: places[number].position.place, byteCount: places[number].byteCount)
    }
    #expect(reader.storedByteCount == 0)
  }
}
