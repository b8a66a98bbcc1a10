internal import Choosing
internal import Resampling

/// Puts the documents of a set in an order. Any beginning of it is about as good a set as one that
/// is chosen in that size.
///
/// The greedy choice is made once more, among the documents of the set only. For a size in
/// documents, it has stages, of which each doubles the set: the price of length and the bonus are
/// those of a set of the stage's size. See ``SetObjective``.
extension SetSweeps {
  /// The number of documents in the first stage.
  private static let firstStage = 16

  /// A candidate, and the share of its group that comes before it.
  private struct Placed {
    var share: Double
    var textHash: UInt64
    var number: Int
  }

  /// - Parameter chosen: the numbers of the set's candidates.
  /// - Returns: the same numbers in order, which doesn't depend on the order given.
  /// - Throws: ``PipelineError``
  func order(_ chosen: [Int]) throws(PipelineError) -> [Int] {
    var isChosen = [Bool](repeating: false, count: candidates.all.count)
    for number in chosen { isChosen[number] = true }
    let groupCount = groupCount(chosen)
    let width = spool.sliceCount / groupCount
    var ordered: [Placed] = []
    for group in 0..<groupCount {
      let slices = (group * width)..<((group + 1) * width)
      let ofGroup = order(try records(of: slices) { isChosen[$0] }, wholeCount: chosen.count)
      for (place, number) in ofGroup.enumerated() {
        ordered.append(
          Placed(
            share: (Double(place) + 0.5) / Double(ofGroup.count),
            textHash: candidates.all[number].textHash, number: number))
      }
    }
    if groupCount > 1 { ordered.sort { ($0.share, $0.textHash) < ($1.share, $1.textHash) } }
    return ordered.map(\.number)
  }

  /// Slices are put in order in groups, of which each fits into memory.
  private func groupCount(_ chosen: [Int]) -> Int {
    let words = Double(spool.wordCounts.reduce(0, +))
    let share = Double(chosen.count) / Double(max(1, candidates.all.count))
    var count = 1
    while count < spool.sliceCount, words * share / Double(count) > Double(Self.sliceWordCount) {
      count *= 2
    }
    return count
  }

  /// The records of some candidates in some slices, which are read one after another.
  private func records(
    of slices: Range<Int>, where isWanted: (Int) -> Bool
  ) throws(PipelineError) -> CandidateRecords {
    var words: [UInt32] = []
    for slice in slices {
      let records = try spool.records(of: slice..<(slice + 1))
      words += records.subset((0..<records.count).filter { isWanted(records[$0].candidate) }).words
    }
    return CandidateRecords(words)
  }

  /// - Parameter wholeCount: the number of documents in all groups, of which each stands for all.
  private func order(_ records: CandidateRecords, wholeCount: Int) -> [Int] {
    guard records.count > 0 else { return [] }
    let factor = Double(wholeCount) / Double(records.count)
    var table = tableBefore(factor: factor)
    let numbers = (0..<records.count).map { records[$0].candidate }
    var left = Array(numbers.indices)
    var ordered: [Int] = []
    for end in stages(numbers) {
      let known = ordered.isEmpty ? numbers : ordered
      let tokens = known.reduce(0) { $0 + candidates.all[$1].tokenCount }
      let mean = Double(tokens) / Double(known.count)
      let scale = candidates.scale(
        objective, noise, profile, factor: factor, tokenCount: mean * Double(end) * factor,
        baseTokenCount: base?.tokenCount ?? 0, costShare: Double(end) / Double(numbers.count))
      var greedy = LazyGreedy(
        records.subset(left), left.map { alone(scale.terms(numbers[$0])) })
      let taken = greedy.choose(quotas: [end - ordered.count], adding: &table)
      ordered += taken.map { numbers[left[$0]] }
      let isTaken = Set(taken)
      left = left.indices.filter { !isTaken.contains($0) }.map { left[$0] }
    }
    return ordered
  }

  /// The sizes of the set after each stage.
  private func stages(_ numbers: [Int]) -> [Int] {
    guard case .documents? = candidates.parts.first?.budget else { return [numbers.count] }
    var stages: [Int] = []
    var size = Self.firstStage
    while size < numbers.count {
      stages.append(size)
      size *= 2
    }
    return stages + [numbers.count]
  }

  /// The terms with one quota, of one for each document.
  private func alone(_ terms: CandidateTerms) -> CandidateTerms {
    CandidateTerms(factor: terms.factor, offset: terms.offset, cost: 1, textHash: terms.textHash)
  }
}
