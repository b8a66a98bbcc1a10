internal import Choosing
internal import Platform
internal import Resampling

/// Chooses a set among the candidates of one target, slice by slice.
///
/// Candidates are divided into slices by their text hashes, as many as needed for a slice to fit
/// into memory. In the first sweep, each slice chooses its part by itself, as if all other slices
/// chose like it. Then each slice chooses again, and knows the choice of all others and the length
/// of the set. A fourth of the slices choose at the same time: if all did, they would all make up
/// for the same lack.
///
/// The result depends on the candidates only: not on the number of threads, nor on the order of
/// the records.
struct SetSweeps: Sendable {
  let objective: SetObjective
  let noise: GumbelNoise
  let profile: TargetProfile
  let candidates: SetCandidates
  let spool: CandidateSpool
  let threadCount: Int
  /// A power of two.
  let sliceCount: Int
  /// What the set is to complete; nil if there is nothing.
  var base: BaseCounts?

  /// The number of slices, unless memory needs more or there are few documents to choose.
  private static let usualSliceCount = 8
  /// A slice chooses at least this many documents, unless memory needs more slices.
  private static let smallestQuota = 16
  /// The number of groups of slices that choose one after the other.
  private static let groupCount = 4
  /// With more slices than this, the sweeps go over them once more.
  private static let manySlices = 32
  /// The words of a slice, about.
  static let sliceWordCount = 16 << 20

  struct Chosen {
    /// The numbers of the chosen candidates, in no particular order.
    var candidates: [Int]
    /// The set, with what it completes.
    var set: GainTable
    var sweepCount: Int
  }

  /// What a slice has chosen.
  private struct Own: Sendable {
    var records: [Int] = []
    var candidates: [UInt32] = []
    /// By part.
    var costs: [Int]
  }

  /// - Parameter sliceCount: nil for the usual number.
  init(
    objective: SetObjective, noise: GumbelNoise, profile: TargetProfile, candidates: SetCandidates,
    spool: CandidateSpool, threadCount: Int, sliceCount: Int? = nil
  ) {
    self.objective = objective
    self.noise = noise
    self.profile = profile
    self.candidates = candidates
    self.spool = spool
    self.threadCount = threadCount
    self.sliceCount = sliceCount ?? Self.sliceCount(candidates, spool)
  }

  private static func sliceCount(_ candidates: SetCandidates, _ spool: CandidateSpool) -> Int {
    let wordCount = spool.wordCounts.reduce(0, +)
    let documentCount = candidates.parts.reduce(0) { $0 + $1.documentCount }
    var count = 1
    while count < usualSliceCount, documentCount / (2 * count) >= smallestQuota { count *= 2 }
    while count < spool.sliceCount, wordCount / count > sliceWordCount { count *= 2 }
    return count
  }

  /// - Throws: ``PipelineError``
  func choose() throws -> Chosen {
    let sizes = candidates.sizes(sliceCount: sliceCount) { slice(of: $0, sliceCount) }
    let quotas = candidates.quotas(sizes)
    var own = sizes.map { _ in Own(costs: candidates.parts.map { _ in 0 }) }
    let sweepCount = sliceCount > Self.manySlices ? 3 : 2
    let tables = SweepTables(self)
    var set = tableBefore(factor: 1)
    try choose(
      Array(sizes.indices), quotas, beside: nil, tokenCount: candidates.tokenCount, &own, tables)
    tables.moveChanges(to: &set)
    for _ in 1..<sweepCount {
      let tokenCount = own.reduce(0) { sum, own in
        own.candidates.reduce(sum) { $0 + candidates.all[Int($1)].tokenCount }
      }
      for group in 0..<min(Self.groupCount, sliceCount) {
        let slices = stride(from: group, to: sliceCount, by: Self.groupCount).map { $0 }
        let others = sizes.indices.filter { $0 % Self.groupCount != group }
        let spent = others.reduce(into: candidates.parts.map { _ in 0 }) { sums, slice in
          for part in sums.indices { sums[part] += own[slice].costs[part] }
        }
        try choose(
          slices, candidates.quotas(slices, of: quotas, spentElsewhere: spent), beside: set,
          tokenCount: tokenCount, &own, tables)
        tables.moveChanges(to: &set)
      }
    }
    return Chosen(
      candidates: own.flatMap { $0.candidates.map { Int($0) } }, set: set,
      sweepCount: sweepCount)
  }

  private func slice(of textHash: UInt64, _ sliceCount: Int) -> Int {
    spool.slice(of: textHash) / (spool.sliceCount / sliceCount)
  }

  /// Lets some slices choose, side by side, and adds what changes to the changes of `tables`.
  ///
  /// - Parameters:
  ///   - quotas: of each slice, by part.
  ///   - set: everything chosen, including what the slices chose before; nil if each slice stands
  ///     for all others, rather than knowing them.
  ///   - tokenCount: of the whole set, about.
  private func choose(
    _ slices: [Int], _ quotas: [[Int]], beside set: GainTable?, tokenCount: Int, _ own: inout [Own],
    _ tables: SweepTables
  ) throws {
    let before = own
    let results: [Result<Own, any Error>]
    do throws(SystemError) {
      results = try Threads.map(slices.count, threadCount: threadCount) { index in
        Result {
          let slice = slices[index]
          return try tables.withTable { table, differences in
            try choose(
              slice, of: before.count, quotas[slice], before[slice], beside: set, tokenCount,
              &table, &differences)
          }
        }
      }
    } catch {
      throw PipelineError.input(.reading(.system(error), line: nil))
    }
    for (slice, result) in zip(slices, results) { own[slice] = try result.get() }
  }

  /// Lets a slice choose.
  ///
  /// - Parameters:
  ///   - set: everything chosen, including this slice's own; nil if it stands alone.
  ///   - table: any, whose memory is used.
  ///   - differences: zeros, by rank, to which what changes is added.
  private func choose(
    _ slice: Int, of sliceCount: Int, _ quotas: [Int], _ before: Own, beside set: GainTable?,
    _ tokenCount: Int, _ table: inout GainTable, _ differences: inout [Double]
  ) throws -> Own {
    let quota = quotas.reduce(0, +)
    var own = Own(costs: quotas.map { _ in 0 })
    guard quota > 0 || !before.records.isEmpty else { return own }
    let width = spool.sliceCount / sliceCount
    let records = try spool.records(of: (slice * width)..<((slice + 1) * width))
    var factor = 1.0
    if let set {
      table.copy(set)
      // All at once: most n-grams are in many of these documents.
      records.add(before.records, to: &differences, sign: -1)
      table.add(differences)
    } else {
      factor = Double(candidates.budget) / Double(max(1, quota))
      begin(&table, factor: factor)
    }
    let scale = candidates.scale(
      objective, noise, profile, factor: factor, tokenCount: Double(tokenCount),
      baseTokenCount: base?.tokenCount ?? 0)
    var greedy = LazyGreedy(
      records, (0..<records.count).map { scale.terms(records[$0].candidate) })
    own.records = greedy.choose(quotas: quotas, adding: &table)
    for record in own.records {
      let number = records[record].candidate
      own.candidates.append(UInt32(number))
      own.costs[candidates.part(number)] += candidates.cost(number)
    }
    records.add(own.records, to: &differences, sign: 1)
    return own
  }

  // MARK: Tables

  /// The table of what the set is to complete, before anything is chosen.
  ///
  /// - Parameter factor: how many parts like the one that is chosen make the whole set.
  func tableBefore(factor: Double) -> GainTable {
    GainTable(profile, pseudocount: Self.pseudocount(factor), counts: baseCounts(factor))
  }

  /// Makes any table that one, in the memory that it has.
  func begin(_ table: inout GainTable, factor: Double) {
    table.begin(profile, pseudocount: Self.pseudocount(factor), counts: baseCounts(factor))
  }

  private static func pseudocount(_ factor: Double) -> Double {
    SetObjective.pseudocount / factor
  }

  private func baseCounts(_ factor: Double) -> [Double]? { base?.counts.map { $0 / factor } }
}
