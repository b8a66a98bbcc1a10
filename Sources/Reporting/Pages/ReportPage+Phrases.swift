internal import Pipeline

/// Words and pairs of words that the selection has more of, and less of.
extension ReportPage {
  var phrases: Section? {
    guard let phrases = data.phrases, !(phrases.more.isEmpty && phrases.less.isEmpty) else {
      return nil
    }
    let base = phrases.base == .pool ? "pool" : "target"
    let sides: [ReportData.Lengths.Role] =
      [.selected, phrases.base]
      + (phrases.targetRead.documents > 0 && phrases.base == .pool ? [.target] : [])
    let read =
      "\(Format.count(phrases.selectedRead.documents, "document")) of the selection and "
      + "\(Format.count(phrases.baseRead.documents)) of the \(base)"
    return Section(
      id: "words", title: "Words",
      body: """
        \(Self.note(
          "Words and pairs of words that set the selection apart from the \(base): how often each "
            + "stands in 1,000 words."))\(Self.keys(sides))
        <div class="two">\(table("More of", phrases.more, sides, phrases))\
        \(table("Less of", phrases.less, sides, phrases))</div>
        \(Self.small(
          "Counted in \(read): random ones, up to \(Format.count(ReportLimits.readDocuments)) "
            + "documents and \(Format.bytes(ReportLimits.readBytes)) of text of each, and the first "
            + "\(Format.bytes(ReportLimits.readOfDocument)) of a document. In order of the "
            + "likelihood ratio G²."))
        """)
  }

  private func table(
    _ title: String, _ rows: [ReportData.Phrases.Row], _ sides: [ReportData.Lengths.Role],
    _ phrases: ReportData.Phrases
  ) -> Markup {
    let rates = rows.map { row in sides.map { rate(row, $0, phrases) } }
    let lines = zip(rows, rates).map { row, rates -> Markup in
      let largest = max(rates.max() ?? 0, 1e-9)
      let bars = zip(sides, rates).enumerated().map { number, side -> Markup in
        """
        <rect class="\(Self.colour(side.0))" y="\(number * 5)" height="3" rx="1" \
        width="\(BarChart.percent(100 * side.1 / largest))"/>
        """
      }
      return """
        <tr><td><bdi>\(row.phrase)</bdi><svg height="\(sides.count * 5)" aria-hidden="true">\
        \(bars)</svg></td>\(rates.map { "<td>\(Self.decimal($0, 2))</td>" as Markup })</tr>

        """
    }
    return """
      <div class="table"><table><thead><tr><th>\(title)</th>\
      \(sides.map { "<th>\(Self.name($0))</th>" as Markup })</tr></thead>\
      <tbody>\(lines)</tbody></table></div>

      """
  }

  private func rate(
    _ row: ReportData.Phrases.Row, _ side: ReportData.Lengths.Role, _ phrases: ReportData.Phrases
  ) -> Double {
    let (count, read) =
      side == .selected
      ? (row.selected, phrases.selectedRead)
      : side == phrases.base ? (row.base, phrases.baseRead) : (row.target, phrases.targetRead)
    return 1_000 * Double(count) / Double(max(1, read.tokens))
  }
}
