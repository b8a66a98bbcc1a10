internal import Featurizing
internal import Files
internal import Judging
internal import Platform
internal import Reading
internal import Resampling

/// Trains the models of ``LanguageJudge`` on selections, and judges each by how well they predict
/// held-out text.
struct HeldoutStep {
  let settings: HeldoutSettings
  let reading: ReadingSettings
  /// The field of the held-out text, if it is another one.
  let heldoutTextField: TextField?
  let seed: UInt64
  let progress: ProgressMeter

  /// The pool, and its size, which decides how many of its documents are kept.
  struct Pool {
    var inputs: Inputs
    var documentCount: Int
    var tokenCount: Int
  }

  /// The documents of one selection, or of the random baseline.
  fileprivate struct Side: Sendable {
    var words: WordSequences
    var record: [InputRecord]?
    var skippedLines: [ExactString: Int]?
    var isBaseline = false
  }

  /// - Parameter targetTexts: the texts of the target.
  /// - Throws: ``PipelineError``
  func run(
    _ selected: Inputs, _ pool: Pool?, targetTexts: TextHashes
  ) throws -> HeldoutRecord {
    var vocabulary = Vocabulary()
    let (heldout, report) = try read(
      Inputs(settings.files, reading), .readHeldout, .heldout, into: &vocabulary)
    var sides = [
      Side(words: try read(selected, .readSelections, .selected, into: &vocabulary).0)
    ]
    for files in settings.others {
      let (words, report) = try read(
        Inputs(files, reading), .readSelections, .other, into: &vocabulary)
      sides.append(
        Side(words: words, record: report.inputRecords, skippedLines: report.skippedByReason))
    }
    var limit = try limit(for: sides)
    if let pool {
      let words = try baseline(pool, limit ?? sides[0].words.wordCount, &vocabulary)
      if settings.limit == .least { limit = limit.map { min($0, words.wordCount) } }
      sides.append(Side(words: words, isBaseline: true))
    }
    let trained = try judge(
      sides, limit, baselineLimit: limit ?? sides[0].words.wordCount, vocabulary, heldout)
    return HeldoutRecord(
      inputs: report.inputRecords, skippedLines: report.skippedByReason,
      documents: heldout.documents.count, tokens: heldout.wordCount, bytes: heldout.byteCount,
      targetDocuments: targetTexts.scaled(
        heldout.documents.count { targetTexts.contains($0.identity) }),
      tokenLimit: limit, selected: trained[0],
      others: Array(trained[1..<(1 + settings.others.count)]),
      randomArm: pool == nil ? nil : trained.last)
  }

  // MARK: Reading

  /// Reads the words of all documents, or of those in any of the arms.
  ///
  /// - Throws: ``PipelineError``
  private func read(
    _ inputs: Inputs, _ step: Step, _ role: InputRole, arms: [RandomDocuments]? = nil,
    into vocabulary: inout Vocabulary
  ) throws -> (WordSequences, PassReport) {
    let isHeldout = role == .heldout
    var workers = reading.with(textField: isHeldout ? heldoutTextField : nil).workers(progress)
    workers.hashesContent = role == .heldout || role == .other
    progress.begin(
      step, totalStoredByteCount: inputs.totalStoredByteCount, pass: role == .pool ? .next : .none)
    let tables = UnicodeTables()
    let keeps = arms.map { arms in
      { @Sendable textHash in arms.contains { $0.contains(textHash) } }
    }
    let (results, report) = try PipelineError.inTarget(isHeldout) {
      try workers.run(inputs.shards) { WordCollector(tables, keeps: keeps) }
    }
    let words = WordSequences(joining: results, into: &vocabulary)
    if arms == nil {
      try report.checkHasDocuments(role)
      guard words.wordCount > 0 else { throw PipelineError.input(.noTokens(role: role)) }
    }
    return (words, inputs.corrected(report))
  }

  /// The number of tokens at which training stops; nil for no limit.
  ///
  /// - Throws: ``PipelineError``
  private func limit(for sides: [Side]) throws -> Int? {
    let limit: Int
    switch settings.limit {
    case .all: return nil
    case .least: return sides.map(\.words.wordCount).min()
    case .count(let count): limit = count
    }
    // Name the smallest, so that the advice holds for all.
    let sizes = sides.map(\.words.wordCount)
    if let least = sizes.min(), least < limit, let number = sizes.firstIndex(of: least) {
      throw PipelineError.heldout(
        .tooFewTokens(
          number == 0 ? .selection : .other(path: settings.others[number - 1][0]),
          tokenCount: least, limit: limit))
    }
    return limit
  }

  // MARK: Orders

  /// The hashes that put documents in order, one for each shuffle.
  private var orders: [SeededHash] {
    let seeds = SeededHash(seed: seed, purpose: .trainingOrder)
    return (0..<settings.shuffleCount).map {
      SeededHash(seed: seeds(UInt64($0)), purpose: .trainingOrder)
    }
  }

  /// The documents of the pool that come first in any of the orders, up to `limit` tokens.
  ///
  /// The share of documents to keep is a guess at first. If it is too small, the pool is read
  /// again.
  ///
  /// - Throws: ``PipelineError``
  private func baseline(
    _ pool: Pool, _ limit: Int, _ vocabulary: inout Vocabulary
  ) throws -> WordSequences {
    let orders = orders
    let mean = Double(pool.tokenCount) / Double(max(1, pool.documentCount))
    let expected = Double(limit) / max(1, mean)
    // Ten standard deviations of the number of documents, and a tenth for those of their lengths.
    var rate = (1.1 * expected + 10 * expected.squareRoot() + 100) / Double(pool.documentCount)
    while true {
      let arms = orders.map { RandomDocuments(order: $0, rate: rate) }
      var vocabularyWithPool = vocabulary
      let (words, _) = try read(
        pool.inputs, .countRandom, .pool, arms: arms, into: &vocabularyWithPool)
      let found = arms.map { arm in
        words.documents.reduce(0) { $0 + (arm.contains($1.identity) ? $1.wordCount : 0) }
      }.min()
      if found ?? 0 >= limit || rate >= 1 {
        vocabulary = vocabularyWithPool
        guard words.wordCount >= limit || settings.limit != .count(limit) else {
          throw PipelineError.heldout(
            .tooFewTokens(.pool, tokenCount: words.wordCount, limit: limit))
        }
        guard words.wordCount > 0 else { throw PipelineError.input(.noTokens(role: .pool)) }
        return words
      }
      rate *= max(1.5, min(100, 1.5 * Double(limit) / Double(max(1, found ?? 0))))
    }
  }

  // MARK: Judging

  /// One training run.
  private struct Job: Sendable {
    var side: Int
    var order: Int
    var limit: Int?
  }

  /// - Returns: the findings of each side.
  /// - Throws: ``PipelineError``
  private func judge(
    _ sides: [Side], _ limit: Int?, baselineLimit: Int, _ vocabulary: Vocabulary,
    _ heldout: WordSequences
  ) throws -> [HeldoutRecord.Trained] {
    let orders = orders
    var jobs: [Job] = []
    for (number, side) in sides.enumerated() {
      let limit = side.isBaseline ? baselineLimit : limit
      // If all documents are used, their order makes no difference.
      let isOrdered = limit.map { $0 < side.words.wordCount } ?? false
      for order in 0..<(isOrdered ? orders.count : 1) {
        jobs.append(Job(side: number, order: order, limit: limit))
      }
    }
    let sizes = jobs.map { min($0.limit ?? .max, sides[$0.side].words.wordCount) }
    guard sizes.allSatisfy({ $0 < LanguageJudge.mostWords }) else {
      throw PipelineError.heldout(.tooManyTokens(limit: LanguageJudge.mostWords))
    }
    // A word stands for four bytes: only shares and speeds are shown.
    progress.begin(.judge, totalStoredByteCount: 4 * sizes.reduce(0, +))
    let all = jobs
    let findings: [LanguageJudge.Finding]
    do throws(SystemError) {
      findings = try Threads.map(all.count, threadCount: reading.threadCount) { number in
        let job = all[number]
        var judge = LanguageJudge(vocabulary)
        let words = sides[job.side].words
        for document in words.ordered(by: { orders[job.order]($0) }, limit: job.limit) {
          judge.train(words.words(of: document))
          progress.advance(stored: 4 * document.wordCount, text: 4 * document.wordCount)
        }
        return judge.finding(on: heldout)
      }
    } catch {
      throw PipelineError.input(.reading(.system(error), line: nil))
    }
    return sides.indices.map { number in
      HeldoutRecord.Trained(
        zip(jobs, findings).filter { $0.0.side == number }.map(\.1), of: sides[number], heldout)
    }
  }
}

extension HeldoutRecord.Trained {
  fileprivate init(
    _ findings: [LanguageJudge.Finding], of side: HeldoutStep.Side, _ heldout: WordSequences
  ) {
    let perplexities = findings.map { exp($0.natsPerWord) }
    let bits = findings.map(\.bitsPerByte)
    let count = Double(findings.count)
    let known = Set(heldout.documents.map(\.identity))
    let largest = findings.max { $0.trainingWordCount < $1.trainingWordCount }
    self.init(
      inputs: side.record, skippedLines: side.skippedLines,
      availableDocuments: side.isBaseline ? nil : side.words.documents.count,
      availableTokens: side.isBaseline ? nil : side.words.wordCount,
      heldoutDocuments: side.words.documents.count { known.contains($0.identity) },
      documents: largest?.trainingDocumentCount ?? 0, tokens: largest?.trainingWordCount ?? 0,
      shuffles: findings.count, bitsPerByte: bits.reduce(0, +) / count,
      perplexity: exp(findings.reduce(0) { $0 + $1.natsPerWord } / count),
      spread: HeldoutRecord.Spread(
        bitsPerByte: .init(smallest: bits.min() ?? 0, largest: bits.max() ?? 0),
        perplexity: .init(smallest: perplexities.min() ?? 0, largest: perplexities.max() ?? 0)))
  }
}
