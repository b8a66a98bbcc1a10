package import Pipeline

extension Comparison: Report {
  package var warnings: [String] {
    // The random baseline's inputs are the pool's.
    let sides = [target, selected, pool].compactMap { $0 }
    var warnings = zip(sides, ["target", "selection", "pool"]).flatMap { side, role in
      InputWarnings.skipped(side.inputs, role: role) + InputWarnings.repeatedContent(side.inputs)
        + InputWarnings.missingFields(side.missingFields, role: role)
    }
    warnings += heldout?.warnings ?? []
    warnings += InputWarnings.odd(sides.flatMap(\.inputs))
    if let domains {
      let others = [domains.others.target, domains.others.selected, domains.others.pool]
      if others.contains(where: { ($0?.documents ?? 0) > 0 }) {
        warnings.append(
          "the field has more than \(Format.count(domains.limit)) different values. That many, "
            + "chosen by a hash, are counted one by one, and the others together.")
      } else if domains.table.isEmpty {
        warnings += InputWarnings.missingDomain(settings.domainField)
      }
    }
    return warnings
  }

  package var sections: [ReportSection] {
    var sections = [ReportSection.table(figures)]
    if let klReduction, let klReductionFromPool {
      sections.append(
        .lines([
          "KL reduction: \(Format.decimal(klReduction)) nats from a random baseline, "
            + "\(Format.decimal(klReductionFromPool)) from the pool"
        ]))
    }
    if let targetDocuments { sections.append(.lines([targetDocuments])) }
    if let heldout { sections += heldout.sections }
    if let domains { sections.append(.table(domains.report)) }
    return sections
  }

  /// Number of documents in the selection and the pool that are also in the target; nil if none.
  private var targetDocuments: String? {
    let counts = [("selection", selected), ("pool", pool)]
      .map { ($0.0, $0.1?.targetDocuments ?? 0) }
      .filter { $0.1 > 0 }
    guard !counts.isEmpty else { return nil }
    let words = counts.map { "\(Format.count($0.1)) of the \($0.0)" }.joined(separator: ", ")
    return "documents that the target has too: \(words)"
  }

  // MARK: Figures

  private struct Column {
    var name: String
    var side: Side
    var divergence: Double?
    var coverage: Double?
  }

  private var columns: [Column] {
    var columns = [
      Column(name: "target", side: target),
      Column(
        name: "selection", side: selected, divergence: klTargetSelected,
        coverage: coverageSelected),
    ]
    if let pool, let randomArm {
      columns += [
        Column(name: "pool", side: pool, divergence: klTargetPool, coverage: coveragePool),
        Column(
          name: "random baseline", side: randomArm, divergence: klTargetRandom,
          coverage: coverageRandom),
      ]
    }
    return columns
  }

  private static let lengths: [(String, @Sendable (Lengths) -> Int)] = [
    ("shortest", { $0.min }), ("5 %", { $0.p5 }), ("25 %", { $0.p25 }), ("50 %", { $0.p50 }),
    ("75 %", { $0.p75 }),
    ("95 %", { $0.p95 }), ("longest", { $0.max }),
  ]

  private var figures: ReportTable {
    let columns = columns
    var table = ReportTable(header: [""] + columns.map(\.name))
    func add(_ name: String, _ cell: (Column) -> String?) {
      table.add(name, columns.map { cell($0) ?? "" })
    }
    add("documents") { Format.count($0.side.documents) }
    add("words") { Format.count($0.side.tokens) }
    add("bytes") { Format.count($0.side.bytes) }
    add("KL(target || …), nats") { $0.divergence.map { Format.decimal($0) } }
    add("n-gram coverage") { $0.coverage.map { Format.percent($0) } }
    for (name, length) in Self.lengths {
      add("words per document, \(name)") {
        $0.side.tokensPerDocument.map { Format.count(length($0)) }
      }
    }
    return table
  }
}

extension Comparison.Domains {
  /// The largest number of domains in the table. JSON has all of them.
  private static let shownCount = 40

  fileprivate var report: ReportTable {
    var report = ReportTable(
      header: ["domain", "target", "selection"]
        + (noDomain.pool == nil ? [] : ["pool", "random baseline"]))
    for domain in table.prefix(Self.shownCount) {
      report.add(domain.domain ?? "", Self.cells([domain]))
    }
    if table.count > Self.shownCount {
      let rest = table[Self.shownCount...]
      report.add("(\(Format.count(rest.count)) more: see --json)", Self.cells(rest))
    }
    if others.hasDocuments {
      report.add("(domains beyond \(Format.count(limit)))", Self.cells([others]))
    }
    if noDomain.hasDocuments { report.add("(no such field)", Self.cells([noDomain])) }
    return report
  }

  /// The cells of one row for all of the domains.
  private static func cells(_ domains: ArraySlice<Comparison.Domain>) -> [String] {
    let rows = domains.map(\.sides)
    return (rows.first ?? []).indices.map { column in
      let documents = rows.reduce(0) { $0 + $1[column].documents }
      let share = rows.reduce(0) { $0 + $1[column].share }
      return "\(Format.count(documents)) (\(Format.percent(share)))"
    }
  }
}

extension Comparison.Domain {
  fileprivate var sides: [Comparison.DomainShare] {
    [target, selected, pool, randomArm].compactMap { $0 }
  }

  fileprivate var hasDocuments: Bool { sides.contains { $0.documents > 0 } }
}
