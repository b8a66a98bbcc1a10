import Foundation
import TestSupport
import Testing

/// Several draws in one output, and random draws.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct EpochTests {
  private let directory: TemporaryDirectory
  private let lines: [Data]

  init() throws {
    directory = try TemporaryDirectory()
    var random = SplitMix64(state: 11)
    lines = (0..<240).map { number in
      let quality = Double.random(in: -2...2, using: &random)
      return Data("{\"text\": \"document \(number)\", \"q\": \(quality)}".utf8)
    }
    try directory.write(lines.joinedLines, to: "pool.jsonl")
  }

  private func draw(
    _ options: [String], from pool: String = "pool.jsonl"
  ) throws -> (lines: [Data], manifest: JSON) {
    try Stages.run(
      ["resample", pool, "--field", "q", "-o", "out.jsonl", "--force"] + options, in: directory)
    return try (directory.read("out.jsonl").rawLines, directory.json("out.jsonl.manifest.json"))
  }

  /// The lines of each epoch.
  private func epochs(_ drawn: (lines: [Data], manifest: JSON)) throws -> [[Data]] {
    var start = 0
    return try drawn.manifest.epochs.elements.map { epoch in
      let count = try #require(epoch.documents.int)
      defer { start += count }
      return Array(drawn.lines[start..<start + count])
    }
  }

  @Test(arguments: ["0", "18446744073709551615"])
  func `Each epoch is a draw with its own seed, the first with the given seed`(
    seed: String
  ) throws {
    let drawn = try draw(["--count", "30", "--epochs", "4", "--seed", seed])
    #expect(drawn.lines.count == 120)
    let epochs = try epochs(drawn)
    #expect(Set(epochs).count == 4)
    let seeds = drawn.manifest.epochs.elements.map { $0.seed.number ?? -1 }
    #expect(seeds.dropFirst().allSatisfy { $0 < 0x1p53 } && Set(seeds).count == 4)
    for (number, epoch) in epochs.enumerated() {
      let own = number == 0 ? seed : "\(UInt64(seeds[number]))"
      #expect(try draw(["--count", "30", "--seed", own]).lines == epoch)
    }
  }

  @Test(arguments: [["--count", "70"], ["--bytes", "3kB"], ["--tokens", "150"]])
  func `Without repeats an epoch draws from what the others left`(size: [String]) throws {
    let options = size + ["--epochs", "3", "--without-repeats", "--seed", "9"]
    let drawn = try draw(options)
    let epochs = try epochs(drawn)
    #expect(Set(drawn.lines).count == drawn.lines.count)
    let seeds = drawn.manifest.epochs.elements.map { UInt64($0.seed.number ?? 0) }
    var left = lines
    for (seed, epoch) in zip(seeds, epochs) {
      try directory.write(left.joinedLines, to: "left.jsonl")
      #expect(try draw(size + ["--seed", "\(seed)"], from: "left.jsonl").lines == epoch)
      #expect(!epoch.isEmpty)
      left.removeAll { epoch.contains($0) }
    }
  }

  @Test func `Without repeats the last epoch reports how many documents it lacks`() throws {
    let run = try Dsel.run(
      ["resample", "pool.jsonl", "--field", "q", "--count", "100", "--epochs", "3"]
        + ["--without-repeats", "--top-k", "-o", "out.jsonl"], in: directory)
    #expect(run.status == 0)
    #expect(run.errors.contains("epoch 2"), "\(run.errors)")
    let manifest = try directory.json("out.jsonl.manifest.json")
    #expect(manifest.epochs.elements.map(\.documents.int) == [100, 100, 40])
    #expect(manifest.selected.shortfall.int == 60)
    #expect(try Set(directory.read("out.jsonl").rawLines) == Set(lines))
  }

  @Test(arguments: [[], ["--without-repeats"]])
  func `Shuffled epochs have their documents in different orders`(options: [String]) throws {
    let options = options + ["--count", "60", "--epochs", "3"]
    let plain = try epochs(draw(options))
    let shuffled = try draw(options + ["--shuffle"])
    #expect(try epochs(shuffled).map(Set.init) == plain.map(Set.init))
    #expect(try zip(epochs(shuffled), plain).allSatisfy { $0 != $1 })
    #expect(shuffled.manifest.shuffle_seed.int == 0)
    #expect(try draw(options + ["--shuffle"]).lines == shuffled.lines)
    #expect(try draw(options + ["--shuffle", "--shuffle-seed", "4"]).lines != shuffled.lines)
  }

  @Test func `A draw from weights can have epochs`() throws {
    let shards = try Stages.shards(2, in: directory)
    try Stages.weigh(shards, in: directory)
    let command = ["resample", "--weights", "weights.jsonl", "--count", "50", "--logistic-share"]
    let drawn = try Stages.run(
      command + ["0.4", "--epochs", "2", "-o", "two.jsonl", "--pool"] + shards, in: directory)
    #expect(drawn.isEmpty)
    let seeds = try directory.json("two.jsonl.manifest.json").epochs.elements.map {
      "\(UInt64($0.seed.number ?? 0))"
    }
    let each = try seeds.map {
      try Stages.run(command + ["0.4", "--seed", $0, "--pool"] + shards, in: directory)
    }
    #expect(try directory.read("two.jsonl") == each.reduce(Data(), +))
  }

  /// The exact shares of 100, with the remainder's recipient.
  ///
  /// The remainder goes to the larger fraction, and for equal fractions to the part that is drawn
  /// first.
  @Test(arguments: [(0.3, 30), (0.254, 25), (0.256, 26), (0.999, 100), (1, 100), (0, 0)])
  func `The requested number of documents is drawn at random`(share: Double, count: Int) throws {
    let drawn = try draw(["--count", "100", "--replay", "\(share)"])
    #expect(drawn.lines.count == 100 && Set(drawn.lines).count == 100)
    let parts = drawn.manifest.parts.elements
    let random = parts.first { $0.by.string == "random" }
    #expect(random?.documents.int ?? 0 == count)
    let others = parts.filter { $0.by.string != "random" }.compactMap(\.documents.int)
    #expect(share == 0 || others.reduce(0, +) == 100 - count)
  }

  @Test func `The documents drawn at random are a uniform sample`() throws {
    let (documentCount, count, draws) = (40, 10, 60)
    let pool = (0..<documentCount).map {
      Data("{\"text\": \"document \($0)\", \"q\": \($0 * 1000)}".utf8)
    }
    try directory.write(pool.joinedLines, to: "steep.jsonl")
    var inclusions: [Data: Int] = [:]
    for seed in 0..<draws {
      let options = ["--count", "\(count)", "--replay", "1", "--seed", "\(seed)", "--top-k"]
      for line in try draw(options, from: "steep.jsonl").lines { inclusions[line, default: 0] += 1 }
    }
    #expect(inclusions.count == documentCount)
    // A document's count is binomial. The sum of squares, scaled for a draw without replacement, is
    // near χ² with n − 1 degrees of freedom: mean n − 1, variance 2 (n − 1). The bound is five of
    // its standard deviations.
    let share = Double(count) / Double(documentCount)
    let expected = share * Double(draws)
    let freedom = Double(documentCount - 1)
    let squares = inclusions.values.map { pow(Double($0) - expected, 2) }.reduce(0, +)
    let statistic = squares / (expected * (1 - share)) * freedom / Double(documentCount)
    #expect(abs(statistic - freedom) < 5 * (2 * freedom).squareRoot(), "\(statistic)")
  }

  @Test func `The rest is drawn by weights from the documents that random draws left`() throws {
    // Without noise these are the 20 largest documents that the 20 random ones don't include.
    let drawn = try draw(["--count", "40", "--replay", "0.5", "--top-k", "--seed", "3"]).lines
    let random = try draw(["--count", "20", "--replay", "1", "--top-k", "--seed", "3"]).lines
    #expect(Set(random).isSubset(of: drawn))
    let left = try lines.filter { !random.contains($0) }.sorted {
      try #require(JSON($0).q.number) > #require(JSON($1).q.number)
    }
    #expect(Set(drawn) == Set(random + left.prefix(20)))
  }
}
