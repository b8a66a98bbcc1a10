internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Merges files of candidates.
extension CandidateFile {
  /// Merges the candidates of files of different shards, without those that no draw can need.
  ///
  /// Features aren't read: see ``StoredFeatures``.
  ///
  /// - Complexity: O(*n* log *n*) for *n* candidates and shards, in any number of files. Memory
  ///   holds at most twice the candidates that are kept, and those of one file.
  /// - Throws: ``PipelineError``
  init(merging files: [Shard], limits: ReadingLimits) throws(PipelineError) {
    self = try CandidateFile(reading: files[0], limits: limits)
    var known = KnownShards(header.shards)
    var keptCount = Self.smallestBatch
    for file in files.dropFirst() {
      let other = try CandidateFile(reading: file, limits: limits)
      try append(other, path: file.name, firstPath: files[0].name, &known)
      guard candidates.count > 2 * keptCount else { continue }
      trim()
      keptCount = max(keptCount, candidates.count)
    }
    if files.count > 1 { trim() }
  }

  /// The number of candidates that is worth sorting; fewer wait until more have come.
  private static let smallestBatch = 1 << 14

  private mutating func append(
    _ other: CandidateFile, path: String, firstPath: String, _ known: inout KnownShards
  ) throws(PipelineError) {
    if let setting = header.settings.firstDifference(from: other.header.settings) {
      throw .candidates(.mismatch(path: path, setting))
    }
    // A choice is made among the candidates of all shards.
    guard !header.isChosen, !other.header.isChosen else {
      throw .candidates(.severalChoices(path: other.header.isChosen ? path : firstPath))
    }
    guard header.hasKeysOnly == other.header.hasKeysOnly else {
      throw .candidates(
        .keysAndFeatures(path: path, otherPath: firstPath, hasKeysOnly: other.header.hasKeysOnly))
    }
    try known.insert(other.header.shards, of: path)
    // The model is known by the hash of its file, so both counts must agree.
    let (one, two) = (header.poolDocumentCount, other.header.poolDocumentCount)
    if let one, let two, one != two {
      throw .candidates(.mismatch(path: path, .poolModel))
    }
    header.poolDocumentCount = one ?? two
    // Eligible documents are documents, so their sum isn't larger.
    guard header.documentCount + other.header.documentCount <= FittedModel.largestCount else {
      throw .candidates(
        .unusable(path: path, .tooLarge("documents", limit: FittedModel.largestCount)))
    }
    guard header.eligibleSize + other.header.eligibleSize <= FittedModel.largestCount else {
      let name = "eligible_\(header.settings.unit.rawValue)"
      throw .candidates(.unusable(path: path, .tooLarge(name, limit: FittedModel.largestCount)))
    }
    let offset = header.shards.count
    guard offset + other.header.shards.count <= Candidate.maximumShardCount else {
      throw .candidates(
        .unusable(path: path, .tooLarge("shards", limit: Candidate.maximumShardCount)))
    }
    header.shards += other.header.shards
    header.eligibleCounts? += other.header.eligibleCounts ?? []
    header.eligibleSizes? += other.header.eligibleSizes ?? []
    header.eligibleSize += other.header.eligibleSize
    header.overMaximumCounts? += other.header.overMaximumCounts ?? []
    header.underWeightCounts? += other.header.underWeightCounts ?? []
    header.documentCount += other.header.documentCount
    header.eligibleCount += other.header.eligibleCount
    header.overMaximumCount += other.header.overMaximumCount
    header.underWeightCount += other.header.underWeightCount
    candidates += other.candidates.map { $0.moved(toShard: $0.position.shard + offset) }
    let places = try other.header.strata.flatMap { strata throws(PipelineError) in
      try header.strata?.add(strata)
    }
    func own(_ role: CandidateRole) -> CandidateRole {
      places.map { role.moved(toStratum: $0[role.stratum]) } ?? role
    }
    roles += other.roles.map(own)
    for (number, document) in other.excluded.documents.enumerated() {
      let place = document.candidate.position.shard + offset
      excluded.add(
        document.candidate.moved(toShard: place), other.excluded.reason(of: document),
        own(other.excluded.roles[number]))
    }
  }

  /// Removes candidates that no draw can need any more.
  private mutating func trim() {
    // The order of shards decides which exact duplicate is the first, so sort them before the draw.
    sortShards()
    let kept = buffers(count: header.settings.count)
    keep(kept)
    sortCandidates()
    excluded = reachable(excluded, kept)
  }

  /// Buffers that hold the candidates: one for each role, in each stratum.
  ///
  /// - Parameter count: at most the header's count.
  func buffers(count: Int) -> [CandidateGroup] {
    var settings = CandidateGroup.Settings(joinsCopies: true)
    settings.expectedCount = candidates.count
    let groupCount = (header.strata?.names.count ?? 1) * header.settings.roleCount
    var buffers = (0..<groupCount).map { group in
      let budgets = header.settings.keptBudgets(
        count: count, target: role(ofGroup: group).target)
      if let second = budgets.second, !header.settings.additions.isEmpty {
        // Copies of a text may have other keys.
        return CandidateGroup(apart: budgets.first, second, settings)
      }
      return CandidateGroup(parted: budgets.first, budgets.second, settings)
    }
    guard !roles.isEmpty else {
      if groupCount > 0 { buffers[0].add(candidates.lazy.map { ($0, 0) }) }
      return buffers
    }
    for (candidate, role) in zip(candidates, roles) { buffers[group(of: role)].add(candidate) }
    return buffers
  }

  /// Keeps what a draw may need.
  ///
  /// - Parameter groups: the candidates of each role, in each stratum.
  mutating func keep(_ groups: [CandidateGroup]) {
    (candidates, roles) = ([], [])
    for (number, group) in groups.enumerated() {
      let kept = group.kept()
      candidates += kept
      if header.hasRoles { roles += kept.map { _ in role(ofGroup: number) } }
    }
  }

  /// Sorts the shards by path, and strata by name, and the candidates with them.
  mutating func sortShards() {
    let order = header.shards.indices.sorted { Self.precedes(header.shards[$0], header.shards[$1]) }
    var places = [Int](repeating: 0, count: order.count)
    for (place, index) in order.enumerated() { places[index] = place }
    header.shards = order.map { header.shards[$0] }
    header.eligibleCounts = header.eligibleCounts.map { counts in order.map { counts[$0] } }
    header.eligibleSizes = header.eligibleSizes.map { sizes in order.map { sizes[$0] } }
    header.overMaximumCounts = header.overMaximumCounts.map { counts in order.map { counts[$0] } }
    header.underWeightCounts = header.underWeightCounts.map { counts in order.map { counts[$0] } }
    candidates = candidates.map { $0.moved(toShard: places[$0.position.shard]) }
    let numbers = sortCandidates()
    excluded = excluded.transformed(
      { $0.moved(toShard: places[$0.position.shard]) },
      role: { role in numbers.map { role.moved(toStratum: $0[role.stratum]) } ?? role })
  }

  /// Sorts the candidates into pool order, and strata by name.
  ///
  /// - Returns: the new number of each stratum; nil without strata.
  @discardableResult
  private mutating func sortCandidates() -> [Int]? {
    let numbers = header.strata?.sort()
    guard !roles.isEmpty else {
      candidates.sort { $0.position < $1.position }
      return numbers
    }
    let order = candidates.indices.sorted { one, other in
      let (first, second) = (candidates[one].position, candidates[other].position)
      return first == second ? roles[one].target < roles[other].target : first < second
    }
    candidates = order.map { candidates[$0] }
    roles = order.map { number in
      let role = roles[number]
      return numbers.map { role.moved(toStratum: $0[role.stratum]) } ?? role
    }
    return numbers
  }
}
