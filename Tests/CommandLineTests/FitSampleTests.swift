import Foundation
import TestSupport
import Testing

/// Pool models that are fitted on a sample of the documents.
@Suite struct FitSampleTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func select(_ options: [String], to name: String) throws -> (Data, JSON) {
    let run = try Dsel.select(["--count", "100", "-q", "-o", name] + options, in: directory)
    #expect(run.status == 0 && run.errors == "")
    return (try directory.read(name), try directory.json("\(name).manifest.json"))
  }

  @Test func `A quarter of the documents is fitted, whatever the threads, and all are weighed`()
    throws
  {
    let (lines, manifest) = try select(["--fit-sample", "0.25", "--threads", "1"], to: "one.jsonl")
    let (others, _) = try select(["--fit-sample", "0.25", "--threads", "3"], to: "three.jsonl")
    #expect(lines == others)
    let fitted = try #require(manifest.pool.fitted_documents.int)
    // Each of 1,360 documents has probability 1/4: 340, with a standard deviation of 16. The bound
    // is five of them.
    #expect((260...420).contains(fitted))
    #expect(manifest.pool.documents.int == 1360)
    // The number for all documents is 1,309. A fit of a quarter estimates it for the random
    // baseline.
    #expect(manifest.eligible_documents.int == 1309)
    #expect(manifest.settings.fit_sample.number == 0.25)
    let (_, whole) = try select([], to: "plain.jsonl")
    #expect(manifest.effective_sample_size != whole.effective_sample_size)
  }

  @Test func `A sample of all documents is all of them`() throws {
    let (lines, manifest) = try select(["--fit-sample", "1"], to: "all.jsonl")
    let (plain, _) = try select([], to: "plain.jsonl")
    #expect(lines == plain)
    #expect(manifest.pool.fitted_documents.int == 1360)
  }

  static let wrong: [(share: String, message: String)] = [
    ("0", "--fit-sample must be above 0 and at most 1."),
    ("1.5", "'--fit-sample <f>': it is above 1"),
    ("-1", "'--fit-sample <f>': it is negative"),
  ]

  @Test(arguments: wrong)
  func `An impossible share is refused`(share: String, message: String) throws {
    let run = try Dsel.select(["--fit-sample=\(share)"], in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func `The record is printed as JSON on request`() throws {
    let run = try Dsel.select(["--count", "5", "-o", "out.jsonl", "--json", "-q"], in: directory)
    #expect(run.status == 0)
    #expect(try JSON(run.output) == directory.json("out.jsonl.manifest.json"))
  }
}
