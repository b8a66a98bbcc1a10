import Foundation
import Resampling
import TestSupport
import Testing
import Weighting
import Writing

@testable import Pipeline
@testable import Reading

@Suite struct CandidateFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static let settings = CandidateFile.Settings(
    seed: .max, topK: true, temperature: 0.1, count: 500, logisticShare: 0.04,
    minimumTokenCount: 9, estimator: "blend", normalization: "sqrt", smoothing: 1e-9,
    targetSmoothing: 3, compatibility: nil, targetModel: 1, poolModel: 1 << 63,
    textField: "a.\"b\"")

  private static func file(_ shards: [String], seed: UInt64) -> CandidateFile {
    var random = SplitMix64(state: seed)
    var candidates = CandidateGroup(
      parted: .documents(480), .documents(20), CandidateGroup.Settings(joinsCopies: true))
    for number in 0..<400 {
      candidates.add(
        Candidate(
          key: Double(bitPattern: random.next() >> 2), secondKey: -Double(random.next()) / 7,
          textHash: random.next(),
          position: Position(
            shard: number % shards.count, place: Int(random.next() % UInt64(1 << 44))),
          lineByteCount: Int(UInt32.max), textByteCount: Int(random.next() >> 32), tokenCount: 0))
    }
    return CandidateFile(
      settings: settings,
      shards: shards.map {
        FittedModel.Input(path: $0, byteCount: 5, documentCount: 6, contentHash: random.next())
      }, documentCount: 500, eligibleCount: 450, poolDocumentCount: 501, candidates: [candidates])
  }

  private func write(_ file: CandidateFile, _ name: String) throws -> Data {
    try file.write(
      to: .file(path: directory.path(name)), container: .plain, replaces: true,
      registry: TemporaryFiles())?.commit()
    return try directory.read(name)
  }

  private static let limits = ReadingLimits(maximumLine: 1 << 20, maximumWindow: 1 << 20)

  @Test(arguments: 0..<5 as Range<UInt64>)
  func `Candidates are read as they were written`(seed: UInt64) throws {
    let file = Self.file(["b/\u{1}", "a\"", "é"], seed: seed)
    let bytes = try write(file, "one")
    let found = try CandidateFile(reading: directory.path("one"), limits: Self.limits)
    #expect(found.candidates == file.candidates && found.candidates.count == 400)
    #expect(found.header.settings == Self.settings)
    #expect(found.header.shards == file.header.shards)
    // Byte by byte.
    #expect(found.header.shards.map(\.path) == ["a\"", "b/\u{1}", "é"])
    #expect((found.header.documentCount, found.header.eligibleCount) == (500, 450))
    #expect(found.header.poolDocumentCount == 501 && found.header.missingCount == 1)
    #expect(try write(found, "two") == bytes)
  }

  @Test func `A header without one of its members is refused`() throws {
    let text = String(decoding: try write(Self.file(["a"], seed: 1), "one"), as: UTF8.self)
    let line = try #require(text.split(separator: "\n").first)
    let rest = text.dropFirst(line.count)
    let header = try #require(
      JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(header.count == 20)
    for name in header.keys where name != "pool_documents" {
      var part = header
      part[name] = nil
      let path = try directory.write(
        JSONSerialization.data(withJSONObject: part) + Data(rest.utf8), to: "part")
      #expect(throws: PipelineError.self, "\(name)") {
        try CandidateFile(reading: path, limits: Self.limits)
      }
    }
    for name in ["path", "bytes", "documents", "xxh3"] {
      var shard = try #require((header["shards"] as? [[String: Any]])?.first)
      shard[name] = nil
      var part = header
      part["shards"] = [shard]
      let path = try directory.write(
        JSONSerialization.data(withJSONObject: part) + Data(rest.utf8), to: "part")
      #expect(throws: PipelineError.self, "\(name)") {
        try CandidateFile(reading: path, limits: Self.limits)
      }
    }
    // The optional members, and one of a later version.
    var more = header
    (more["compat"], more["new"], more["pool_documents"]) = ("dsir", [1], nil)
    let path = try directory.write(
      JSONSerialization.data(withJSONObject: more) + Data(rest.utf8), to: "more")
    let found = try CandidateFile(reading: path, limits: Self.limits).header
    #expect(found.settings.compatibility == "dsir")
    #expect(found.poolDocumentCount == nil && found.missingCount == 0)
  }

  @Test func `A candidate without one of its members is refused`() throws {
    let text = String(decoding: try write(Self.file(["a"], seed: 1), "one"), as: UTF8.self)
    for name in [
      "shard", "offset", "bytes", "text_bytes", "tokens", "copies", "text_hash", "key",
      "second_key",
    ] {
      let path = try directory.write(
        text.replacing("\"\(name)\":", with: "\"other\":", maxReplacements: 3), to: "part")
      #expect(throws: PipelineError.self, "\(name)") {
        try CandidateFile(reading: path, limits: Self.limits)
      }
    }
  }
}
