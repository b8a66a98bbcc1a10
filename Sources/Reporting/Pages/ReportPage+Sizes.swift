internal import Pipeline

/// How well selections predict held-out text.
extension ReportPage {
  var sizes: Section? {
    guard let sizes = data.sizes, !sizes.trials.isEmpty else { return nil }
    let chart = CurveChart(
      label: "Held-out bits per byte by size",
      points: sizes.trials.map {
        .init(
          name: Self.short($0.size), value: $0.bitsPerByte, isBest: $0.size == sizes.best)
      }, axisName: "size in \(sizes.unit)", valueName: "bits per byte, smaller is better")
    let rows = sizes.trials.map { trial -> Markup in
      """
      <tr><td>\(Format.count(trial.size))\(trial.size == sizes.best ? " (best)" : "")</td>\
      <td>\(Self.decimal(trial.bitsPerByte, 4))</td><td>\(Self.decimal(trial.perplexity, 1))</td></tr>

      """
    }
    return Section(
      id: "size", title: "How the size was found",
      body: """
        \(Self.note(
          "Selections of several sizes were made with one half of the target, and models trained on "
            + "them predicted the other half. Too small a selection teaches too little, and too "
            + "large a one takes in text of other kinds."))
        <figure>\(chart.markup)<figcaption>\(ending(sizes))</figcaption></figure>
        <div class="table"><table><thead><tr><th>Size in \(sizes.unit)</th><th>Bits per byte</th>\
        <th>Perplexity</th></tr></thead><tbody>\(rows)</tbody></table></div>
        """)
  }

  private func ending(_ sizes: ReportData.Sizes) -> String {
    let best = "\(Format.count(sizes.best)) \(sizes.unit) were best."
    switch sizes.end {
    case "pool": return "\(best) The pool has no more documents than the largest size."
    case "limit": return "\(best) Larger sizes were above the limit."
    default: return "\(best) Larger sizes were worse."
    }
  }

  /// A round number with as few letters as possible: `64`, `16k`, `8M`.
  static func short(_ count: Int) -> String {
    if count >= 10_000_000 { return "\((count + 500_000) / 1_000_000)M" }
    if count >= 10_000 { return "\((count + 500) / 1_000)k" }
    return Format.count(count)
  }

  /// The judgements of `compare`.
  var heldout: Section? {
    guard !data.judged.isEmpty else { return nil }
    let rows = data.judged.map { judged -> Markup in
      let range =
        judged.smallest.flatMap { low in
          judged.largest.map { "\(Self.decimal(low, 4)) to \(Self.decimal($0, 4))" }
        } ?? ""
      let name = judged.isRandom ? "random documents of the pool" : judged.file ?? "the selection"
      return """
        <tr><td>\(name)</td><td>\(Self.decimal(judged.bitsPerByte, 4))</td>\
        <td class="wide">\(range)</td><td>\(Self.decimal(judged.perplexity, 1))</td>\
        <td class="wide">\(Format.count(judged.tokens))</td></tr>

        """
    }
    return Section(
      id: "heldout", title: "Held-out text",
      body: """
        \(Self.note(
          "Models that were trained on each selection predict text that it doesn't contain. Smaller "
            + "figures are better."))
        <div class="table"><table><thead><tr><th>Trained on</th><th>Bits per byte</th>\
        <th class="wide">Range</th><th>Perplexity</th><th class="wide">Words</th></tr></thead>\
        <tbody>\(rows)</tbody></table></div>
        """)
  }
}
