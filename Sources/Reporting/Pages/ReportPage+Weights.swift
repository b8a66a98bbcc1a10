internal import Pipeline

/// What became of the pool, and how its weights are spread.
extension ReportPage {
  var fates: Section? {
    guard let fates = data.fates, let pool = data.pool, !fates.isEmpty else { return nil }
    var before = 0
    let whole = max(1, pool.documents)
    let bars = fates.map { fate -> Markup in
      let x = BarChart.percent(100 * Double(before) / Double(whole))
      before += fate.documents
      let width = BarChart.percent(100 * Double(fate.documents) / Double(whole))
      return """
        <rect class="\(Self.colour(fate.kind))" x="\(x)" width="\(width)" height="28">\
        <title>\(Self.name(fate.kind)): \(Self.share(fate.documents, of: whole))</title></rect>
        """
    }
    let rows = fates.map { fate -> Markup in
      """
      <tr><td class="dotted">\(Self.square(Self.colour(fate.kind)))\(Self.name(fate.kind))</td>\
      <td>\(Format.count(fate.documents))</td>\
      <td>\(Self.share(fate.documents, of: whole))</td></tr>

      """
    }
    return Section(
      id: "pool", title: "What became of the pool",
      body: """
        \(Self.note("Every document of the pool, by what decided about it."))
        <figure><svg height="28" role="img" aria-label="Shares of the pool">\(bars)</svg></figure>
        <div class="table"><table><thead><tr><th>Documents</th><th>Number</th><th>Share</th></tr>\
        </thead><tbody>\(rows)</tbody></table></div>
        """)
  }

  private static func colour(_ kind: ReportData.Fate.Kind) -> Markup {
    switch kind {
    case .selected: "selected"
    case .others: "pool"
    default: "rest"
    }
  }

  private static func name(_ kind: ReportData.Fate.Kind) -> String {
    switch kind {
    case .selected: "selected"
    case .copies: "exact duplicates of selected documents"
    case .shorter: "shorter than --min-tokens"
    case .longer: "longer than --max-tokens"
    case .lighter: "with too small a weight"
    case .outsideMixture: "outside the mixture"
    case .outsideWindows: "outside --between"
    case .excluded: "excluded"
    case .nearDuplicates: "near-duplicates"
    case .others: "not selected"
    }
  }

  // MARK: Weights

  var weights: Section? {
    guard !data.weights.isEmpty else {
      return lack(.poolOfCandidates)
        ? Section(
          id: "weights", title: "Weights",
          body: Self.note(
            "There is no picture of the weights: files of candidates have those documents only "
              + "that may be selected, and not the others of the pool."))
        : nil
    }
    let others = data.targets.count - data.weights.count
    return Section(
      id: "weights", title: "Weights",
      body: """
        \(Self.note("\(weightMeaning) Each row has bars of its own height."))
        \(data.weights.map(figure))\
        \(others > 0 && data.command == "select"
          ? Self.small("\(Format.count(others, "further target")) not shown.") : "")
        """)
  }

  private var weightMeaning: String {
    data.settings.contains { $0.name == "source" && $0.value == "fields" }
      ? "The weight of a document is the number, or the sum of numbers, that it was drawn by."
      : "The weight of a document says how much its words speak for the target, and against the "
        + "pool: the larger, the more like the target."
  }

  private func figure(_ weights: ReportData.Weights) -> Markup {
    let bins = weights.pool.count
    let edge = { (bin: Int) in Double(weights.first + bin) * weights.width }
    let span = Double(bins) * weights.width
    func tick(_ value: Double, _ label: String) -> BarChart.Tick {
      BarChart.Tick(place: (value - edge(0)) / span, label: label)
    }
    let poolTotal = weights.pool.reduce(weights.poolBelow + weights.poolAbove, +)
    let total = weights.selected.reduce(weights.selectedBelow + weights.selectedAbove, +)
    let digits = weights.width >= 1 ? 0 : weights.width >= 0.1 ? 1 : weights.width >= 0.01 ? 2 : 4
    let name = weights.target.map { " for \($0)" } ?? ""
    var chart = BarChart(
      label: "Log weights\(name)",
      series: [
        .init(name: "Pool\(name)", colour: "pool", counts: weights.pool, total: poolTotal),
        .init(name: "Selection\(name)", colour: "selected", counts: weights.selected, total: total),
      ],
      ticks: BarChart.Tick.round(from: edge(0), to: edge(bins)).map {
        tick($0, Self.decimal($0, digits))
      }, axisName: "log weight"
    ) {
      "\(Self.decimal(edge($0), digits)) to \(Self.decimal(edge($0 + 1), digits))"
    }
    if let cut = weights.cut, cut >= edge(0), cut <= edge(bins) {
      chart.mark = tick(cut, "cut at \(Self.decimal(cut, max(1, digits)))")
    }
    return
      "<figure>\(chart.markup)<figcaption>\(caption(weights, poolTotal))</figcaption></figure>\n"
  }

  private func caption(_ weights: ReportData.Weights, _ total: Int) -> String {
    var sentences: [String] = []
    if weights.cut != nil {
      sentences.append(
        weights.hasNoise
          ? "The dashed line is the smallest key that was drawn. A key is a weight with some chance, "
            + "so a few documents beside the line are on its other side."
          : "The dashed line is the smallest weight that was drawn.")
      if data.settings.contains(where: { $0.name == "logistic_share" }) {
        sentences.append(
          "Part of the selection was drawn by the regression alone, also left of the line.")
      }
    } else if data.isOfSet {
      sentences.append(
        "There is no cut: the set was chosen for the words that its documents have together, "
          + "among those with large weights.")
    }
    if weights.poolBelow > 0 {
      let selected =
        weights.selectedBelow > 0
        ? " and \(Format.count(weights.selectedBelow)) of the selected ones" : ""
      sentences.append(
        "Further left, and not shown, are \(Self.share(weights.poolBelow, of: total)) of the pool's "
          + "documents\(selected).")
    }
    return sentences.joined(separator: " ")
  }
}
