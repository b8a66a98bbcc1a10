import Foundation
import Platform
import Reading
import Resampling
import TestSupport
import Testing
import Weighting

@testable import Pipeline

/// The records of all documents that are drawn were kept by the pass that weighed them.
@Suite struct CandidateKeeperTests {
  private let directory: TemporaryDirectory
  private let shards: [Shard]
  private let lines: [Position: String]

  init() throws {
    directory = try TemporaryDirectory()
    var (shards, lines): ([Shard], [Position: String]) = ([], [:])
    var numbers = Array(0..<9000)
    var random = SplitMix64(state: 3)
    numbers.shuffle(using: &random)
    for shard in 0..<3 {
      var text = ""
      for number in numbers[3000 * shard..<3000 * shard + 3000] {
        // "\u0077ord" is unescaped in place.
        let line = #"{"d":"\#(number % 3)","text":"\#(number) \u0077ord\n"}"#
        lines[Position(shard: shard, place: text.utf8.count)] = line
        text += line + "\n"
      }
      let path = try directory.write(
        Containers.zstd(Data(text.utf8), in: directory), to: "\(shard).jsonl.zst")
      shards.append(try Shard(path: path))
    }
    (self.shards, self.lines) = (shards, lines)
  }

  private func recipe(_ change: (inout DrawRecipe) -> Void = { _ in }) -> DrawRecipe {
    var recipe = DrawRecipe(draw: DrawSettings(), seeds: [7])
    recipe.draw.minimumTokenCount = 0
    recipe.temperatures = [50]
    change(&recipe)
    return recipe
  }

  /// Draws, and compares the kept records of the documents with the lines of the pool.
  ///
  /// - Returns: the size of what was kept.
  private func check(
    _ recipe: DrawRecipe, _ budget: Budget, keepsShard: [Bool] = [true, true, true],
    waitsForTargets: Bool = false, mostBytes: Int = 1 << 30, threadCount: Int = 2
  ) throws -> Int {
    let workers = DocumentWorkers(
      threadCount: threadCount, textField: "text", limits: ReadingLimits(), errorPolicy: .fail,
      fields: recipe.strata == nil ? [] : ["d"], chunkSize: 1024,
      progress: ProgressMeter(show: nil))
    let kept = KeptRecords(
      directory: directory.url.path, keepsShard: keepsShard, mostBytes: mostBytes,
      freeByteCount: { _ in 1 << 40 })
    var draw = Draw(workers: workers, recipe: recipe, budget: budget)
    if recipe.strata != nil { draw.stratumField = 0 }
    draw.keeping = DrawStep.Keeping(records: kept, waitsForTargets: waitsForTargets)
    let drawn = try draw.run(shards) { FirstWordReader() }.documents(epoch: 0)
    #expect(!drawn.isEmpty)
    let request = DocumentRequest(textField: "text")
    for shard in shards.indices {
      var reader = try KeptRecordReader(
        kept, kept.extents(ofShard: shard), of: shards[shard], request, ReadingLimits())
      for document in drawn where document.candidate.position.shard == shard {
        try reader.read(
          at: document.candidate.position.place, byteCount: document.candidate.lineByteCount)
        try reader.withLine { line in
          let text = String(decoding: line.indices.map { line[$0] }, as: UTF8.self)
          #expect(text == lines[document.candidate.position])
        }
      }
      if keepsShard[shard], !waitsForTargets, mostBytes > 1 << 20 {
        #expect(reader.storedByteCount == 0, "something was read in the pool")
      }
      try reader.finish()
    }
    return kept.byteCount
  }

  @Test(arguments: [1, 2, 5])
  func `All that is drawn was kept, and not much else`(threadCount: Int) throws {
    let all = lines.values.reduce(0) { $0 + $1.utf8.count }
    let size = try check(recipe(), .documents(20), threadCount: threadCount)
    // No threshold is known before 1,024 documents have come.
    #expect(size > 0 && size < all / 3)
    for budget in [Budget.documents(3000), .documents(50_000), .bytes(20_000)] {
      _ = try check(recipe(), budget, threadCount: threadCount)
    }
  }

  @Test func `Parts, targets, strata and copies have their records too`() throws {
    _ = try check(recipe { $0.replay = 0.5 }, .documents(60))
    _ = try check(
      recipe {
        $0.targetCount = 2
        $0.temperatures = [50, 50]
        $0.targets = Apportionment(counts: [1, 2])
      }, .documents(60))
    _ = try check(
      recipe {
        $0.strata = Strata(names: ["0", "1", "2"], shares: Apportionment(counts: [5, 3, 2]))
      },
      .documents(60))
    _ = try check(recipe { $0.draw.keepsDuplicates = true }, .documents(60))
  }

  @Test func `What isn't kept is read in the pool`() throws {
    _ = try check(recipe(), .documents(60), keepsShard: [true, false, true])
    #expect(try check(recipe(), .documents(60), mostBytes: 500) == 0)
    // Candidates are kept when they are read again; those of a random part aren't.
    #expect(try check(recipe(), .documents(60), waitsForTargets: true) == 0)
    let replayed = recipe { $0.replay = 0.5 }
    #expect(try check(replayed, .documents(60), waitsForTargets: true) > 0)
  }

  @Test func `A long line isn't held twice`() throws {
    let kept = KeptRecords(directory: directory.url.path, keepsShard: [true])
    let keeper = CandidateKeeper(
      DrawStep.Keeping(records: kept, waitsForTargets: false),
      recipe().selector(.documents(5), fills: false).plan)
    let position = Position(shard: 0, place: 0)
    let answers = [512 << 10, (512 << 10) + 1].map { count in
      keeper.keeps(RecordPlace(position: position, byteCount: count))
    }
    #expect(answers == [true, false])
  }

  /// The sum of min(1, f n / i) for i = 1, …, n, over n.
  @Test(arguments: [0.01, 0.1, 0.25, 1])
  func `The share that is kept is what a pool in random order gives`(share: Double) {
    let count = 100_000
    let sum = (1...count).reduce(0.0) { $0 + min(1, share * Double(count) / Double($1)) }
    let found = DrawStep.Keeping.share(drawn: share, targetCount: 1)
    #expect(abs(found - sum / Double(count)) < 0.001)
  }
}
