import Foundation
import TestSupport
import Testing

/// The quality of the selection on a large labelled pool.
///
/// Each target and the pool's documents of its domain come from different sources of one genre.
@Suite(
  .serialized,
  .enabled(if: SharedCorpora.isThere, "../shared/corpora isn't there"),
  .enabled(if: !Dsel.isDebugBuild, "166 MB take minutes without optimisation"))
struct SharedCorporaTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [
    ("weight", "scripture", 0.95), ("weight", "code_python", 0.90), ("weight", "german", 0.90),
    ("set", "scripture", 0.85), ("set", "code_python", 0.75), ("set", "german", 0.90),
  ])
  func `Selections have documents of the target's domain`(
    objective: String, domain: String, share: Double
  ) throws {
    let run = try Dsel.select(
      pool: [SharedCorpora.path("pool.jsonl.zst")],
      target: SharedCorpora.path("targets/\(domain).jsonl"),
      ["--count", "1000", "--objective", objective], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    let domains = try run.output.jsonLines().map(\.domain.string)
    #expect(domains.count == 1000)
    let found = Double(domains.count { $0 == domain }) / 1000
    #expect(found >= share, "\(found)")
  }
}
