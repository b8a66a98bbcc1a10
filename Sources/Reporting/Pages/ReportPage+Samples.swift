internal import Pipeline

/// Documents, with the reason why they were selected or not.
extension ReportPage {
  var samples: Section? {
    guard !data.samples.isEmpty else { return nil }
    return Section(
      id: "samples", title: "Documents",
      body: """
        <p class="note">Beginnings of documents, of \(ReportData.sampleLength) characters at most.
        Characters that can't be seen, or that turn the direction of others, are shown by their
        numbers: <b>202E</b>.</p>
        <p class="find" hidden><input id="find" type="search" placeholder="Find in documents" \
        aria-label="Find in documents"></p>
        \(data.samples.map(group))
        """)
  }

  private func group(_ group: ReportData.SampleGroup) -> Markup {
    let name = group.target.map { " for \($0)" } ?? ""
    let (title, reason) = words(group.reason)
    return """
      <details class="group" open><summary><bdi>\(title + name)</bdi></summary>
      <p class="note">\(reason)</p>
      <div class="cards">\(group.samples.map(card))</div></details>

      """
  }

  private func words(_ reason: ReportData.SampleGroup.Reason) -> (title: String, reason: String) {
    let isSet = data.isOfSet
    let hasStrata = data.settings.contains { $0.name == "stratify" }
    switch reason {
    case .best: return ("Selected: the best", "The largest weights of all selected documents.")
    case .cut:
      return isSet
        ? (
          "Selected: the smallest keys",
          "Alone they are not much like the target. They are there for words that the others lack."
        )
        : hasStrata
          ? ("Selected: the smallest keys", "Each stratum has a cut of its own.")
          : ("Selected: at the cut", "The smallest keys that were drawn.")
    case .below:
      return isSet
        ? (
          "Not selected: the largest keys",
          "Like the target, but others say the same, in fewer words, or there was no room."
        )
        : hasStrata
          ? ("Not selected: the largest keys", "Each stratum has a cut of its own.")
          : ("Not selected: just below the cut", "The largest keys that weren't drawn.")
    case .unselected:
      return ("Not selected: at random", "Random documents that might have been selected.")
    case .selected: return ("Selected: at random", "Random documents of the selection.")
    case .nearDuplicate:
      return (
        "Left out: near-duplicates", "Random documents that are nearly the same as another one."
      )
    case .pool: return ("The pool: at random", "Random documents of the pool.")
    case .target: return ("The target: at random", "Random documents of the target.")
    }
  }

  private func card(_ sample: ReportData.SampleGroup.Sample) -> Markup {
    let weight = sample.logWeight.map { weight -> Markup in
      "<span class=\"strong\">weight \(Self.decimal(weight, 2))</span>"
    }
    var facts: [String] = []
    if let key = sample.key { facts.append("key \(Self.decimal(key, 2))") }
    if let tokens = sample.tokens { facts.append(Format.count(tokens, "word")) }
    if let similarity = sample.similarity {
      facts.append("\(Format.percent(similarity, digits: 0)) similar")
    }
    func place(_ file: String, _ line: Int?, _ id: String?, _ place: Int) -> Markup {
      let name = id.map { id -> Markup in " (<bdi>\(id.cut(to: 120))</bdi>)" }
      guard let line else {
        return "\(file), \(sample.isRow ? "row" : "byte") \(Format.count(place))\(name)"
      }
      return "\(file):\(line)\(name)"
    }
    let similar = sample.similarFile.map { file -> Markup in
      let other = place(file, sample.similarLine, sample.similarId, sample.similarPlace ?? 0)
      return "<p class=\"place\">like \(other)</p>"
    }
    let more =
      sample.isCut
      ? "<span class=\"more\"> … \(Format.bytes(sample.bytes)) in all</span>" as Markup : ""
    return """
      <article class="card"><p class="facts">\(weight)\(facts.map { "<span>\($0)</span>" as Markup })</p>
      <div class="text" dir="auto">\(sample.text)\(more)</div>
      <p class="place">\(place(sample.file, sample.line, sample.id, sample.place))</p>\(similar)</article>

      """
  }
}
