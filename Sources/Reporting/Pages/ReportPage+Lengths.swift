internal import Pipeline

/// How long documents are, and from which domains they come.
extension ReportPage {
  var lengths: Section? {
    let sides = data.lengths.filter { $0.documents > 0 }
    guard !sides.isEmpty else { return nil }
    let edges = LengthBins.edges
    let used = sides.flatMap { side in side.counts.indices.filter { side.counts[$0] > 0 } }
    guard let first = used.min(), let last = used.max() else { return nil }
    let bins = first...last
    // Of edges that are powers of two, so many that they have room.
    let powers = bins.filter { edges[$0] & (edges[$0] - 1) == 0 && edges[$0] > 0 }
    let stride = max(1, (powers.count + 5) / 6)
    let ticks = powers.enumerated().filter { $0.offset % stride == 0 }.map { _, bin in
      BarChart.Tick(
        place: Double(bin - first) / Double(bins.count), label: Self.short(edges[bin]))
    }
    let chart = BarChart(
      label: "Lengths of documents in words",
      series: sides.map { side in
        .init(
          name: Self.name(side.role), colour: Self.colour(side.role),
          counts: bins.map { side.counts[$0] }, total: side.documents)
      }, ticks: ticks, axisName: "words in a document"
    ) { bin in
      let end = first + bin + 1 < edges.count ? edges[first + bin + 1] - 1 : nil
      let start = Format.count(edges[first + bin])
      return end.map { "\(start) to \(Format.count($0)) words" } ?? "\(start) words and more"
    }
    let rows = sides.map { side -> Markup in
      """
      <tr><td class="dotted line">\(Self.square(Self.colour(side.role)))\(Self.name(side.role))</td>\
      <td>\(Format.count(side.smallest))</td><td>\(Format.count(side.median))</td>\
      <td>\(Self.decimal(Double(side.tokens) / Double(side.documents), 1))</td>\
      <td>\(Format.count(side.largest))</td></tr>

      """
    }
    return Section(
      id: "lengths", title: "Lengths",
      body: """
        <figure>\(chart.markup)<figcaption>Each bar is half a doubling of the length.\
        </figcaption></figure>
        <div class="table"><table><thead><tr><th>Words</th><th>Shortest</th>\
        <th>Median</th><th>Mean</th><th>Longest</th></tr></thead><tbody>\(rows)</tbody></table></div>
        """)
  }

  // MARK: Domains

  var domains: Section? {
    guard let domains = data.domains else {
      let reason: String? =
        lack(.domainsOfWeights)
        ? "Files of weights don't have the fields of documents, so domains can't be counted."
        : lack(.domainsOfCandidates)
          ? "Candidates don't have the fields of documents, so domains can't be counted." : nil
      return reason.map { Section(id: "domains", title: "Domains", body: Self.note($0)) }
    }
    let sides: [ReportData.Lengths.Role] =
      (data.pool == nil || domains.none.pool == nil ? [] : [.pool]) + [.selected]
      + (domains.none.target == nil ? [] : [.target])
    let all = domains.rows + [domains.other, domains.none]
    let totals = sides.map { side in all.reduce(0) { $0 + $1.count(side) } }
    let largest =
      zip(sides, totals).flatMap { side, total in
        all.map { Double($0.count(side)) / Double(max(1, total)) }
      }.max() ?? 1
    func row(_ row: ReportData.Domains.Row, _ name: Markup) -> Markup {
      let bars = zip(sides, totals).enumerated().map { number, side -> Markup in
        let share = Double(row.count(side.0)) / Double(max(1, side.1))
        return """
          <rect class="\(Self.colour(side.0))" y="\(number * 7)" height="5" rx="1.5" \
          width="\(BarChart.percent(100 * share / max(largest, 1e-9)))"/>
          """
      }
      let cells = zip(sides, totals).map { side, total -> Markup in
        "<td>\(Self.share(row.count(side), of: total))</td>"
      }
      return """
        <tr><td>\(name)<svg height="\(sides.count * 7)" aria-hidden="true">\(bars)</svg></td>\
        \(cells)</tr>

        """
    }
    var rows = domains.rows.map { row($0, "\($0.name ?? "")") }
    if domains.others > 0 || domains.other.selected > 0 {
      rows.append(
        row(
          domains.other,
          "<span class=\"soft\">\(Format.count(domains.others, "further domain"))</span>"))
    }
    if sides.contains(where: { domains.none.count($0) > 0 }) {
      rows.append(row(domains.none, "<span class=\"soft\">no such field</span>"))
    }
    let more =
      domains.others > 0
      ? " Shown are \(Format.count(domains.rows.count)) of "
        + "\(Format.count(domains.rows.count + domains.others)) domains." : ""
    return Section(
      id: "domains", title: "Domains before and after",
      body: """
        \(Self.note("Shares of documents by the field \(domains.field).\(more)"))\(Self.keys(sides))
        <div class="table"><table><thead><tr><th>Domain</th>\
        \(sides.map { "<th>\(Self.name($0))</th>" as Markup })</tr></thead>\
        <tbody>\(rows)</tbody></table></div>
        """)
  }
}

extension ReportData.Domains.Row {
  fileprivate func count(_ role: ReportData.Lengths.Role) -> Int {
    switch role {
    case .pool: pool ?? 0
    case .selected: selected
    case .target: target ?? 0
    }
  }
}
