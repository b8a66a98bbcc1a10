import Foundation
import TestSupport
import Testing

/// Inputs that aren't errors but deserve a warning.
@Suite struct InputWarningTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [false, true])
  func `A zstd file without a checksum is named once`(isPiped: Bool) throws {
    let text = try Fixtures.read("wiki.jsonl")
    let stored = try Containers.zstd(text, text, hasChecksum: false, in: directory)
    try directory.write(stored, to: "bare.jsonl.zst")
    let run = try Dsel.select(
      pool: isPiped ? ["-"] : ["bare.jsonl.zst"],
      ["--count", "5", "--quiet", "--manifest", "record.json"], input: isPiped ? stored : nil,
      in: directory)
    #expect(run.status == 0)
    let name = isPiped ? "standard input" : "bare.jsonl.zst"
    #expect(run.errors.hasPrefix("warning: without a checksum: \(name). Damage"), "\(run.errors)")
    #expect(run.errors.components(separatedBy: "checksum").count == 2)
    #expect(try directory.json("record.json").pool.inputs[0].checksum.bool == false)
  }

  @Test func `Checksums are recorded for formats that can have them`() throws {
    let text = try Fixtures.read("wiki.jsonl")
    try directory.write(text, to: "a.jsonl")
    try directory.write(Containers.zstd(text, in: directory), to: "b.jsonl.zst")
    try directory.write(Containers.gzip(text, in: directory), to: "c.jsonl.gz")
    let run = try Dsel.select(
      pool: ["a.jsonl", "b.jsonl.zst", "c.jsonl.gz"],
      ["--count", "5", "--quiet", "--manifest", "record.json"], in: directory)
    #expect(run.status == 0 && run.errors == "")
    let inputs = try directory.json("record.json").pool.inputs.elements
    #expect(inputs.map(\.checksum.bool) == [nil, true, true])
  }

  @Test func `Empty files among others are named`() throws {
    for name in ["none.jsonl", "nothing.jsonl"] { try directory.write("", to: name) }
    let run = try Dsel.select(
      pool: ["none.jsonl", Fixtures.crawl, "nothing.jsonl"], ["--count", "5", "--quiet"],
      in: directory
    )
    #expect(run.status == 0)
    #expect(run.errors == "warning: empty: none.jsonl and 1 more. Check that nothing was lost.\n")
  }
}
