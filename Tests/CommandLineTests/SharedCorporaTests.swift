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

  @Test(arguments: [("scripture", 0.95), ("code_python", 0.90), ("german", 0.90)])
  func `The draw finds documents of the target's domain`(domain: String, share: Double) throws {
    let run = try Dsel.select(
      pool: [SharedCorpora.path("pool.jsonl.zst")],
      target: SharedCorpora.path("targets/\(domain).jsonl"), ["--count", "1000"], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    let domains = try run.output.jsonLines().map(\.domain.string)
    #expect(domains.count == 1000)
    let found = Double(domains.count { $0 == domain }) / 1000
    #expect(found >= share, "\(found)")
  }
}
