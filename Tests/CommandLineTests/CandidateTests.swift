import Foundation
import TestSupport
import Testing

/// A pool's shards, each fitted and weighed by its own process, give the draw of one `select`.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct CandidateTests {
  private let directory: TemporaryDirectory
  private let shards: [String]

  init() throws {
    directory = try TemporaryDirectory()
    shards = try Stages.shards(7, in: directory)
    // Copies across shards: the first one in the order of names represents the others.
    for (from, to) in [(6, 0), (3, 1), (0, 5)] {
      let copies = try directory.read(shards[from]).rawLines.prefix(20)
      try directory.write(directory.read(shards[to]) + Array(copies).joinedLines, to: shards[to])
    }
  }

  @Test(
    arguments: 0..<2 as Range<UInt64>,
    [
      ["--logistic-share", "0.3"], ["--top-k"], ["--seed", "7", "--temperature", "4"],
      ["--estimator", "shrunk"],
    ])
  func `Shards in separate processes, in any order and some twice, equal one select`(
    seed: UInt64, options: [String]
  ) throws {
    var random = SplitMix64(state: seed)
    let selected = try Dsel.select(
      pool: shards, Stages.buckets + options + ["--count", "200"], in: directory)
    try #require(selected.output.rawLines.count == 200, "\(selected.errors)")

    let twice = shards.shuffled(using: &random).prefix(3)
    for shard in (shards + twice).shuffled(using: &random) {
      try Stages.run(
        ["fit", shard, "-o", "\(shard).model", "--force"] + Stages.buckets, in: directory)
    }
    let models = shards.map { "\($0).model" }.shuffled(using: &random)
    try Stages.run(["merge"] + models + ["-o", "pool.model.zst"], in: directory)
    let wiki = try Stages.models().path("wiki.model")
    for shard in (shards + twice).shuffled(using: &random) {
      try Stages.run(
        ["weigh", "--target-model", wiki, "--pool-model", "pool.model.zst", shard]
          + ["--candidates", "200", "-o", "\(shard).candidates.zst", "--force"] + options,
        in: directory)
    }
    let candidates = shards.map { "\($0).candidates.zst" }.shuffled(using: &random)
    try Stages.run(["merge"] + candidates + ["-o", "all.candidates"], in: directory)
    for (count, expected) in [
      (200, selected.output),
      // The candidates for a large draw contain those for a smaller one.
      (
        45,
        try Dsel.select(pool: shards, Stages.buckets + options + ["--count", "45"], in: directory)
          .output
      ),
    ] {
      let size = count == 200 ? [] : ["--count", "\(count)"]
      let parts = try shards.map { shard in
        try Stages.run(
          ["resample", "--candidates", "all.candidates", "--pool", shard] + size, in: directory)
      }
      #expect(parts.reduce(Data(), +) == expected, "\(count)")
      #expect(
        try Stages.run(
          ["resample", "--candidates", "all.candidates", "--pool"] + shards + size, in: directory)
          == expected)
      // Merging the candidates beforehand isn't necessary.
      #expect(
        try Stages.run(
          ["resample", "--candidates"] + candidates + ["--pool"] + shards + size, in: directory)
          == expected)
    }
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func `Merging in any order and grouping gives the bytes of a single run`(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    let weigh =
      try ["weigh", "--candidates", "60", "--logistic-share", "0.3"]
      + Stages.modelOptions()
    let fit = ["fit"] + Stages.buckets
    for (name, command) in [("model", fit), ("candidates", weigh)] {
      try Stages.run(command + shards + ["-o", "whole.\(name)"], in: directory)
      for (number, shard) in shards.enumerated() {
        // Plain and compressed files can be merged with one another.
        let suffix = number % 2 == 0 ? "" : ".zst"
        try Stages.run(command + [shard, "-o", "\(number).\(name)\(suffix)"], in: directory)
      }
      var parts = shards.indices.map { "\($0).\(name)\($0 % 2 == 0 ? "" : ".zst")" }
      var number = 0
      while parts.count > 1 {
        parts.shuffle(using: &random)
        let size = Int.random(in: 2...min(4, parts.count), using: &random)
        number += 1
        let merged = "merged\(number).\(name)"
        try Stages.run(["merge"] + parts.prefix(size) + ["-o", merged], in: directory)
        parts = Array(parts.dropFirst(size)) + [merged]
      }
      #expect(try directory.read(parts[0]) == directory.read("whole.\(name)"), "\(name)")
    }
  }

  @Test func `Shards with the same name in several directories stay separate`() throws {
    for (place, shard) in [("a", 3), ("b", 4)] {
      try FileManager.default.createDirectory(
        atPath: directory.path(place), withIntermediateDirectories: true)
      try directory.write(directory.read(shards[shard]), to: "\(place)/part.jsonl")
    }
    let pool = ["a/part.jsonl", "b/part.jsonl"]
    try Stages.run(
      ["weigh"] + Stages.modelOptions() + pool + ["--candidates", "50", "-o", "kept"], in: directory
    )
    let resample = ["resample", "--allow-missing", "--candidates", "kept", "--pool"]
    let parts = try pool.map { try Stages.run(resample + [$0], in: directory) }
    #expect(parts.allSatisfy { !$0.isEmpty })
    #expect(try parts[0] + parts[1] == Stages.run(resample + pool, in: directory))
    #expect((parts[0] + parts[1]).rawLines.count == 50)
    // The name alone doesn't determine which of the two is meant.
    try directory.write(directory.read("a/part.jsonl"), to: "part.jsonl")
    let run = try Dsel.run(resample + ["part.jsonl"], in: directory)
    #expect(
      run.status == 1
        && run.errors.contains("part.jsonl: kept has candidates from a/part.jsonl and b/part.jsonl")
    )
  }

  @Test func `The remainder of a shard is the shard without its chosen lines`() throws {
    try Stages.run(
      ["weigh"] + Stages.modelOptions() + shards + ["--candidates", "90", "-o", "kept"],
      in: directory)
    for shard in shards {
      let drawn = try Stages.run(
        ["resample", "--candidates", "kept", "--pool", shard, "--remainder", "\(shard).rest"],
        in: directory)
      let lines = try directory.read(shard).rawLines
      let chosen = Set(drawn.rawLines)
      // Copies of a chosen text within the shard are in the remainder too, so they are counted.
      let rest = try directory.read("\(shard).rest").rawLines
      #expect(rest.count + drawn.rawLines.count == lines.count)
      #expect(Set(rest).union(chosen) == Set(lines))
    }
  }
}
