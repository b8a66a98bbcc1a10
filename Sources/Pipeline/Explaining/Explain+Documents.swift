internal import Featurizing
internal import Files
internal import Reading
internal import Weighting

/// Explains the log weights of documents.
extension Explain {
  func explainDocuments(
    _ input: Inputs, _ models: Models, in explanation: inout Explanation
  ) throws {
    var explainer = DocumentExplainer(models.weighing)
    var documents: [LabelledRecord<Explanation.Document>] = []
    var hasMore = false
    var lines = DocumentLines(reading: settings.reading)
    if let line = settings.line {
      let document = try lines.document(at: line, of: input.shards[0]) { place, text in
        explained(explainer.explain(text), place, models)
      }
      documents.append(document)
    } else {
      let wantedIDs = Set(settings.ids.map { ExactString($0) })
      var foundIDs: Set<ExactString> = []
      if !wantedIDs.isEmpty { lines.fields = [settings.idField] }
      let report = try lines.forEach(input.shards) { place, text in
        if !wantedIDs.isEmpty {
          guard let name = place.fields[0].name.map({ ExactString($0) }), wantedIDs.contains(name)
          else {
            return true
          }
          foundIDs.insert(name)
        }
        guard documents.count < ExplainSettings.documentLimit else {
          hasMore = true
          return false
        }
        documents.append(explained(explainer.explain(text), place, models))
        return true
      }
      explanation.skip(report)
      if let missing = settings.ids.first(where: { !foundIDs.contains(ExactString($0)) }) {
        throw PipelineError.input(
          .noSuchID(id: missing, field: settings.idField, skippedCount: report.skippedCount))
      }
      guard !documents.isEmpty else {
        throw PipelineError.input(.empty(role: .input, skippedLines: report.skippedCount))
      }
    }
    explanation.documents = documents
    explanation.moreDocuments = hasMore
  }

  /// - Complexity: O(*n* log *n*) for *n* different n-grams, per component.
  private func explained(
    _ outcome: borrowing DocumentExplainer.Outcome, _ place: DocumentLines.Place, _ models: Models
  ) -> LabelledRecord<Explanation.Document> {
    let labels = models.weighing.components.map { $0.labels }
    let (ngrams, components) = (outcome.ngrams, outcome.components)
    let strongest = outcome.strongest(settings.top)
    let contributions = strongest.contributions
    var ofBucket: [Int: [String]] = [:]
    for ngram in ngrams { ofBucket[ngram.bucket, default: []].append(ngram.text) }
    func shown(_ index: Int) -> LabelledRecord<Explanation.NGram> {
      let ngram = ngrams[index]
      let own = Array(ngram.text.utf8)
      let others = (ofBucket[ngram.bucket] ?? []).filter { Array($0.utf8) != own }
      return LabelledRecord(
        record: Explanation.NGram(
          ngram: Explanation.shownText(ngram.text), order: ngram.order, bucket: ngram.bucket,
          count: ngram.count, targetCount: Int(models.target.counts[ngram.bucket]),
          poolCount: Int(models.pool.counts[ngram.bucket]), contribution: contributions[index],
          sharesBucketWith: others.map { Explanation.shownText($0) }),
        contributions: zip(labels, components).compactMap { labels, component in
          LabelledNumber(labels.ofNGrams, component.ofNGrams?[index])
        },
        bucketValues: zip(labels, components).compactMap { labels, component in
          LabelledNumber(labels.ofBuckets, component.bucketValues?[index])
        })
    }
    return LabelledRecord(
      record: Explanation.Document(
        file: place.file, line: place.line, tokens: outcome.size.tokenCount,
        features: outcome.size.featureCount, logWeight: outcome.logWeight,
        differentNgrams: ngrams.count,
        ngramsThatShareABucket: ofBucket.values.reduce(0) { $0 + ($1.count > 1 ? $1.count : 0) },
        up: strongest.up.map { shown($0) }, down: strongest.down.map { shown($0) }),
      contributions: zip(labels, components).flatMap { labels, component in
        Self.sums(component, labels)
      })
  }

  /// The parts of a document's log weight that come from one component.
  private static func sums(
    _ component: ComponentExplanation, _ labels: ComponentLabels
  ) -> [LabelledNumber] {
    var named = labels.ofNGrams
    named?.title = labels.name
    let parts = [
      LabelledNumber(named, component.ofNGrams?.reduce(0, +)),
      LabelledNumber(labels.ofDocument, component.ofDocument),
    ]
    return parts.compactMap { $0 }
  }
}

extension LabelledNumber {
  /// nil if either is missing.
  init?(_ label: ComponentLabels.Label?, _ value: Double?) {
    guard let label, let value else { return nil }
    self.init(label: label, value: value)
  }
}
