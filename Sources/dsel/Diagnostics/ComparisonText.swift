import Pipeline

/// A comparison for people: columns of numbers.
struct ComparisonText {
  /// The most domains that are shown; `--json` has all.
  static let domainLimit = 40

  let text: String

  init(_ comparison: Comparison) {
    var columns = [
      Column("target", comparison.target), Column("selection", comparison.selected),
    ]
    columns[1].divergence = comparison.klTargetSelected
    columns[1].coverage = comparison.coverageSelected
    if let pool = comparison.pool, let random = comparison.randomArm {
      columns += [Column("pool", pool), Column("random baseline", random)]
      columns[2].divergence = comparison.klTargetPool
      columns[2].coverage = comparison.coveragePool
      columns[3].divergence = comparison.klTargetRandom
      columns[3].coverage = comparison.coverageRandom
    }
    var table = TextTable(header: [""] + columns.map(\.name))
    table.add("documents", columns.map { Format.count($0.side.documents) })
    table.add("tokens", columns.map { Format.count($0.side.tokens) })
    table.add("bytes", columns.map { Format.count($0.side.bytes) })
    table.add(
      "KL(target || …), nats", columns.map { $0.divergence.map { Format.decimal($0) } ?? "" })
    table.add("n-gram coverage", columns.map { $0.coverage.map(Self.percent) ?? "" })
    table.add("tokens a document: min", columns.map { Self.length($0, \.min) })
    let quantiles: [(String, KeyPath<Comparison.Lengths, Int>)] = [
      ("5 %", \.p5), ("25 %", \.p25), ("50 %", \.p50), ("75 %", \.p75), ("95 %", \.p95),
      ("max", \.max),
    ]
    for (name, path) in quantiles {
      table.add("                   \(name)", columns.map { Self.length($0, path) })
    }
    var parts = [table.text]
    if let reduction = comparison.klReduction, let fromPool = comparison.klReductionFromPool {
      parts.append(
        "KL reduction: \(Format.decimal(reduction)) nats from a random baseline, "
          + "\(Format.decimal(fromPool)) from the pool\n")
    }
    if let line = Self.targetDocuments(comparison) { parts.append(line) }
    if let domains = comparison.domains { parts.append(Self.text(domains)) }
    text = parts.joined(separator: "\n")
  }

  /// How many documents of the sides are the target's own; nil if none is.
  private static func targetDocuments(_ comparison: Comparison) -> String? {
    let counts = [("selection", comparison.selected), ("pool", comparison.pool)]
      .map { ($0.0, $0.1?.targetDocuments ?? 0) }
      .filter { $0.1 > 0 }
    guard !counts.isEmpty else { return nil }
    let words = counts.map { "\(Format.count($0.1)) of the \($0.0)" }.joined(separator: ", ")
    return "documents that are the target's own: \(words)\n"
  }

  private struct Column {
    var name: String
    var side: Comparison.Side
    var divergence: Double?
    var coverage: Double?

    init(_ name: String, _ side: Comparison.Side) {
      self.name = name
      self.side = side
    }
  }

  private static func percent(_ share: Double) -> String {
    "\(Format.decimal(100 * share, digits: 1)) %"
  }

  private static func length(
    _ column: Column, _ path: KeyPath<Comparison.Lengths, Int>
  ) -> String {
    column.side.tokensPerDocument.map { Format.count($0[keyPath: path]) } ?? ""
  }

  // MARK: Domains

  private static func text(_ domains: Comparison.Domains) -> String {
    let hasPool = domains.noDomain.pool != nil
    var table = TextTable(
      header: ["domain", "target", "selection"] + (hasPool ? ["pool", "random baseline"] : []))
    for domain in domains.table.prefix(domainLimit) {
      table.add(ErrorMessage.printable(domain.domain ?? "", keepsLines: false), shares(domain))
    }
    if domains.table.count > domainLimit {
      let rest = domains.table[domainLimit...]
      table.add("(\(Format.count(rest.count)) more: see --json)", shares(rest))
    }
    if isThere(domains.others) {
      table.add("(domains beyond \(Format.count(domains.limit)))", shares(domains.others))
    }
    if isThere(domains.noDomain) { table.add("(no such field)", shares(domains.noDomain)) }
    return table.text
  }

  private static func all(_ domain: Comparison.Domain) -> [Comparison.DomainShare] {
    [domain.target, domain.selected, domain.pool, domain.randomArm].compactMap { $0 }
  }

  private static func isThere(_ domain: Comparison.Domain) -> Bool {
    all(domain).contains { $0.documents > 0 }
  }

  private static func shares(_ domains: Comparison.Domain...) -> [String] { shares(domains[...]) }

  /// The cells of one row for all of the domains.
  private static func shares(_ domains: ArraySlice<Comparison.Domain>) -> [String] {
    let rows = domains.map(all)
    return (rows.first ?? []).indices.map { column in
      let documents = rows.reduce(0) { $0 + $1[column].documents }
      let share = rows.reduce(0) { $0 + $1[column].share }
      return "\(Format.count(documents)) (\(percent(share)))"
    }
  }
}
