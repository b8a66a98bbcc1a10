internal import Files
internal import Reading
internal import Resampling
internal import Weighting

extension ReportData.Lengths {
  /// - Returns: nil without documents.
  init?(_ role: Role, _ side: SurveyStep.Side) {
    self.init(role, side.lengths, tokenCount: side.tokenCount)
  }

  init?(_ role: Role, _ lengths: LengthHistogram, tokenCount: Int) {
    guard let median = lengths.quantile(percent: 50) else { return nil }
    self.init(
      role: role, documents: lengths.count, tokens: tokenCount, median: median,
      smallest: lengths.minimum, largest: lengths.maximum,
      counts: lengths.counts(from: LengthBins.edges))
  }
}

extension ReportData.Weights {
  init(
    _ target: String?, _ bins: WeightBins, pool: BinnedWeights, selected: BinnedWeights,
    cut: Double?, hasNoise: Bool
  ) {
    self.init(
      target: target, width: bins.width, first: bins.first, pool: pool.counts,
      selected: selected.counts, poolBelow: pool.below, poolAbove: pool.above,
      selectedBelow: selected.below, selectedAbove: selected.above, cut: cut, hasNoise: hasNoise)
  }
}

extension ReportData.Domains {
  /// Rows of single domains, at most.
  static let rowCount = 30

  /// - Parameters: the domains of each side; nil for a side that isn't known.
  init(
    field: String, selected: DomainCounts, pool: DomainCounts?, target: DomainCounts?
  ) {
    // A domain has a row only if every side counted it alone.
    let threshold = [selected, pool, target].compactMap { $0?.threshold }.min() ?? .max
    var sides = [selected, pool, target]
    for side in sides.indices { sides[side]?.restrict(to: threshold) }
    func row(_ name: [UInt8]?, _ count: (DomainCounts) -> Int) -> Row {
      Row(
        name: name.map { String(decoding: $0, as: UTF8.self) }, pool: sides[1].map(count),
        selected: sides[0].map(count) ?? 0, target: sides[2].map(count))
    }
    let names = Set(sides.flatMap { $0?.names ?? [] })
    let rows = names.map { name in (name: name, row: row(name) { $0[name] }) }
      .sorted { one, other in
        let counts = { (row: Row) in [row.selected, row.pool ?? 0, row.target ?? 0] }
        guard counts(one.row) == counts(other.row) else {
          return counts(other.row).lexicographicallyPrecedes(counts(one.row))
        }
        return one.name.lexicographicallyPrecedes(other.name)
      }.map(\.row)
    self.field = field
    self.rows = Array(rows.prefix(Self.rowCount))
    let rest = rows.dropFirst(Self.rowCount)
    others = rest.count
    other = row(nil) { $0.otherCount }
    other.selected += rest.reduce(0) { $0 + $1.selected }
    other.pool = other.pool.map { pool in rest.reduce(pool) { $0 + ($1.pool ?? 0) } }
    other.target = other.target.map { target in rest.reduce(target) { $0 + ($1.target ?? 0) } }
    none = row(nil) { $0.withoutCount }
  }
}

extension ReportData.Parts {
  /// - Parameter divergences: KL(target ‖ part) of the first parts.
  /// - Returns: nil for a plain draw.
  init?(_ records: [PartRecord]?, divergences: [Double?]) {
    guard let records, !records.isEmpty else { return nil }
    rows = records.prefix(SurveyStep.mostParts).enumerated().map { number, part in
      ReportData.Part(
        epoch: part.epoch, stratum: part.stratum, target: part.target, by: part.by,
        documents: part.documents, tokens: part.tokens, bytes: part.bytes,
        shortfall: part.shortfall,
        kl: divergences.indices.contains(number) ? divergences[number] : nil)
    }
    let rest = records.dropFirst(SurveyStep.mostParts)
    others = rest.count
    otherDocuments = rest.reduce(0) { $0 + $1.documents }
  }
}

extension ReportData.Phrases {
  init(_ counts: borrowing PhraseCounts, base: ReportData.Lengths.Role) {
    let compared = counts.compared()
    self.init(
      base: base, selectedRead: counts.read(.selected), baseRead: counts.read(.base),
      targetRead: counts.read(.target), more: compared.more, less: compared.less)
  }
}

extension ReportData.Timings {
  init(_ timings: RunTimings) {
    self.init(command: timings.command, seconds: timings.totalSeconds, threads: timings.threads)
  }
}

extension ReportData {
  /// Files of each role that are listed, at most.
  private static let mostFiles = 20

  mutating func addInputs(_ role: String, _ inputs: [InputRecord]) {
    add(
      inputs.map {
        File(
          role: role, path: $0.path, bytes: $0.bytes, documents: $0.documents, xxh3: $0.xxh3)
      })
  }

  mutating func addOutputs(_ outputs: [OutputRecord]) {
    add(
      outputs.map {
        File(
          role: $0.role.rawValue, path: $0.path, bytes: $0.bytes, documents: $0.lines,
          xxh3: $0.textXxh3)
      })
  }

  mutating func add(_ files: [File]) {
    self.files += files.prefix(Self.mostFiles)
    otherFiles += max(0, files.count - Self.mostFiles)
  }

  /// Adds a setting; none if there is no value.
  mutating func set(_ name: String, _ value: (some CustomStringConvertible)?) {
    if let value { settings.append(Setting(name: name, value: value.description)) }
  }

  /// Sets a setting of several numbers.
  mutating func set(_ name: String, _ numbersByName: [ExactString: Double]) {
    let words = numbersByName.sorted { $0.key < $1.key }.map { key, value in
      "\(key.string) \(Int(exactly: value).map(String.init) ?? "\(value)")"
    }
    set(name, words.joined(separator: ", "))
  }

  mutating func addFate(_ kind: Fate.Kind, _ documents: Int?) {
    guard let documents, documents > 0 else { return }
    fates = (fates ?? []) + [Fate(kind: kind, documents: documents)]
  }
}

extension RunOutputs {
  /// Writes a page, and the data that it is made from, as far as they are requested.
  ///
  /// - Throws: ``PipelineError``
  func write(_ data: ReportData?, _ report: ReportSettings?, _ page: PageMaker?) throws
    -> WrittenFiles
  {
    var files = WrittenFiles()
    guard let data, let report else { return files }
    if let path = report.page, let page {
      files.append(try writeWhole(page(data), to: path))
    }
    if let path = report.data { files.append(try write(data, to: path)) }
    return files
  }
}
