import Foundation
import TestSupport
import Testing

@testable import Writing

/// Runs that share a directory write the shards with their own numbers, and touch no others.
@Suite struct SharedShardDirectoryTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `Each line goes to the shard with its number`() throws {
    let shards = try write([(3, "a"), (3, "b"), (7, "c")], of: [2, 3, 7])
    #expect(shards.map(\.name) == ["shard_00000003.jsonl", "shard_00000007.jsonl"])
    #expect(shards.map(\.lineCount) == [2, 1] && shards.map(\.byteCount) == [4, 2])
    #expect(names == shards.map(\.name))
    #expect(try read("shard_00000003.jsonl") == "a\nb\n")
    #expect(try read("shard_00000007.jsonl") == "c\n")
  }

  @Test func `Shard 0 may have no lines, and there may be none at all`() throws {
    #expect(try write([(1, "b")], of: [0, 1]).map(\.name) == ["shard_00000001.jsonl"])
    #expect(try write([], of: [5]).isEmpty)
    #expect(names == ["shard_00000001.jsonl"])
  }

  @Test func `Two runs write at the same time`() throws {
    let (one, two) = (try open(), try open())
    #expect(names.count == 2 && names.allSatisfy { $0.hasPrefix(".part.") })
    var first = try sink(one, [1])
    var second = try sink(two, [2])
    try first.write(Array("a".utf8).span, order: 1)
    try second.write(Array("b".utf8).span, order: 2)
    try first.close().commit()
    #expect(names.filter { $0.hasPrefix("shard") } == ["shard_00000001.jsonl"])
    try second.close().commit()
    #expect(names == ["shard_00000001.jsonl", "shard_00000002.jsonl"])
  }

  @Test func `Only shards with the run's numbers are replaced, also by nothing`() throws {
    try write([(1, "old"), (2, "old"), (3, "old")], of: [1, 2, 3])
    // Named, since the others aren't replaced.
    let path = directory.path("out/shard_00000002.jsonl")
    #expect(throws: WritingError.outputExists(path: path)) {
      try open().checkReplaceable([0, 2])
    }
    try open().checkReplaceable([0, 4])
    try write([(1, "new")], of: [1, 2], replaces: true)
    #expect(names == ["shard_00000001.jsonl", "shard_00000003.jsonl"])
    #expect(try read("shard_00000001.jsonl") == "new\n")
    #expect(try read("shard_00000003.jsonl") == "old\n")
  }

  @Test func `A shard that came meanwhile is an error, and then all is as it was`() throws {
    let shards = try open()
    var sink = try sink(shards, [1, 2])
    for number: UInt64 in [1, 2] { try sink.write(Array("b".utf8).span, order: number) }
    let output = try sink.close()
    try write([(2, "a")], of: [2])
    var hasFailed = false
    do { try output.commit() } catch { hasFailed = true }
    #expect(hasFailed)
    #expect(names.filter { $0.hasPrefix("shard") } == ["shard_00000002.jsonl"])
    #expect(try read("shard_00000002.jsonl") == "a\n")
  }

  @Test func `What a killed run left is removed, and a living run's files are not`() throws {
    try FileManager.default.createDirectory(
      atPath: directory.path("out/.part.1.dsel-tmp"), withIntermediateDirectories: true)
    try directory.write("text", to: "out/.part.1.dsel-tmp/shard_00000000.jsonl")
    let first = try open()
    let second = try open()
    #expect(names.count == 2 && !names.contains(".part.1.dsel-tmp"))
    #expect(first.path == second.path)
  }

  // MARK: Support

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: directory.path("out"))) ?? []).sorted()
  }

  private func read(_ name: String) throws -> String {
    String(decoding: try directory.read("out/\(name)"), as: UTF8.self)
  }

  private func open(replaces: Bool = false) throws -> ShardDirectory {
    try ShardDirectory(
      path: directory.path("out"), replaces: replaces, registry: TemporaryFiles(), isShared: true)
  }

  private func sink(_ shards: ShardDirectory, _ numbers: [Int]) throws -> LineSink {
    try LineSink(
      .sharedDirectory(shards, numbers: numbers), container: .plain, replaces: false,
      registry: shards.registry)
  }

  @discardableResult
  private func write(
    _ lines: [(UInt64, String)], of numbers: [Int], replaces: Bool = false
  ) throws -> [WrittenShard] {
    var sink = try sink(try open(replaces: replaces), numbers)
    for (number, line) in lines { try sink.write(Array(line.utf8).span, order: number) }
    let output = try sink.close()
    let shards = output.shards
    try output.commit()
    return try #require(shards)
  }
}
