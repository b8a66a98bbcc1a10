import Foundation
import TestSupport
import Testing

/// The models of target and pool, in each other's place.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct SwappedModelTests {
  private let directory: TemporaryDirectory
  private let shards: [String]

  init() throws {
    directory = try TemporaryDirectory()
    shards = try Stages.shards(3, in: directory)
    try FileManager.default.copyItem(
      atPath: Fixtures.wiki, toPath: directory.path("wiki.jsonl"))
    // The last shard is in the target, too.
    for (output, files) in [("target", ["wiki.jsonl", shards[2]]), ("pool", shards)] {
      try Stages.run(["fit"] + files + ["-o", "\(output).model"] + Stages.buckets, in: directory)
    }
    try directory.write("", to: "empty.jsonl")
  }

  private func weigh(
    _ files: [String], target: String, pool: String, _ options: [String] = []
  ) throws -> (warnings: String, inputs: [String]) {
    let run = try Dsel.run(
      ["weigh", "-q", "--target-model", target, "--pool-model", pool] + files + options
        + ["-o", "out", "--force"], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    let manifest = try directory.json("out.manifest.json")
    return (run.errors, manifest.target_inputs.elements.compactMap(\.string))
  }

  @Test(arguments: [[], ["--candidates", "20"]])
  func `Weighing by swapped models is warned of`(options: [String]) throws {
    let right = try weigh(shards, target: "target.model", pool: "pool.model", options)
    #expect(right.inputs == [] && !right.warnings.contains("swapped"), "\(right)")
    let wrong = try weigh(shards, target: "pool.model", pool: "target.model", options)
    // The last one is in both models.
    #expect(wrong.inputs == [shards[0], shards[1]])
    #expect(
      wrong.warnings.contains(
        "warning: weighed files that the target's model was fitted to, and the pool's model was not: "
          + "\(shards[0]) and 1 more. Check that --target-model and --pool-model are not swapped.\n"
      ),
      "\(wrong)")
  }

  @Test func `Files are known by their content`() throws {
    // A copy of the target's file is in its model, and an empty file is nobody's.
    try directory.write(directory.read("wiki.jsonl"), to: "copy.jsonl")
    let models = (target: "target.model", pool: "pool.model")
    let found = try weigh(
      ["copy.jsonl", "empty.jsonl", shards[1]], target: models.target, pool: models.pool)
    #expect(found.inputs == ["copy.jsonl"])
    try directory.write(directory.read("wiki.jsonl") + Data("\n".utf8), to: "copy.jsonl")
    #expect(
      try weigh(["copy.jsonl"], target: models.target, pool: models.pool).inputs == [])
  }
}
