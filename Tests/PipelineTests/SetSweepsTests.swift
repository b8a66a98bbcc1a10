import Choosing
import Resampling
import TestSupport
import Testing
import Weighting

@testable import Pipeline

/// The choice of a set from given candidates, against an independent implementation.
///
/// The implementation is in Python: `Fixtures/golden/method/sets.py`.
@Suite struct SetSweepsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var json: JSON
    var testDescription: String { json.note.string ?? "" }

    func budget(_ amount: Int) -> Budget {
      switch json.unit.string {
      case "tokens": .tokens(amount)
      case "bytes": .bytes(amount)
      default: .documents(amount)
      }
    }

    var budgets: [Budget] { json.budgets.elements.compactMap { $0.int.map(budget) } }

    /// The features of the candidate with this number, by bucket.
    func features(_ number: Int) -> [(bucket: UInt32, count: Int)] {
      json.candidates[number].features.elements.map { pair in
        (UInt32(pair[0].int ?? 0), pair[1].int ?? 0)
      }
    }

    /// Each candidate's place is its number in the case.
    func candidates() throws -> [Candidate] {
      try json.candidates.elements.enumerated().map { number, document in
        let hash = try #require(document.hash.string)
        let cost = try #require(document.cost.int)
        return Candidate(
          key: try #require(document.key.number), textHash: try #require(UInt64(hash, radix: 16)),
          position: Position(shard: 0, place: number),
          lineByteCount: json.unit.string == "bytes" ? cost - 1 : 10, textByteCount: 5,
          tokenCount: try #require(document.tokens.int))
      }
    }

    func profile() throws -> TargetProfile {
      var counts = [UInt64](repeating: 0, count: 1 << 20)
      for pair in json.target.elements { counts[pair[0].int ?? 0] = UInt64(pair[1].int ?? 0) }
      return TargetProfile(bucketCounts: counts, tokenCount: try #require(json.target_tokens.int))
    }

    var objective: SetObjective {
      var objective = SetObjective()
      objective.purity = json.purity.number ?? 0
      objective.noise = json.tau.number ?? 0
      return objective
    }
  }

  static func cases() throws -> [Case] {
    let cases = try JSON(Fixtures.read("golden/method/sets-core.json")).cases.elements
    try #require(cases.count > 40)
    return cases.map { Case(json: $0) }
  }

  /// What the selector passes to the sweeps.
  private static func draws(_ entry: Case, _ candidates: [Candidate]) -> [ArmCandidates] {
    let parts = entry.json.candidates.elements.map(\.part.int)
    return entry.budgets.enumerated().map { part, budget in
      ArmCandidates(
        (candidates.indices.filter { parts[$0] == part }.map { candidates[$0] }, isWhole: true),
        wanted: budget, candidates: budget)
    }
  }

  @Test(arguments: try cases(), [1, 3])
  func `The set is the oracle's`(entry: Case, threadCount: Int) throws {
    let directory = try TemporaryDirectory()
    var random = SplitMix64(state: UInt64(threadCount))
    let expected = entry.json.expected
    let chosen = expected.chosen.elements.compactMap(\.int)
    var draws = Self.draws(entry, try entry.candidates())
    // Entries come in any order.
    for draw in draws.indices { draws[draw].entries.shuffle(using: &random) }
    guard draws.contains(where: { !$0.fits }) else {
      #expect(expected.sweeps.elements.isEmpty)
      #expect(chosen.count == entry.json.candidates.elements.count)
      return
    }
    let candidates = SetCandidates(taking: &draws)
    for (part, top) in zip(candidates.parts, expected.tops.elements) {
      #expect(part.documentCount == top.top.int)
      #expect(part.tokenCount == top.top_tokens.int)
      #expect(part.cost == top.top_cost.int)
      let deviation = try #require(top.deviation.number)
      #expect(abs(part.keys.deviation - deviation) <= 1e-12 * deviation)
      // A part without candidates has no mean.
      guard let mean = top.mean_key.number else {
        #expect(top.mean_key.isNull)
        continue
      }
      #expect(abs(part.keys.mean - mean) <= 1e-12 * (abs(mean) + deviation))
    }
    let profile = try entry.profile()
    let mass = try #require(expected.target_mass.number)
    #expect(abs(profile.shareSum - mass) <= 1e-12 * mass)

    let sliceCount = try #require(entry.json.slices.int)
    // Few words are held, so that most records go through the file.
    let spool = CandidateSpool(
      sliceCount: max(8, sliceCount),
      room: SpoolRoom(directory: directory.path(""), command: .select),
      candidateCount: candidates.all.count, mostHeld: 500 * threadCount)
    try Self.addRecords(entry, candidates, profile, to: spool, using: &random)
    let sweeps = SetSweeps(
      objective: entry.objective, noise: GumbelNoise(seed: 0, purpose: .setNoise),
      profile: profile, candidates: candidates, spool: spool, threadCount: threadCount,
      sliceCount: sliceCount)
    let set = try sweeps.choose()
    #expect(set.candidates.sorted() == chosen)
    #expect(set.sweepCount == expected.sweeps.elements.count)
    let order = try sweeps.order(set.candidates.shuffled(using: &random))
    #expect(order == expected.order.elements.compactMap(\.int))
  }

  private static func addRecords(
    _ entry: Case, _ candidates: SetCandidates, _ profile: TargetProfile, to spool: CandidateSpool,
    using random: inout SplitMix64
  ) throws {
    var collector = FeatureCollector(profile)
    for number in candidates.all.indices.shuffled(using: &random) {
      let place = candidates.all[number].position.place
      let ids = entry.features(place).flatMap { Array(repeating: $0.bucket, count: $0.count) }
        .shuffled(using: &random)
      collector.add(ids.span)
      var words: [UInt32] = []
      collector.finish(candidate: number, into: &words)
      try spool.add(words, textHashes: [candidates.all[number].textHash])
    }
  }

  /// Slices double while each has 16 documents to choose after that, up to 8.
  @Test(arguments: [(31, 1), (32, 2), (63, 2), (64, 4), (127, 4), (128, 8), (1000, 8)])
  func `The number of slices follows from the number of documents`(
    count: Int, sliceCount: Int
  ) throws {
    let candidates = (0..<1500).map { number in
      Candidate(
        key: Double(number % 100), textHash: UInt64(number) &* 0x9E37_79B9_7F4A_7C15,
        position: Position(shard: 0, place: number), lineByteCount: 9, textByteCount: 5,
        tokenCount: 3)
    }
    var draws = [
      ArmCandidates(
        (candidates, isWhole: true), wanted: .documents(count), candidates: .documents(1500))
    ]
    let set = SetCandidates(taking: &draws)
    let sweeps = SetSweeps(
      objective: SetObjective(), noise: GumbelNoise(seed: 0),
      profile: TargetProfile(counts: [1], tokenCount: 1), candidates: set,
      spool: CandidateSpool(
        sliceCount: 8, room: SpoolRoom(directory: "/", command: .select), candidateCount: 0),
      threadCount: 1)
    #expect(sweeps.sliceCount == sliceCount)
  }

  @Test func `The budgets of candidates are the oracle's`() throws {
    let entries = try JSON(Fixtures.read("golden/method/sets-core.json")).budgets.elements
    try #require(entries.count > 10)
    for entry in entries {
      let budget = try #require(entry.budget.int)
      var eligible = EligibleDocuments()
      eligible.documentCount = try #require(entry.documents.int)
      eligible.tokenCount = try #require(entry.eligible.int)
      eligible.byteCount = eligible.tokenCount
      for unit in [Budget.tokens(budget), .bytes(budget)] {
        #expect(
          CandidateBudget.budget(for: unit, eligible: eligible).amount == entry.candidates.int)
      }
      guard eligible.documentCount == eligible.tokenCount else { continue }
      let documents = CandidateBudget.budget(for: .documents(budget), eligible: eligible)
      #expect(documents.amount == entry.candidates.int)
      // The draw is as large as this budget, or larger.
      let largest = CandidateBudget.largest(for: .documents(budget), averageCost: 1)
      #expect(largest.amount >= documents.amount)
    }
  }

  @Test func `A budget of candidates never overflows`() {
    var eligible = EligibleDocuments()
    eligible.documentCount = 1000
    #expect(CandidateBudget.budget(for: .documents(.max), eligible: eligible).amount == .max)
    #expect(CandidateBudget.largest(for: .documents(.max), averageCost: 1).amount == .max)
  }
}
