internal import Reading
internal import Resampling

/// Reads the texts that a report shows, or counts words in.
struct ReportTexts {
  /// What a document is read for.
  enum Use {
    case words(PhraseCounts.Side)
    /// Sample `index` of group `group`.
    case sample(group: Int, index: Int)
  }

  private struct Item {
    var pick: DocumentPick
    var use: Use

    /// nil where only the place is known, as in lists of near-duplicates.
    var textHash: UInt64? { pick.textHash == 0 ? nil : pick.textHash }
  }

  /// Text that is read for words, of each side.
  static let mostBytes = 2_000_000

  private var items: [Item] = []
  private(set) var groups: [ReportData.SampleGroup] = []
  private let paths: [String]

  /// - Parameter shards: those of the documents' positions.
  init(_ shards: [Shard]) { paths = shards.map(\.name) }

  /// Adds documents to count words in: those that come first, up to ``mostBytes``.
  ///
  /// - Parameter picks: in the order of their scores.
  mutating func count(_ picks: [DocumentPick], in side: PhraseCounts.Side) {
    var byteCount = 0
    for pick in picks where byteCount < Self.mostBytes {
      byteCount += min(pick.textByteCount, PhraseCounts.mostBytes)
      items.append(Item(pick: pick, use: .words(side)))
    }
  }

  /// Adds documents to show; none if there are none.
  mutating func show(
    _ reason: ReportData.SampleGroup.Reason, target: String? = nil, _ picks: [DocumentPick],
    similarTo others: [NearDuplicate] = [],
    _ nameByPosition: [Position: SurveyStep.DocumentName] = [:]
  ) {
    guard !picks.isEmpty else { return }
    var group = ReportData.SampleGroup(reason: reason, target: target, samples: [])
    for (index, pick) in picks.enumerated() {
      items.append(Item(pick: pick, use: .sample(group: groups.count, index: index)))
      let position = pick.place.position
      var sample = ReportData.SampleGroup.Sample(
        file: paths[position.shard], place: position.place, isRow: pick.place.isRow,
        tokens: pick.tokenCount, logWeight: pick.logWeight, key: pick.key, text: "", isCut: false,
        bytes: 0)
      sample.line = pick.line ?? nameByPosition[position]?.line
      sample.id = pick.id.flatMap(DomainCounts.name) ?? nameByPosition[position]?.id
      if others.indices.contains(index) {
        let kept = others[index].kept.position
        sample.similarLine = nameByPosition[kept]?.line
        sample.similarId = nameByPosition[kept]?.id
        sample.similarFile = paths[kept.shard]
        sample.similarPlace = kept.place
        sample.similarity = others[index].similarity
      }
      group.samples.append(sample)
    }
    groups.append(group)
  }

  /// Reads the texts.
  ///
  /// - Throws: ``PipelineError``, also if a document isn't what it was.
  mutating func read(
    _ shards: [Shard], _ textField: TextField, _ limits: ReadingLimits, _ progress: ProgressMeter,
    into phrases: inout PhraseCounts
  ) throws {
    items.sort { $0.pick.place.position < $1.pick.place.position }
    let records = PlacedRecords(
      shards: shards, limits: limits, textField: textField, progress: progress)
    try records.forEachText(items, at: \.pick.place, hash: \.textHash) { item, text in
      switch item.use {
      case .words(let side): phrases.add(text, to: side)
      case .sample(let group, let index):
        groups[group].samples[index].fill(with: text)
      }
    }
  }
}

extension ReportData.SampleGroup.Sample {
  /// Takes the beginning of a text.
  fileprivate mutating func fill(with text: Span<UInt8>) {
    let most = ReportData.sampleLength
    bytes = text.count
    // A character has four bytes at most.
    let beginning = text.extracting(first: min(text.count, 4 * most + 4))
    let decoded = String(decoding: beginning.indices.map { beginning[$0] }, as: UTF8.self)
    let scalars = decoded.unicodeScalars
    isCut = beginning.count < text.count || scalars.count > most
    self.text = String(String.UnicodeScalarView(scalars.prefix(most)))
  }
}
