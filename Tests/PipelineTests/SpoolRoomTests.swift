import Choosing
import Featurizing
import Foundation
import Reading
import Resampling
import TestSupport
import Testing
import Weighting

@testable import Pipeline

/// The room on the disk for candidates: what is needed, and when a run is refused.
@Suite struct SpoolRoomTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func room(free: Int?) -> SpoolRoom {
    var room = SpoolRoom(directory: directory.path(""), command: .select)
    room.freeByteCount = { _ in free }
    return room
  }

  /// What a refusal says: the needed and the free bytes; nil if there is none.
  private func refusal(_ body: () throws -> Void) throws -> [Int]? {
    do {
      try body()
      return nil
    } catch PipelineError.output(.noRoom(_, let needed, let free, _)) {
      return [needed, free]
    }
  }

  @Test func `A run is refused if half of what is to come has no room`() throws {
    #expect(try refusal { try room(free: 1999).check(byteCount: 4000) } == [4000, 1999])
    #expect(try refusal { try room(free: 2000).check(byteCount: 4000) } == nil)
    // 1,600 bytes are written, so half of the other 2,400 is to come.
    #expect(
      try refusal { try room(free: 1199).check(byteCount: 4000, written: 1600) } == [4000, 2799])
    #expect(try refusal { try room(free: 1200).check(byteCount: 4000, written: 1600) } == nil)
    #expect(try refusal { try room(free: nil).check(byteCount: 4000) } == nil)
  }

  @Test func `A pool is looked at only if the disk isn't much larger`() {
    #expect(!room(free: 6400).mayLack(storedByteCount: 100))
    #expect(room(free: 6399).mayLack(storedByteCount: 101))
    #expect(!room(free: nil).mayLack(storedByteCount: 100))
  }

  /// Adds records of 13 words to a spool that holds 100, eight at a time.
  private func fill(_ candidateCount: Int, free: Int) throws -> Int {
    let spool = CandidateSpool(
      sliceCount: 1, room: room(free: free), candidateCount: candidateCount, mostHeld: 100)
    for start in stride(from: 0, to: candidateCount, by: 8) {
      let numbers = start..<min(start + 8, candidateCount)
      var words: [UInt32] = []
      for number in numbers { words += [UInt32(number), 10, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }
      try spool.add(words, textHashes: numbers.map { UInt64($0) })
    }
    return spool.wordCounts.reduce(0, +)
  }

  @Test func `A spool that outgrows the disk is refused when it first writes`() throws {
    // 100 records have 1,300 words, or 5,200 bytes. They are known from the first eight.
    #expect(try refusal { _ = try fill(100, free: 2596) } == [5200, 2596])
    #expect(try fill(100, free: 2600) == 1300)
  }

  /// Keeps ten bytes of each candidate, of which memory holds 100.
  private func keep(_ candidateCount: Int, free: Int) throws {
    let store = CandidateBytes(count: candidateCount, room: room(free: free), mostHeld: 100)
    for number in 0..<candidateCount {
      try store.put(Array(repeating: UInt8(number), count: 10), of: number)
    }
    for number in 0..<candidateCount {
      #expect(try store.bytes(of: number) == Array(repeating: UInt8(number), count: 10))
    }
  }

  @Test func `Features that outgrow the disk are refused when they are first written`() throws {
    // 200 candidates have 2,000 bytes. They are known from the first eleven.
    #expect(try refusal { try keep(200, free: 999) } == [2000, 999])
    #expect(try refusal { try keep(200, free: 1000) } == nil)
    // What memory holds is never refused.
    #expect(try refusal { try keep(10, free: 0) } == nil)
  }

  // MARK: Estimates

  /// 30,000 documents of 101 tokens, of which the target has all but the last: 100 tokens and the
  /// 99 pairs between them. A record has three words before these 199.
  private static let documentCount = 30_000
  private static let wordsOfRecord = 202

  private static func words(_ count: Int) -> String {
    (0..<count).map { "w\($0)" }.joined(separator: " ")
  }

  private func pool(_ documentCount: Int = documentCount) -> String {
    let words = Self.words(100)
    return (0..<documentCount).map { "{\"text\":\"\(words) n\($0 + 100_000)\"}\n" }.joined()
  }

  private static func profile(_ text: String) -> TargetProfile {
    var counts = FeatureCounts(bucketCount: FeatureSettings().bucketCount)
    var featurizer = Featurizer(FeatureSettings(), tables: UnicodeTables())
    counts.addDocument(Array(text.utf8).span, featurizer: &featurizer)
    return TargetProfile(bucketCounts: counts.counts, tokenCount: counts.tokenCount)
  }

  private func sample(_ paths: [String], minimumLength: Int = 100) throws -> PoolSample {
    PoolSample(
      try paths.map { try Shard(path: $0) }, [Self.profile(Self.words(100)), Self.profile("w1")],
      .init(
        features: FeatureSettings(), lengths: LengthRange(minimum: minimumLength),
        reading: ReadingSettings()))
  }

  /// Whether a number agrees with the expected one within 0.1 %: some n-grams share a bucket.
  private func agree(_ found: Int, _ expected: Int) -> Bool {
    abs(found - expected) <= expected / 1000
  }

  @Test(arguments: [1, 7, 40])
  func `The estimate is exact if all documents are alike`(shardCount: Int) throws {
    let lines = Data(pool().utf8).rawLines
    let paths = try (0..<shardCount).map { number in
      let part = lines[
        (lines.count * number / shardCount)..<(lines.count * (number + 1) / shardCount)]
      return try directory.write(Array(part).joinedLines, to: "shard\(number)")
    }
    let sample = try sample(paths)
    #expect(agree(sample.poolDocumentCount, Self.documentCount))
    // Candidates: 9,000 documents, and a fifth of the 30,000.
    #expect(
      agree(sample.wordCount(.documents(9000), shares: [1, 0]), 15_000 * Self.wordsOfRecord))
    // 6,000 documents of 101 tokens, and again a fifth of all.
    #expect(
      agree(sample.wordCount(.tokens(606_000), shares: [1, 0]), 12_000 * Self.wordsOfRecord))
    // The second target has one n-gram of theirs, so the first decides even with a tenth.
    #expect(
      agree(sample.wordCount(.documents(9000), shares: [0.1, 0.9]), 1500 * Self.wordsOfRecord))
    // At least 10,000 documents are candidates.
    #expect(
      agree(sample.wordCount(.documents(10), shares: [1, 0]), 10_000 * Self.wordsOfRecord))
    // Nothing is chosen if all is selected.
    #expect(sample.wordCount(.documents(40_000), shares: [1, 0]) == 0)
  }

  @Test func `The estimate of compact features is exact if all documents are alike`() throws {
    let sample = try sample([directory.write(pool(), to: "pool")])
    // Ranks are nearly all of 0 to 198: the differences between them are 1, which take a byte.
    #expect(agree(sample.byteCount(.documents(9000)), 9000 * 199))
    #expect(agree(sample.byteCount(.tokens(606_000)), 6000 * 199))
    // No more than there are.
    #expect(agree(sample.byteCount(.documents(90_000)), Self.documentCount * 199))
  }

  @Test func `Short documents and invalid lines are no candidates`() throws {
    let path = try directory.write(pool(1000) + "{\"text\":1}\nno JSON\n", to: "pool")
    #expect(try sample([path], minimumLength: 102).wordCount(.documents(5), shares: [1, 0]) == 0)
    // All thousand are candidates.
    #expect(
      agree(
        try sample([path]).wordCount(.documents(5), shares: [1, 0]), 1000 * Self.wordsOfRecord))
    #expect(try sample([path]).poolDocumentCount == 1002)
  }

  @Test func `Compressed and damaged files give no larger estimate`() throws {
    let packed = try Containers.zstd(Data(pool().utf8), in: directory)
    let whole = try sample([directory.write(packed, to: "pool.zst")])
    let words = whole.wordCount(.documents(9000), shares: [1, 0])
    #expect(words > 0 && words <= 15_000 * Self.wordsOfRecord * 1001 / 1000)
    let damaged = try sample([directory.write(packed.dropLast(packed.count / 2), to: "half.zst")])
    #expect(damaged.wordCount(.documents(9000), shares: [1, 0]) <= words)
    #expect(try sample([]).wordCount(.documents(9), shares: [1, 0]) == 0)
  }
}
