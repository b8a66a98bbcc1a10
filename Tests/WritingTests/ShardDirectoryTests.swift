import Compression
import Foundation
import TestSupport
import Testing

@testable import Writing

/// Shards appear in their directory together and replace older ones, or nothing changes.
@Suite struct ShardDirectoryTests {
  private let directory: TemporaryDirectory
  private let registry = TemporaryFiles()

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [
    ("shard_00000000.jsonl", true), ("shard_00000012.jsonl.zst", true),
    ("shard_123456789.jsonl.gz", true), ("shard_0000000.jsonl", false),
    ("shard_00000000.jsonl.zst.part", false), ("shard_0000000a.jsonl", false),
    ("shard_00000000.json", false), ("xshard_00000000.jsonl", false), ("shard_.jsonl", false),
    ("shard_00000000", false),
  ])
  func `A shard is recognised by its name`(name: String, isShard: Bool) {
    #expect(ShardName.matches(name) == isShard)
  }

  @Test func `Shards are numbered with eight digits, and more if necessary`() {
    #expect(ShardName.name(0, .zstd) == "shard_00000000.jsonl.zst")
    #expect(ShardName.name(99_999_999, .gzip) == "shard_99999999.jsonl.gz")
    #expect(ShardName.name(100_000_000, .plain) == "shard_100000000.jsonl")
  }

  /// Lines of 3, 3, 2, 9, 1, 4, 0 and 0 bytes, so 4, 4, 3, 10, 2, 5, 1 and 1 with line feeds.
  ///
  /// Shards of up to 8 bytes: 4 + 4; 3 (with 10 it would be too much); 10 alone; 2 + 5 + 1; 1.
  @Test func `A shard ends before the line that would exceed its size`() throws {
    let lines = ["aaa", "bbb", "cc", "ddddddddd", "e", "ffff", "", ""]
    let shards = try write(lines, byteLimit: 8)
    #expect(shards.map(\.byteCount) == [8, 3, 10, 8, 1])
    #expect(shards.map(\.lineCount) == [2, 1, 1, 3, 1])
    #expect(names == shards.map(\.name))
    #expect(
      try shards.map { try read($0.name) } == [
        "aaa\nbbb\n", "cc\n", "ddddddddd\n", "e\nffff\n\n", "\n",
      ])
  }

  @Test func `The largest possible limit means no limit`() throws {
    #expect(try write(["a", "b"], byteLimit: .max).map(\.byteCount) == [4])
  }

  @Test func `No shard has its name before the end, and none remains without an end`() throws {
    do {
      let shards = try open()
      var sink = try sink(shards, byteLimit: 1)
      for _ in 0..<5 { try sink.write(Array("line".utf8).span) }
      #expect(names.count == 1 && names[0].hasPrefix(".shards."))
      let output = try sink.close()
      #expect(names.count == 1)
      let shardCount = output.shards?.count
      #expect(shardCount == 5)
    }
    #expect(directory.names.isEmpty, "the directory had been made for them")
  }

  @Test func `An existing directory stays, whatever happens`() throws {
    try make("out", [:])
    do { _ = try open() }
    #expect(directory.names == ["out"] && names.isEmpty)
  }

  @Test func `Older shards of every container are replaced by the new ones`() throws {
    try make(
      "out",
      [
        "shard_00000000.jsonl": "old", "shard_00000007.jsonl.zst": "old", "notes.txt": "mine",
      ])
    let shards = try open(replaces: true)
    var sink = try sink(shards, byteLimit: 1)
    try sink.write(Array("new".utf8).span)
    let output = try sink.close()
    #expect(try read("shard_00000000.jsonl") == "old")
    try output.commit()
    #expect(names == ["notes.txt", "shard_00000000.jsonl"])
    #expect(try read("shard_00000000.jsonl") == "new\n")
  }

  @Test func `Older shards are refused unless they may be replaced`() throws {
    try make("out", ["shard_00000003.jsonl.gz": "old"])
    #expect(throws: WritingError.shardsExist(path: directory.path("out"))) {
      try open(replaces: false).checkReplaceable()
    }
    try open(replaces: true).checkReplaceable()
    #expect(names == ["shard_00000003.jsonl.gz"])
  }

  enum Order: CaseIterable { case shardsFirst, fileFirst }

  @Test(arguments: Order.allCases)
  func `A failure of another output restores older shards and their manifest`(
    order: Order
  ) throws {
    let older = ["shard_00000000.jsonl": "old 0", "shard_00000001.jsonl": "old 1"]
    try make("out", older.merging(["manifest.json": "old"]) { $1 })
    do {
      let shards = try open(replaces: true)
      var sink = try sink(shards, byteLimit: 1)
      for _ in 0..<3 { try sink.write(Array("new".utf8).span) }
      let output = try sink.close()
      let file = try AtomicFile(
        path: directory.path("other"), replaces: true, registry: registry)
      try shards.retireManifest()
      #expect(names.filter { !$0.hasPrefix(".") } == older.keys.sorted())
      switch order {
      case .shardsFirst:
        // A directory takes the file's name.
        try make("other", [:])
        try output.commit()
        #expect(try read("shard_00000001.jsonl") == "new\n")
        do {
          try file.commit()
          Issue.record("no error")
        } catch {}
        try FileManager.default.removeItem(atPath: directory.path("other"))
      case .fileFirst:
        // The last shard is removed.
        let staging = try #require(names.first { $0.hasSuffix(".dsel-tmp") })
        try FileManager.default.removeItem(
          atPath: directory.path("out/\(staging)/shard_00000002.jsonl"))
        try file.commit()
        #expect(directory.exists("other"))
        do {
          try output.commit()
          Issue.record("no error")
        } catch {}
        #expect(!directory.exists("other"))
      }
    }
    #expect(names == ["manifest.json"] + older.keys.sorted())
    for (name, text) in older { #expect(try read(name) == text) }
    #expect(try read("manifest.json") == "old")
  }

  @Test func `Without a manifest of shards, an unrelated file of that name stays`() throws {
    try make("out", ["manifest.json": "mine"])
    try write(["new"], byteLimit: 10, replaces: true)
    #expect(try read("manifest.json") == "mine")
  }

  @Test func `Half shards of a killed run go at once, and older shards after success`() throws {
    try make("out", ["shard_00000000.jsonl": "new, in part"])
    try make("out/.shards.4711.dsel-tmp", ["shard_00000001.jsonl": "half"])
    try make("out/.shards.4711.dsel-old", ["shard_00000000.jsonl": "old"])
    try make("out/.shards.x.dsel-tmp", [:])
    do { _ = try open(replaces: true) }
    #expect(
      names == [".shards.4711.dsel-old", ".shards.x.dsel-tmp", "shard_00000000.jsonl"])
    try write(["new"], byteLimit: 10, replaces: true)
    #expect(names == [".shards.x.dsel-tmp", "shard_00000000.jsonl"])
  }

  @Test func `Only one run at a time can write to a directory`() throws {
    let path = directory.path("out")
    do {
      let first = try open()
      #expect(throws: WritingError.directoryInUse(path: path)) {
        _ = try ShardDirectory(path: path, replaces: true, registry: TemporaryFiles())
      }
      #expect(first.path == path && names.count == 1)
    }
    _ = try ShardDirectory(path: path, replaces: true, registry: TemporaryFiles())
  }

  @Test func `A file can't be the directory, and none is made in a missing directory`() throws {
    let path = try directory.write("text", to: "file")
    #expect(throws: WritingError.notDirectory(path: path)) {
      _ = try ShardDirectory(path: path, replaces: true, registry: registry)
    }
    #expect(throws: WritingError.self) {
      _ = try ShardDirectory(path: directory.path("none/out"), replaces: true, registry: registry)
    }
    #expect(directory.names == ["file"])
  }

  // MARK: Support

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: directory.path("out"))) ?? []).sorted()
  }

  private func read(_ name: String) throws -> String {
    String(decoding: try directory.read("out/\(name)"), as: UTF8.self)
  }

  private func make(_ name: String, _ files: [String: String]) throws {
    try FileManager.default.createDirectory(
      atPath: directory.path(name), withIntermediateDirectories: true)
    for (file, text) in files { try directory.write(text, to: "\(name)/\(file)") }
  }

  private func open(replaces: Bool = false) throws -> ShardDirectory {
    try ShardDirectory(path: directory.path("out"), replaces: replaces, registry: registry)
  }

  private func sink(_ shards: ShardDirectory, byteLimit: Int) throws -> LineSink {
    try LineSink(
      .directory(shards, shardByteLimit: byteLimit), container: .plain, replaces: false,
      registry: registry)
  }

  @discardableResult
  private func withSink(
    byteLimit: Int, replaces: Bool = false,
    _ body: (inout LineSink) throws(WritingError) -> Void
  ) throws -> [WrittenShard] {
    var sink = try sink(try open(replaces: replaces), byteLimit: byteLimit)
    try body(&sink)
    let output = try sink.close()
    let shards = output.shards
    try output.commit()
    return try #require(shards)
  }

  @discardableResult
  private func write(
    _ lines: [String], byteLimit: Int, replaces: Bool = false
  ) throws -> [WrittenShard] {
    try withSink(byteLimit: byteLimit, replaces: replaces) { sink throws(WritingError) in
      for line in lines { try sink.write(Array(line.utf8).span) }
    }
  }
}
