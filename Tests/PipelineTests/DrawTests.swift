import Foundation
import Platform
import Reading
import Resampling
import TestSupport
import Testing
import Weighting

@testable import Pipeline

/// The draw from a pool, against a plain sort of keys.
@Suite struct DrawTests {
  private struct Document {
    var text: String
    var stratum = ""

    /// The first word of the text.
    var logWeight: Double { Double(text.split(separator: " ")[0]) ?? .nan }
    var textHash: UInt64 { TextHash.of(Array(text.utf8).span) }
  }

  private let directory: TemporaryDirectory
  private static let shardCount = 3

  init() throws { directory = try TemporaryDirectory() }

  /// Documents of different weights.
  private static func pool(_ count: Int, stratum: (Int) -> String = { _ in "" }) -> [Document] {
    var numbers = Array(0..<count)
    var random = SplitMix64(state: UInt64(count))
    numbers.shuffle(using: &random)
    return numbers.map { Document(text: "\(Double($0) / 8) word", stratum: stratum($0)) }
  }

  private static func recipe(_ change: (inout DrawRecipe) -> Void = { _ in }) -> DrawRecipe {
    var recipe = DrawRecipe(draw: DrawSettings(), seeds: [7])
    recipe.draw.minimumTokenCount = 0
    change(&recipe)
    return recipe
  }

  private struct Run {
    var outcome: Drawn
    var pool: [Position: Document]
    var readerCount: Int

    /// The documents of an epoch, in pool order.
    func documents(epoch: Int = 0) -> [Document] {
      outcome.documents(epoch: epoch).compactMap { pool[$0.candidate.position] }
    }

    /// The texts of an epoch, sorted.
    func texts(epoch: Int = 0) -> [String] { documents(epoch: epoch).map(\.text).sorted() }
  }

  private func draw(
    _ pool: [Document], _ recipe: DrawRecipe, _ budget: Budget, fills: Bool = false,
    threadCount: Int = 2
  ) throws -> Run {
    var places: [Position: Document] = [:]
    var shards: [Shard] = []
    for number in 0..<Self.shardCount {
      var text = ""
      for document in pool[pool.count * number / 3..<pool.count * (number + 1) / 3] {
        places[Position(shard: number, place: text.utf8.count)] = document
        text += "{\"text\":\"\(document.text)\",\"d\":\"\(document.stratum)\"}\n"
      }
      shards.append(try Shard(path: directory.write(text, to: "\(number).jsonl")))
    }
    var workers = DocumentWorkers(
      threadCount: threadCount, textField: "text", limits: ReadingLimits(), errorPolicy: .fail,
      chunkSize: 4096, progress: ProgressMeter(show: nil))
    var run = Draw(workers: workers, recipe: recipe, budget: budget)
    if recipe.strata != nil {
      workers.fields = ["d"]
      run.workers = workers
      run.stratumField = 0
    }
    run.fills = fills
    let readerCount = Counter()
    let outcome = try run.run(shards) {
      readerCount.add()
      return FirstWordReader()
    }
    return Run(outcome: outcome, pool: places, readerCount: readerCount.value)
  }

  private final class Counter: Sendable {
    private let count = Lock(0)
    func add() { count.withLock { $0 += 1 } }
    var value: Int { count.withLock { $0 } }
  }

  /// The texts with the largest keys, sorted.
  private static func best(
    _ count: Int, of documents: some Sequence<Document>, by key: (Document) -> Double
  ) -> [String] {
    documents.sorted { key($0) > key($1) }.prefix(count).map(\.text).sorted()
  }

  private static func key(
    _ seed: UInt64, temperature: Double = 1, purpose: SeededHash.Purpose = .noise
  ) -> (Document) -> Double {
    let noise = GumbelNoise(seed: seed, purpose: purpose)
    return { $0.logWeight / temperature + noise.noise(of: $0.textHash) }
  }

  @Test(arguments: [1, 2, 7])
  func `The largest log weights are drawn without noise, and the largest keys with it`(
    threadCount: Int
  ) throws {
    let pool = Self.pool(600)
    let topK = try draw(
      pool, Self.recipe { $0.draw.addsNoise = false }, .documents(50), threadCount: threadCount)
    #expect(topK.texts() == Self.best(50, of: pool, by: \.logWeight))
    #expect(topK.outcome.overlap(Self.recipe { $0.draw.addsNoise = false }) == 1)
    let noisy = try draw(
      pool, Self.recipe { $0.temperatures = [20] }, .documents(50), threadCount: threadCount)
    #expect(noisy.texts() == Self.best(50, of: pool, by: Self.key(7, temperature: 20)))
    #expect(noisy.texts() != topK.texts())
    #expect(noisy.outcome.weighed.eligibleCount == 600 && !noisy.outcome.isExhausted)
    #expect(noisy.outcome.shortfall == 0)
  }

  @Test func `A draw above the number of documents takes all, and reports the shortfall`() throws {
    let pool = Self.pool(60)
    let drawn = try draw(pool, Self.recipe(), .documents(100))
    #expect(drawn.texts() == pool.map(\.text).sorted())
    #expect(drawn.outcome.shortfall == 40 && drawn.outcome.isExhausted)
  }

  @Test func `Documents under the minimum length are not eligible`() throws {
    let pool = Self.pool(60) + [Document(text: "999")]
    let drawn = try draw(
      pool, Self.recipe { $0.draw.minimumTokenCount = 2 }, .documents(1))
    #expect(drawn.outcome.weighed.underMinimumCount == 1)
    #expect(drawn.outcome.weighed.eligibleCount == 60)
    #expect(drawn.texts() != ["999"])
  }

  @Test func `Each epoch is the draw of its own seed`() throws {
    let pool = Self.pool(300)
    let drawn = try draw(
      pool,
      Self.recipe {
        $0.seeds = [7, 8]
        $0.temperatures = [20]
      }, .documents(30))
    for (epoch, seed) in [(0, 7), (1, 8)] as [(Int, UInt64)] {
      #expect(
        drawn.texts(epoch: epoch) == Self.best(30, of: pool, by: Self.key(seed, temperature: 20)))
    }
  }

  @Test func `Epochs without repeats draw from the documents that earlier ones left`() throws {
    let pool = Self.pool(300)
    let drawn = try draw(
      pool,
      Self.recipe {
        $0.seeds = [7, 8]
        $0.areEpochsDisjoint = true
      }, .documents(30))
    let first = Self.best(30, of: pool, by: Self.key(7))
    #expect(drawn.texts(epoch: 0) == first)
    let rest = pool.filter { !first.contains($0.text) }
    #expect(drawn.texts(epoch: 1) == Self.best(30, of: rest, by: Self.key(8)))
  }

  /// A quarter of 40 each: replay draws at random, and the regression by log odds.
  ///
  /// The log odds are the negated log weights.
  @Test func `Replay draws first, and the regression from the rest`() throws {
    let pool = Self.pool(300)
    let replayed = try draw(
      pool,
      Self.recipe {
        $0.replay = 0.25
        $0.draw.addsNoise = false
      }, .documents(40))
    let noise = GumbelNoise(seed: 7, purpose: .replayNoise)
    let random = Self.best(10, of: pool) { noise.noise(of: $0.textHash) }
    let rest = pool.filter { !random.contains($0.text) }
    #expect(
      replayed.texts() == (random + Self.best(30, of: rest, by: \.logWeight)).sorted())
    #expect(replayed.outcome.documents(epoch: 0).count { $0.target == nil } == 10)

    let parted = try draw(
      pool,
      Self.recipe {
        $0.draw.logisticShare = 0.25
        $0.draw.addsNoise = false
      }, .documents(40))
    #expect(
      parted.texts()
        == (Self.best(30, of: pool, by: \.logWeight)
        + Self.best(10, of: pool) { -$0.logWeight }).sorted())
    #expect(parted.outcome.logisticCount == 10)
  }

  /// One stratum has 3 documents, the other 57. Each is to get half of 20.
  @Test(arguments: [false, true])
  func `A short stratum leaves its share to the others only with fills`(
    fills: Bool
  ) throws {
    let pool = Self.pool(60) { $0 < 3 ? "few" : "many" }
    let recipe = Self.recipe {
      $0.strata = Strata(names: ["few", "many"], shares: Apportionment(counts: [1, 1]))
      $0.draw.addsNoise = false
    }
    let drawn = try draw(pool, recipe, .documents(20), fills: fills)
    let counts = Dictionary(grouping: drawn.documents(), by: \.stratum).mapValues(\.count)
    #expect(counts == ["few": 3, "many": fills ? 17 : 10])
    #expect(drawn.outcome.shortfall == (fills ? 0 : 7))
    #expect(
      drawn.documents().filter { $0.stratum == "many" }.map(\.text).sorted()
        == Self.best(
          fills ? 17 : 10, of: pool.filter { $0.stratum == "many" }, by: \.logWeight))
    #expect(drawn.outcome.weighed.outsideCount == 0)
  }

  @Test func `Documents without a stratum are counted as outside`() throws {
    let pool = Self.pool(60) { $0 % 2 == 0 ? "in" : "out" }
    let recipe = Self.recipe {
      $0.strata = Strata(names: ["in"], shares: Apportionment(counts: [1]))
    }
    let drawn = try draw(pool, recipe, .documents(60))
    #expect(drawn.outcome.weighed.outsideCount == 30)
    #expect(drawn.documents().count == 30)
    #expect(drawn.documents().allSatisfy { $0.stratum == "in" })
  }

  /// The first stratum draws the 6,000 best of 24,000 texts; the second must draw the next 6,000.
  ///
  /// In the first pass the second keeps only some 375 more than 6,000, so the pool is read again.
  @Test func `A stratum whose texts others drew gets the next best in another pass`() throws {
    let texts = Self.pool(24_000)
    let pool = ["a", "b"].flatMap { stratum in
      texts.map { Document(text: $0.text, stratum: stratum) }
    }
    let recipe = Self.recipe {
      $0.strata = Strata(names: ["a", "b"], shares: Apportionment(counts: [1, 1]))
      $0.draw.addsNoise = false
    }
    let drawn = try draw(pool, recipe, .documents(12_000), threadCount: 1)
    let sorted = texts.sorted { $0.logWeight > $1.logWeight }.map(\.text)
    let byStratum = Dictionary(grouping: drawn.documents(), by: \.stratum)
      .mapValues { Set($0.map(\.text)) }
    #expect(byStratum["a"] == Set(sorted[..<6000]))
    #expect(byStratum["b"] == Set(sorted[6000..<12_000]))
    #expect(drawn.readerCount > 1)
  }
}
