internal import Judging
internal import Platform
internal import Resampling
internal import Weighting

/// Finds the size of a selection that serves a target best, and chooses the documents of that size.
///
/// The selection is made with one half of the target, and judged by how well models trained on it
/// predict the other half. Sizes are powers of two, and grow until the last one is
/// ``turningFactor`` times the best. All of them are chosen from what one pass over the pool kept.
struct SizeSearch: Selector {
  let settings: SizeSearchSettings
  let sizes: SizeSearchSettings.Sizes
  let makeSelector: @Sendable (Budget) -> any Selector
  let words: SelectionWords
  /// Of the predicted half and no others.
  let vocabulary: Vocabulary
  let predicted: WordSequences
  let threadCount: Int
  /// The number of passes over the pool that one stage takes.
  let passCountOfStage: Int
  /// Gets what was found.
  private let found = Shared()

  private final class Shared: Sendable {
    let found = Lock(Found())
  }

  private struct Found: Sendable {
    var trials: [SizeSearchRecord.Trial] = []
    var end = SizeSearchRecord.End.limit
    var leftOut = 0

    var best: SizeSearchRecord.Trial? {
      trials.min { ($0.bitsPerByte, $0.size) < ($1.bitsPerByte, $1.size) }
    }
  }

  /// The sizes of the first stage, which share most of their candidates. Later stages have fewer,
  /// since most searches end before.
  private static let (firstStage, laterStage) = (6, 2)
  /// A search ends when a size is this many times the best so far.
  private static let turningFactor = 4

  /// The draw of the largest size.
  var plan: DrawPlan { makeSelector(settings.budget(sizes.largest)).plan }

  var step: Step { .searchSize }

  func choose(from kept: consuming DrawBuffers, eligible: EligibleDocuments) throws -> Choice {
    var found = Found()
    var best: Choice?
    var rest = sizes.all[...]
    while !rest.isEmpty, !hasTurned(found) {
      let isFirst = rest.startIndex == 0
      let stage = rest.prefix(isFirst ? Self.firstStage : Self.laterStage)
      rest = rest.dropFirst(stage.count)
      if !isFirst { words.workers.progress.extend(by: passCountOfStage) }
      var trials: [Trial] = []
      // The largest comes first, since its candidates include those of the others.
      for size in stage.reversed() {
        let copy = kept
        let choice = try makeSelector(settings.budget(size)).choose(from: copy, eligible: eligible)
        guard choice.shortGroups.isEmpty else { return choice }
        trials.append(Trial(size, choice))
      }
      if let most = settings.mostTokens, trials.contains(where: { $0.tokenCount > most }) {
        trials.removeAll { $0.tokenCount > most && $0.size > sizes.all[0] }
        rest = []
        found.end = .limit
      } else if rest.isEmpty {
        found.end = sizes.reachPool ? .pool : .limit
      }
      try judge(trials.reversed(), &found)
      if let size = found.best?.size, let trial = trials.first(where: { $0.size == size }) {
        best = trial.choice
      }
    }
    if hasTurned(found) { found.end = .turned }
    guard let best else { throw PipelineError.sizing(.nothingToJudge) }
    self.found.found.withLock { $0 = found }
    return best
  }

  /// The search itself counts no excluded documents.
  func reached(in kept: consuming DrawBuffers, eligible: EligibleDocuments) -> Reached {
    Reached()
  }

  /// A selection of one size.
  private struct Trial {
    var size: Int
    var choice: Choice
    var documents: [Candidate]

    init(_ size: Int, _ choice: Choice) {
      self.size = size
      self.choice = choice
      documents = choice.selections.flatMap { $0.flatMap(\.documents) }
    }

    var tokenCount: Int { documents.reduce(0) { $0 + $1.tokenCount } }
  }

  /// - Precondition: the documents were chosen.
  /// - Parameter selecting: the half that selects.
  func record(selectedBy selecting: FeatureCounts) -> SizeSearchRecord {
    let found = found.found.withLock { $0 }
    guard let best = found.best else { preconditionFailure("nothing was chosen") }
    return SizeSearchRecord(
      unit: settings.unit.rawValue, best: best.size, trials: found.trials, end: found.end,
      selecting: .init(documents: selecting.documentCount, tokens: selecting.tokenCount),
      predicted: .init(documents: predicted.documents.count, tokens: predicted.wordCount),
      leftOut: found.leftOut)
  }

  // MARK: Checks

  /// A target needs this many documents and tokens: see Documentation/Method.md.
  static let (leastDocuments, leastTokens) = (40, 5_000)
  /// A half may be smaller than the other, but needs this share of them.
  private static let leastShare = 4

  /// Checks that a half of the target is large enough.
  static func check(
    _ documentCount: Int, _ tokenCount: Int, of whole: FeatureCounts
  ) throws(PipelineError) {
    guard whole.documentCount >= leastDocuments, whole.tokenCount >= leastTokens,
      documentCount >= leastDocuments / leastShare, tokenCount >= leastTokens / leastShare
    else {
      throw .sizing(
        .smallTarget(
          documentCount: whole.documentCount, tokenCount: whole.tokenCount,
          halfCount: min(documentCount, whole.documentCount - documentCount),
          leastDocuments: leastDocuments, leastTokens: leastTokens))
    }
  }

  // MARK: Trials

  private func hasTurned(_ found: Found) -> Bool {
    guard let best = found.best, let last = found.trials.last else { return false }
    return last.size / Self.turningFactor >= best.size
  }

  /// Trains models on selections, and adds what they predict to `found`.
  ///
  /// - Parameter trials: from the smallest to the largest.
  private func judge(_ trials: [Trial], _ found: inout Found) throws {
    guard !trials.isEmpty else { return }
    var vocabulary = vocabulary
    let read = try words.read(Self.union(trials), into: &vocabulary)
    let (whole, selections) = (vocabulary, trials.map(\.documents))
    words.workers.progress.begin(
      .judge, totalStoredByteCount: 4 * trials.reduce(0) { $0 + $1.tokenCount })
    let findings: [LanguageJudge.Finding?]
    do throws(SystemError) {
      findings = try Threads.map(selections.count, threadCount: threadCount) { number in
        train(selections[number], read, whole)
      }
    } catch {
      throw PipelineError.input(.reading(.system(error), line: nil))
    }
    for (trial, finding) in zip(trials, findings) {
      guard let finding else { continue }
      found.trials.append(
        .init(
          size: trial.size, documents: trial.documents.count, tokens: trial.tokenCount,
          bitsPerByte: finding.bitsPerByte, perplexity: exp(finding.natsPerWord)))
    }
    found.leftOut = trials.last?.documents.count { words.leavesOut($0.textHash) } ?? 0
  }

  /// The documents of all selections, each once, in pool order.
  private static func union(_ trials: [Trial]) -> [Candidate] {
    var documents = trials.flatMap(\.documents)
    Candidates.sortByPosition(&documents)
    var union: [Candidate] = []
    for document in documents where union.last?.position != document.position {
      union.append(document)
    }
    return union
  }

  /// - Returns: nil if there is no word to train on.
  private func train(
    _ selection: [Candidate], _ read: WordSequences, _ vocabulary: Vocabulary
  ) -> LanguageJudge.Finding? {
    // With duplicates, a text may be in the selection more than once.
    var counts: [UInt64: Int] = [:]
    for candidate in selection { counts[candidate.textHash, default: 0] += 1 }
    var judge = LanguageJudge(vocabulary)
    var wordCount = 0
    for document in read.documents {
      guard let left = counts[document.identity], left > 0 else { continue }
      counts[document.identity] = left - 1
      wordCount += document.wordCount
      judge.train(read.words(of: document))
      words.workers.progress.advance(stored: 4 * document.wordCount, text: 4 * document.wordCount)
    }
    return wordCount > 0 ? judge.finding(on: predicted) : nil
  }
}
