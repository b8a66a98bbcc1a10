internal import Pipeline

/// The targets, and the parts of the draw.
extension ReportPage {
  var parts: Section? {
    let tables = [targetTable, partTable].compactMap { $0 }
    guard !tables.isEmpty else {
      return lack(.target) && data.parts == nil
        ? Section(
          id: "targets", title: "Targets",
          body: Self.note(
            "dsel resample doesn't read the target, so this page can't say how near the selection "
              + "is to it. dsel compare measures it."))
        : nil
    }
    return Section(
      id: "targets", title: data.parts == nil ? "Nearness to the target" : "Targets and parts",
      body: """
        \(Self.note(
          "The divergence KL(target ‖ …), in nats: the smaller, the more like the target. Of two "
            + "selections with few words, the smaller one diverges more for that reason alone."))
        \(tables)
        """)
  }

  /// A side that the target's words are compared with.
  private struct Column {
    var name: String
    var value: (ReportData.Target) -> Double?
  }

  private var targetTable: Markup? {
    let targets = data.targets
    guard targets.contains(where: { $0.klPool != nil || $0.klSelected != nil }) else { return nil }
    let shown = targets.prefix(ReportLimits.rows)
    let columns = [
      Column(name: "Pool") { $0.klPool }, Column(name: "Random") { $0.klRandom },
      Column(name: "Selection") { $0.klSelected },
    ]
    let known = columns.filter { column in targets.contains { column.value($0) != nil } }
    let rows = shown.map { target -> Markup in
      let cells = known.map { column -> Markup in
        "<td>\(column.value(target).map { Self.decimal($0, 3) } ?? "")</td>"
      }
      let drawn = target.drawn?.documents ?? data.selected.documents
      return """
        <tr><td><bdi>\(target.name ?? "Target")</bdi></td>\
        <td class="wide">\(Format.count(target.documents))</td>\
        <td class="wide">\(Format.count(drawn))</td>\(cells)</tr>

        """
    }
    return """
      <div class="table"><table><thead><tr><th>KL(target ‖ …)</th>\
      <th class="wide">Documents of the target</th><th class="wide">Drawn for it</th>\
      \(known.map { "<th>\($0.name)</th>" as Markup })</tr></thead>\
      <tbody>\(Array(rows))</tbody></table></div>
      \(coverage)\(rest(targets.count - shown.count, "target"))
      """
  }

  /// The share of the target's n-grams that each side has, from `compare`.
  private var coverage: Markup {
    guard let target = data.targets.first, let selected = target.coverageSelected else { return "" }
    let others = [("the pool", target.coveragePool), ("random documents", target.coverageRandom)]
      .compactMap { name, share in share.map { "\(name) \(Format.percent($0))" } }
    let beside = others.isEmpty ? "" : "; \(others.joined(separator: ", "))"
    return Self.small(
      "The selection has \(Format.percent(selected)) of the target's n-grams\(beside).")
  }

  private var partTable: Markup? {
    guard let parts = data.parts else { return nil }
    let rows = parts.rows.map { part -> Markup in
      let names =
        [
          part.epoch.map { "epoch \($0)" }, part.target,
          part.stratum.map { $0.isEmpty ? "no value" : $0 },
        ]
        .compactMap { $0 }
      return """
        <tr><td><bdi>\(names.isEmpty ? "all" : names.joined(separator: " · "))</bdi></td>\
        <td class="left wide">\(Self.way(part.by))</td><td>\(Format.count(part.documents))</td>\
        <td>\(Format.count(part.tokens))</td><td>\(part.kl.map { Self.decimal($0, 3) } ?? "")</td></tr>

        """
    }
    return """
      <div class="table"><table><thead><tr><th>Part</th><th class="left wide">Drawn</th>\
      <th>Documents</th><th>Words</th><th>KL</th></tr></thead><tbody>\(rows)</tbody></table></div>
      \(rest(parts.others, "part", "with \(Format.count(parts.otherDocuments, "document"))"))
      """
  }

  private static func way(_ by: String) -> String {
    switch by {
    case "set": "as a set"
    case "weights": "by weight"
    case "logistic": "by the regression"
    case "random": "at random"
    default: by
    }
  }

  private func rest(_ count: Int, _ noun: String, _ more: String = "") -> Markup {
    guard count > 0 else { return "" }
    return Self.small("\(Format.count(count, noun)) \(more) not shown.".replacing("  ", with: " "))
  }
}

/// How much is read and listed.
enum ReportLimits {
  static let rows = 40
  /// Targets in a sentence.
  static let targets = 8
  static let readDocuments = 2_000
  static let readBytes = 2_000_000
  static let readOfDocument = 65_536
}
