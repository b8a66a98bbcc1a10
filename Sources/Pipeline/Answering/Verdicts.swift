internal import Reading
internal import Resampling
internal import Weighting

/// What is known about a document without looking at others.
struct DocumentFacts {
  var found: FoundDocument
  /// Why the line is no document; nil if it is one.
  var fault: InvalidLine?
  /// nil for an invalid line.
  var tokenCount: Int?
  var stratum: String?
  var outcome = EligibleReader.Outcome.underMinimum
  /// One log weight per target.
  var weights: [Double] = []
  /// The keys for the parts of the draw that may draw the document, by their numbers.
  var keyByPart: [Int: Double] = [:]
  var exclusion: ExclusionMatch?

  var isEligible: Bool { if case .eligible = outcome { fault == nil } else { false } }

  /// Finds facts, in scratch memory of its own.
  struct Reading: ~Copyable {
    private var reader: EligibleReader
    private let firstParts: [Int]
    private let targetCount: Int
    private let isStratified: Bool

    init(_ selection: RepeatedSelection) {
      reader = selection.eligibleReader()
      firstParts = selection.firstParts
      targetCount = selection.temperatures.count
      isStratified = selection.select.settings.stratify != nil
    }

    mutating func facts(of found: FoundDocument) -> DocumentFacts {
      var facts = DocumentFacts(found: found, fault: found.fault)
      guard facts.fault == nil else { return facts }
      do throws(InvalidLine) {
        let (document, outcome) = try reader.read(found.text.span, of: found.line)
        facts.tokenCount = document.size.tokenCount
        facts.outcome = outcome
        facts.weights = (0..<targetCount).map { reader.weight($0).logWeight }
        if isStratified { facts.stratum = found.line.fields[0].stratum }
        guard case .eligible(let groups) = outcome else { return facts }
        for group in groups {
          for (place, arm) in reader.plan.groups[group].arms.enumerated() where reader.mayDraw(arm)
          {
            facts.keyByPart[firstParts[group] + place] = reader.key(arm, of: document)
          }
        }
        facts.exclusion = reader.exclusionMatch(found.text.span, textHash: document.textHash)
      } catch {
        facts.fault = error
      }
      return facts
    }
  }
}

/// Says of documents whether they were selected, and if not, why.
final class Verdicts {
  struct Verdict {
    var reason: SelectionAnswer.Reason
    /// The number of the part that drew the document.
    var part: Int?
    var exclusion: ExclusionMatch?
    /// Whether an excluded document would have been drawn, or been a candidate.
    var isReached = false
    /// The place of the document that this one is a copy of, or similar to.
    var other: Position?
    /// nil for exact duplicates.
    var similarity: Double?
  }

  private let selection: RepeatedSelection
  private let drawSettings: DrawSettings
  private let joinsCopies: Bool
  private var positionByText: [Candidate.TextKey: Position] = [:]
  private var duplicateByText: [Candidate.TextKey: NearDuplicate] = [:]
  private var excludedTexts: Set<Candidate.TextKey> = []

  init(_ selection: RepeatedSelection) {
    self.selection = selection
    drawSettings = selection.select.settings.draw
    joinsCopies = !selection.plan.keepsDuplicates
    if joinsCopies {
      for document in selection.drawn.documents(epoch: 0) {
        positionByText[document.candidate.textKey] = document.candidate.position
      }
    }
    for document in selection.drawn.nearDuplicates?.documents ?? [] {
      duplicateByText[document.candidate.textKey] = document
    }
    for document in selection.drawn.excluded {
      excludedTexts.insert(joinsCopies ? document.candidate.textKey : document.candidate.placeKey)
    }
  }

  func verdict(on facts: DocumentFacts) -> Verdict {
    if facts.fault != nil { return Verdict(reason: .invalidLine) }
    let position = facts.found.line.position
    if let document = selection.drawnByPosition[position] {
      return Verdict(reason: .selected, part: document.part)
    }
    switch facts.outcome {
    case .underMinimum: return Verdict(reason: .underMinTokens)
    case .overMaximum: return Verdict(reason: .overMaxTokens)
    case .outsideStrata: return Verdict(reason: .outsideMixture)
    case .eligible: break
    }
    guard !facts.keyByPart.isEmpty else { return Verdict(reason: weightReason(facts)) }
    let text = facts.found.textKey
    if let match = facts.exclusion {
      let key = joinsCopies ? text : Candidate(position: position, 0).placeKey
      return Verdict(reason: .excluded, exclusion: match, isReached: excludedTexts.contains(key))
    }
    if let other = positionByText[text] { return Verdict(reason: .copy, other: other) }
    if let duplicate = duplicateByText[text] {
      return Verdict(
        reason: .nearDuplicate, other: duplicate.kept.position, similarity: duplicate.similarity)
    }
    let ofSets = facts.keyByPart.keys.sorted().compactMap {
      selection.drawn.parts[$0].candidateRanks
    }
    guard !ofSets.isEmpty else { return Verdict(reason: .belowCut) }
    return Verdict(reason: ofSets.contains { $0.place(of: text) != nil } ? .notInSet : .noCandidate)
  }

  /// Which limit the document's weights are below, for all targets.
  private func weightReason(_ facts: DocumentFacts) -> SelectionAnswer.Reason {
    guard let least = drawSettings.minimumLogWeight else { return .underMinQuantile }
    return facts.weights.allSatisfy { $0 < least } ? .underMinWeight : .underMinQuantile
  }
}

/// Finds the n-grams that speak for and against documents, for each target.
struct NGramExplainers: ~Copyable {
  private let model: WeighingModel
  private let top: Int

  init(_ model: WeighingModel, top: Int) {
    self.model = model
    self.top = top
  }

  /// The n-grams with the largest contributions each way, by size.
  mutating func ngrams(
    of text: [UInt8], target: Int
  ) -> (up: [SelectionAnswer.NGram], down: [SelectionAnswer.NGram]) {
    guard top > 0 else { return ([], []) }
    var explainer = DocumentExplainer(model, target: target)
    let outcome = explainer.explain(text.span)
    let strongest = outcome.strongest(top)
    return (
      strongest.up.map { outcome.ngram($0, strongest.contributions) },
      strongest.down.map { outcome.ngram($0, strongest.contributions) }
    )
  }
}

extension DocumentExplainer.Outcome {
  func ngram(_ index: Int, _ contributions: [Double]) -> SelectionAnswer.NGram {
    SelectionAnswer.NGram(
      ngram: Explanation.shownText(ngrams[index].text), count: ngrams[index].count,
      contribution: contributions[index])
  }
}
