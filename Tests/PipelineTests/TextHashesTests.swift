import Resampling
import TestSupport
import Testing

@testable import Pipeline

@Suite struct TextHashesTests {
  @Test(arguments: [1, 7, 100, 1000])
  func `Up to the capacity every text is known, and no other is`(batch: Int) {
    var random = SplitMix64(state: 3)
    let known = (0..<1000).map { _ in random.next() }
    var hashes = TextHashes(capacity: 1000)
    for start in stride(from: 0, to: 1000, by: batch) {
      // Some texts are added twice.
      hashes.add(Array(known[start..<min(start + batch, 1000)]) + known.prefix(5))
    }
    hashes.trim()
    #expect(hashes.isWhole && known.allSatisfy { hashes.contains($0) })
    #expect(!(0..<1000).contains { _ in hashes.contains(random.next()) })
    #expect(hashes.scaled(17) == 17)
  }

  @Test(arguments: 0..<5 as Range<UInt64>)
  func `Beyond the capacity the smallest hashes are kept in any order, and counts are scaled`(
    seed: UInt64
  ) {
    var random = SplitMix64(state: seed)
    let all = (0..<20_000).map { _ in random.next() }
    let smallest = all.sorted().prefix(1000)
    for order in [all, all.reversed(), all.shuffled(using: &random)] {
      var halves = [TextHashes(capacity: 1000), TextHashes(capacity: 1000)]
      for start in stride(from: 0, to: 20_000, by: 250) {
        halves[start / 250 % 2].add(Array(order[start..<start + 250]))
      }
      var hashes = halves[0]
      hashes.trim()
      halves[1].trim()
      hashes.merge(halves[1])
      #expect(!hashes.isWhole && hashes.threshold == smallest.last)
      #expect(all.filter { hashes.contains($0) }.sorted() == Array(smallest))
      // 1,000 of 20,000 are known, so 1,000 found ones stand for about 20,000, within 4 × 20,000 /
      // √1,000.
      #expect(abs(hashes.scaled(1000) - 20_000) < 2530)
    }
  }
}

@Suite struct WeighedPlacesTests {
  private static func hash(_ number: Int) -> UInt64 {
    PositionHash.of(Position(shard: 0, place: number))
  }

  @Test func `A repeated place is found among a few, and the first one is reported`() {
    let places = WeighedPlaces(shardCount: 1)
    for number in [5, 9, 3, 7, 9, 3] {
      _ = places.add(Position(shard: 0, place: number), hash: Self.hash(number))
    }
    #expect(places.firstRepeat == Position(shard: 0, place: 3))
  }

  @Test func `Places of a file named twice are found among many, and no others`() {
    let count = 5 * WeighedPlaces.capacity
    let places = WeighedPlaces(shardCount: 2)
    var threshold = UInt64.max
    func add(_ range: Range<Int>) {
      for number in range where Self.hash(number) <= threshold {
        threshold = places.add(Position(shard: 0, place: number), hash: Self.hash(number))
      }
    }
    add(0..<count)
    #expect(places.firstRepeat == nil)
    #expect(threshold < .max)
    // A hundredth of the places, which is 650 of those that are checked.
    add(count / 2..<count / 2 + count / 100)
    #expect(places.firstRepeat != nil)
  }

  @Test func `The same two of several paths for one shard are reported, in any order`() {
    let claims = [("b", 1), ("x/a", 2), ("y/a", .max), ("c", 1)]
    var random = SplitMix64(state: 1)
    for _ in 0..<20 {
      let places = WeighedPlaces(shardCount: 2)
      for (path, steps) in claims.shuffled(using: &random) {
        places.claim(path, ShardFinder.Match(shard: 1, commonSteps: steps))
      }
      places.claim("z", ShardFinder.Match(shard: 0, commonSteps: 1))
      places.claim("./z", ShardFinder.Match(shard: 0, commonSteps: 1))
      let conflict = places.conflict
      #expect(conflict?.shard == 1 && conflict?.path == "x/a" && conflict?.other == "y/a")
    }
  }
}
